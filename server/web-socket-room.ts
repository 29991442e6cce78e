import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { PlacesByAddress } from './places-by-address.ts'
import { pingClients } from './web-socket-pings.ts'

const LISTENER_BYTES = 1024 // nobody listens to what it says
const CLOSE_GOING_AWAY = 1001 // RFC 6455 section 7.4.1

/** The open WebSockets of one kind: each has a place of its client's address, who is gone without a word is cut off, and all
 *  are told when the server goes. */
export class WebSocketRoom {
  readonly #places: PlacesByAddress
  readonly #server: WebSocketServer
  readonly #endPings: () => void

  /** `maxPayload`: bytes of one message of a client, who is cut off for more. */
  constructor(places: PlacesByAddress, maxPayload = LISTENER_BYTES) {
    this.#places = places
    this.#server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })
    this.#endPings = pingClients(this.#server)
  }

  /** Takes over the connection, or throws the refusal `too-many-requests`. */
  open(request: IncomingMessage, socket: Duplex, head: Buffer, join: (client: WebSocket) => void): void {
    socket.once('close', this.#places.take(request.socket.remoteAddress ?? '')) // also when the handshake fails
    this.#server.handleUpgrade(request, socket, head, join)
  }

  close(): void {
    this.#endPings()
    for (const client of this.#server.clients) client.close(CLOSE_GOING_AWAY, 'the server is shutting down')
  }
}
