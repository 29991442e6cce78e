import type { Socket } from 'node:net'
import type { TunnelOpening } from '../protocol/tunnel-opening.ts'
import { HttpTunnel } from './http-tunnel.ts'

type HttpOpening = Extract<TunnelOpening, { kind: 'http' }>
type Half = {
  readonly method: HttpOpening['method']
  readonly socket: Socket
  readonly leave: () => void // it waits no longer
}

const LINGER_MS = 2000 // for a refusal to be read

const GET_ANSWER = [
  'HTTP/1.0 200 OK',
  'Connection: close',
  'Cache-Control: no-store',
  'Pragma: no-cache',
  'Content-Type: application/x-rtsp-tunnelled',
  '',
  '',
].join('\r\n')

/** Pairs the GETs and POSTs of one address that name the same cookie. There are never more than there are connections; a
 *  half that finds no other within `pairMs` goes. A POST that is taken is never answered, as QuickTime has it. */
export class HttpTunnels {
  readonly #pairMs: number
  readonly #onTunnel: (tunnel: HttpTunnel) => void
  readonly #halves = new Map<string, Half>() // by address and cookie
  readonly #tunnels = new Map<string, HttpTunnel>()

  constructor(pairMs: number, onTunnel: (tunnel: HttpTunnel) => void) {
    this.#pairMs = pairMs
    this.#onTunnel = onTunnel
  }

  /** A connection that began with HTTP; what came behind the head is still to be read. */
  take(socket: Socket, { method, cookie, isChunked }: HttpOpening): void {
    socket.on('error', () => {}) // 'close' follows
    if (cookie === undefined) return refuse(socket, '400 Bad Request', 'This port speaks RTSP, and RTSP through HTTP.')
    if (isChunked) return refuse(socket, '501 Not Implemented', 'A body in chunks is not read here.')
    const key = `${socket.remoteAddress} ${cookie}`
    const tunnel = this.#tunnels.get(key)
    const half = this.#halves.get(key)
    if (method === 'GET' ? tunnel !== undefined || half?.method === 'GET' : half?.method === 'POST') {
      return refuse(socket, '409 Conflict', 'Another connection has this x-sessioncookie.')
    }
    if (method === 'GET') socket.write(GET_ANSWER)
    if (tunnel !== undefined) tunnel.attach(socket)
    else if (half === undefined) this.#wait(key, method, socket)
    else this.#join(key, half, method === 'GET' ? socket : half.socket, method === 'GET' ? half.socket : socket)
  }

  #wait(key: string, method: Half['method'], socket: Socket): void {
    const giveUp = (): void => {
      if (method === 'GET') socket.destroy()
      else refuse(socket, '408 Request Timeout', 'No GET has come with this x-sessioncookie.')
      leave()
    }
    const leave = (): void => {
      clearTimeout(timer)
      socket.off('close', leave)
      this.#halves.delete(key)
    }
    const timer = setTimeout(giveUp, this.#pairMs)
    socket.on('close', leave)
    this.#halves.set(key, { method, socket, leave })
  }

  #join(key: string, half: Half, get: Socket, post: Socket): void {
    half.leave()
    const tunnel = new HttpTunnel(get, post)
    this.#tunnels.set(key, tunnel)
    tunnel.on('close', () => this.#tunnels.delete(key))
    this.#onTunnel(tunnel)
  }
}

function refuse(socket: Socket, status: string, why: string): void {
  const head = [
    `HTTP/1.0 ${status}`,
    'Connection: close',
    'Content-Type: text/plain',
    `Content-Length: ${why.length + 1}`,
  ]
  socket.resume()
  socket.end(`${head.join('\r\n')}\r\n\r\n${why}\n`)
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.on('close', () => clearTimeout(timer))
}
