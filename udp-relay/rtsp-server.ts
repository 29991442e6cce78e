import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Logger } from 'pino'
import { readOpening } from './connection-opening.ts'
import type { ViewerSocket } from './http-tunnel.ts'
import { HttpTunnels } from './http-tunnels.ts'
import { RtspConnection } from './rtsp-connection.ts'
import type { RelayParts } from './rtsp-methods.ts'

export type ServerParts = RelayParts & { readonly logger: Logger }

export type ConnectionLimits = {
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly idleSeconds: number
  readonly pairSeconds: number
}

/** What a server shows of itself over TLS; both in PEM. */
export type TlsIdentity = { readonly certificate: string; readonly key: string }

const SWEEP_MS = 1000
const HANDSHAKE_MS = 10_000

/** Listens for RTSP connections, plain ones and those over TLS (RFC 7826 section 19.2; RFC 2326 has none), both also
 *  through HTTP, and keeps the number of all together in bounds. */
export class RtspServer {
  readonly #parts: ServerParts
  readonly #limits: ConnectionLimits
  readonly #listeners: Server[] = []
  readonly #sockets = new Set<Socket>() // of TCP, also while TLS is being agreed on
  readonly #connections = new Set<RtspConnection>()
  readonly #tunnels: HttpTunnels
  readonly #sweeper: NodeJS.Timeout

  constructor(parts: ServerParts, limits: ConnectionLimits) {
    this.#parts = parts
    this.#limits = limits
    this.#tunnels = new HttpTunnels(limits.pairSeconds * 1000, (tunnel) => this.#open(tunnel)) // s to ms
    this.#sweeper = setInterval(() => this.#sweep(limits.idleSeconds * 1000), SWEEP_MS) // s to ms
  }

  /** Gives the port. Rejects when it is taken. */
  async listen(host: string, port: number, tls?: TlsIdentity): Promise<number> {
    const serve = (socket: Socket): void => this.#serve(socket)
    const allowHalfOpen = true // who sends no more is still answered: behind a link that takes a while
    const listener =
      tls === undefined
        ? createServer({ allowHalfOpen })
        : createTlsServer({ allowHalfOpen, cert: tls.certificate, key: tls.key, handshakeTimeout: HANDSHAKE_MS })
    listener.on('connection', (socket: Socket) => this.#admit(socket))
    listener.on(tls === undefined ? 'connection' : 'secureConnection', serve)
    this.#listeners.push(listener)
    listener.listen(port, host)
    await once(listener, 'listening')
    return (listener.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    for (const connection of this.#connections) connection.close()
    for (const socket of this.#sockets) socket.destroy()
    const listening = this.#listeners.filter((listener) => listener.listening)
    await Promise.all(listening.map((listener) => once(listener.close(), 'close')))
  }

  /** One above the limits is closed at once. */
  #admit(socket: Socket): void {
    const { connections, connectionsPerAddress } = this.#limits
    const ofAddress = [...this.#sockets].filter(({ remoteAddress }) => remoteAddress === socket.remoteAddress)
    if (this.#sockets.size >= connections || ofAddress.length >= connectionsPerAddress) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #serve(socket: Socket): void {
    if (socket.destroyed) return
    readOpening(socket, this.#limits.idleSeconds * 1000, (opening) => {
      // s to ms
      if (opening.kind === 'http') return this.#tunnels.take(socket, opening)
      this.#open(socket)
      socket.resume()
    })
  }

  #open(socket: ViewerSocket): void {
    const onClosed = (): void => void this.#connections.delete(connection)
    const connection = new RtspConnection({ ...this.#parts, socket, onClosed })
    this.#connections.add(connection)
  }

  #sweep(idleMs: number): void {
    for (const connection of this.#connections) connection.closeIfIdle(idleMs)
  }
}
