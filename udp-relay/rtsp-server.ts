import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Logger } from 'pino'
import { RtspConnection } from './rtsp-connection.ts'
import type { RelayParts } from './rtsp-methods.ts'

export type ServerParts = RelayParts & { readonly logger: Logger }

export type ConnectionLimits = {
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly idleSeconds: number
}

const SWEEP_MS = 1000

/** Listens for RTSP connections and keeps their number in bounds. */
export class RtspServer {
  readonly #server: Server
  readonly #connections = new Map<Socket, RtspConnection>()
  readonly #sweeper: NodeJS.Timeout

  constructor(parts: ServerParts, limits: ConnectionLimits) {
    // Who sends no more is still answered: behind a link that takes a while.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket, parts, limits))
    this.#sweeper = setInterval(() => this.#sweep(limits.idleSeconds * 1000), SWEEP_MS) // s to ms
  }

  /** Gives the port. Rejects when it is taken. */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    for (const connection of this.#connections.values()) connection.close()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket, parts: ServerParts, limits: ConnectionLimits): void {
    const ofAddress = [...this.#connections.keys()].filter(
      ({ remoteAddress }) => remoteAddress === socket.remoteAddress,
    )
    if (this.#connections.size >= limits.connections || ofAddress.length >= limits.connectionsPerAddress) {
      socket.destroy()
      return
    }
    const onClosed = (): void => void this.#connections.delete(socket)
    this.#connections.set(socket, new RtspConnection({ ...parts, socket, onClosed }))
  }

  #sweep(idleMs: number): void {
    for (const connection of this.#connections.values()) connection.closeIfIdle(idleMs)
  }
}
