import { Router } from 'express'
import { writeRecordHead } from '../../stream/run-record.ts'
import { LinkRecord } from '../link-record.ts'
import type { Links } from '../links.ts'
import type { PlacesByAddress } from '../places-by-address.ts'

export type LinkRecordRooms = {
  readonly links: Links
  readonly places: PlacesByAddress
  readonly versions: Readonly<Record<string, string>>
}

/** GET /api/links/:id/record.jsonl: what becomes of every packet from now on, until the run is over (the link is begun
 *  anew, removed, the server stops) or the client goes. Throws `unknown-link`, `too-many-requests`. */
export function linkRecordRoutes({ links, places, versions }: LinkRecordRooms): Router {
  return Router().get('/api/links/:id/record.jsonl', (request, response) => {
    const { profile } = links.get(request.params.id)
    response.once('close', places.take(request.socket.remoteAddress ?? ''))
    const head = writeRecordHead({ scenario: { link: request.params.id, profile }, seed: profile.seed, versions })
    response.type('application/jsonl')
    response.once('close', links.record(request.params.id, new LinkRecord(response, head)))
  })
}
