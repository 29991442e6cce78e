import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { LiveLink } from '../live-link.ts'
import { SocketThroughLink } from './socket-through-link.ts'
import type { WayCounters } from './way-counters.ts'

export type WayListenerParts = {
  readonly host: string
  readonly counters: WayCounters
  readonly link: LiveLink | undefined
  readonly onConnection: (stream: Duplex) => void
}

const MOST_CONNECTIONS = 64 // a browser has six to an origin

/** A way's own port, which is its own origin: connections are counted at the socket, and cross the link where there is one. */
export class WayListener {
  readonly #parts: WayListenerParts
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #port = 0

  constructor(parts: WayListenerParts) {
    this.#parts = parts
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#take(socket))
    this.#server.maxConnections = MOST_CONNECTIONS
  }

  /** 0 until it has listened. */
  get port(): number {
    return this.#port
  }

  /** Listens, again at the port that it had before. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#port, this.#parts.host, () => {
        this.#server.off('error', reject)
        this.#port = (this.#server.address() as AddressInfo).port
        resolve()
      })
    })
  }

  /** As a server that is gone: no port, no connection. */
  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #take(socket: Socket): void {
    const { counters, link, onConnection } = this.#parts
    counters.add(socket)
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy()) // the client went away
    socket.once('close', () => this.#sockets.delete(socket))
    onConnection(link === undefined ? socket : new SocketThroughLink(socket, link))
  }
}
