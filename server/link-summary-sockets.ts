import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Links } from './links.ts'
import { PlacesByAddress } from './places-by-address.ts'
import { pingClients } from './web-socket-pings.ts'

const TELL_MS = 1000
const CLOSE_GOING_AWAY = 1001 // RFC 6455 section 7.4.1
const CLOSE_POLICY_VIOLATION = 1008

export type LinkSummarySocketsOptions = {
  readonly links: Pick<Links, 'find' | 'get' | 'has'>
  readonly connectionsPerAddress: number
}

/** `/api/links/:id/ws`: what `GET /api/links/:id` answers, at once and then once a second, with none of a browser's HTTP
 *  connections. A client that has not read the one before misses the next. Closed with 1008 when the link has gone. */
export class LinkSummarySockets {
  readonly #links: LinkSummarySocketsOptions['links']
  readonly #places: PlacesByAddress
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false })
  readonly #endPings = pingClients(this.#server)

  constructor({ links, connectionsPerAddress }: LinkSummarySocketsOptions) {
    this.#links = links
    this.#places = new PlacesByAddress(connectionsPerAddress, 'connections that hear of links')
  }

  /** Takes over the connection, or throws the refusal: `unknown-link`, `too-many-requests`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, linkId: string): void {
    this.#links.find(linkId)
    socket.once('close', this.#places.take(request.socket.remoteAddress ?? ''))
    this.#server.handleUpgrade(request, socket, head, (client) => this.#tell(client, linkId))
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
    this.#endPings()
    for (const client of this.#server.clients) client.close(CLOSE_GOING_AWAY, 'the server is shutting down')
  }
}
