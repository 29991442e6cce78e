import { Router, type Response } from 'express'
import { writeRecordHead } from '../../stream/run-record.ts'
import { LinkRecord } from '../link-record.ts'
import type { Links } from '../links.ts'
import { Refusal } from '../refusal.ts'

const RECORDS_PER_ADDRESS = 8

/** GET /api/links/:id/record.jsonl: what becomes of every packet from now on, until the run is over (the link is begun
 *  anew, removed, the server stops) or the client goes. Throws `unknown-link`, `too-many-requests`. */
export function linkRecordRoutes(links: Links, versions: Readonly<Record<string, string>>): Router {
  const open = new Map<string, number>() // by address
  const reserve = (address: string, response: Response): void => {
    const count = open.get(address) ?? 0
    if (count >= RECORDS_PER_ADDRESS) {
      throw new Refusal('too-many-requests', `expected at most ${RECORDS_PER_ADDRESS} records at once`, {
        'Retry-After': '10',
      })
    }
    open.set(address, count + 1)
    response.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left === 0) open.delete(address)
      else open.set(address, left)
    })
  }
  return Router().get('/api/links/:id/record.jsonl', (request, response) => {
    const { profile } = links.get(request.params.id)
    reserve(request.socket.remoteAddress ?? '', response)
    const head = writeRecordHead({ scenario: { link: request.params.id, profile }, seed: profile.seed, versions })
    response.type('application/jsonl')
    response.once('close', links.record(request.params.id, new LinkRecord(response, head)))
  })
}
