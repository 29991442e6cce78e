import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Links } from './links.ts'
import { PlacesByAddress } from './places-by-address.ts'
import { WebSocketRoom } from './web-socket-room.ts'

const TELL_MS = 1000
const CLOSE_POLICY_VIOLATION = 1008 // RFC 6455 section 7.4.1

export type LinkSummarySocketsOptions = {
  readonly links: Pick<Links, 'find' | 'get' | 'has'>
  readonly connectionsPerAddress: number
}

/** `/api/links/:id/ws`: what `GET /api/links/:id` answers, at once and then once a second, with none of a browser's HTTP
 *  connections. A client that has not read the one before misses the next. Closed with 1008 when the link has gone. */
export class LinkSummarySockets {
  readonly #links: LinkSummarySocketsOptions['links']
  readonly #room: WebSocketRoom

  constructor({ links, connectionsPerAddress }: LinkSummarySocketsOptions) {
    this.#links = links
    this.#room = new WebSocketRoom(new PlacesByAddress(connectionsPerAddress, 'connections that hear of links'))
  }

  /** Takes over the connection, or throws the refusal: `unknown-link`, `too-many-requests`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, linkId: string): void {
    this.#links.find(linkId)
    this.#room.open(request, socket, head, (client) => this.#tell(client, linkId))
  }

  #tell(client: WebSocket, linkId: string): void {
    const tell = (): void => {
      if (!this.#links.has(linkId)) client.close(CLOSE_POLICY_VIOLATION, 'unknown-link')
      else if (client.bufferedAmount === 0) client.send(JSON.stringify(this.#links.get(linkId)))
    }
    client.on('error', () => client.terminate()) // it said more than anybody listens to
    const timer = setInterval(tell, TELL_MS).unref()
    client.once('close', () => clearInterval(timer))
    tell()
  }

  close(): void {
    this.#room.close()
  }
}
