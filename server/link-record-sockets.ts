import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, type WebSocket } from 'ws'
import { writeRecordHead } from '../stream/run-record.ts'
import { LinkRecord } from './link-record.ts'
import type { Links } from './links.ts'
import type { PlacesByAddress } from './places-by-address.ts'
import { WebSocketRoom } from './web-socket-room.ts'

const GATHER_MS = 100 // a page draws ten times a second

export type LinkRecordSocketsOptions = {
  readonly links: Links
  readonly places: PlacesByAddress // those of the records over HTTP, too
  readonly versions: Readonly<Record<string, string>>
}

/** `/api/links/:id/record/ws`: what becomes of every packet from now on, as JSON lines in text frames, none of a browser's six
 *  HTTP connections. Goes on when the link is begun anew, and ends with it. */
export class LinkRecordSockets {
  readonly #options: LinkRecordSocketsOptions
  readonly #room: WebSocketRoom

  constructor(options: LinkRecordSocketsOptions) {
    this.#options = options
    this.#room = new WebSocketRoom(options.places)
  }

  /** Takes over the connection, or throws the refusal: `unknown-link`, `too-many-requests`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, linkId: string): void {
    this.#options.links.find(linkId)
    this.#room.open(request, socket, head, (client) => this.#follow(client, linkId))
  }

  #follow(client: WebSocket, linkId: string): void {
    const { links, versions } = this.#options
    const { profile } = links.get(linkId)
    const out = createWebSocketStream(client, { decodeStrings: false })
    out.on('error', () => client.terminate()).resume() // what a page says is not listened to
    const head = writeRecordHead({ scenario: { link: linkId, profile }, seed: profile.seed, versions })
    client.once('close', links.follow(linkId, new LinkRecord(out, head, { gatherMs: GATHER_MS })))
  }

  close(): void {
    this.#room.close()
  }
}
