import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { encodeRtspMessage, RtspReader, type RtspEvent } from '../../protocol/rtsp-message.ts'

/** RTSP through HTTP by hand: a connection that listens (GET), and those that speak (POST). */
export class TunnelClient {
  readonly get: Socket
  readonly events: RtspEvent[] = []
  readonly #port: number
  readonly #cookie: string
  #head = ''

  constructor(port: number, cookie: string) {
    this.#port = port
    this.#cookie = cookie
    this.get = openSocket(port)
    const reader = new RtspReader()
    this.get.on('data', (bytes) => {
      const headEnd = this.#head.indexOf('\r\n\r\n')
      if (headEnd >= 0) return this.events.push(...reader.push(bytes))
      this.#head += bytes.toString('latin1')
      const restAt = this.#head.indexOf('\r\n\r\n') + 4
      if (restAt >= 4) this.events.push(...reader.push(Buffer.from(this.#head.slice(restAt), 'latin1')))
      return undefined
    })
  }

  /** What answered the GET, and whatever else came before RTSP did. */
  get head(): string {
    return this.#head
  }

  sendGet(): void {
    this.get.write(`GET /clip HTTP/1.0\r\nx-sessioncookie: ${this.#cookie}\r\n\r\n`)
  }

  openPost(): Socket {
    const post = openSocket(this.#port)
    post.write(`POST /clip HTTP/1.0\r\nx-sessioncookie: ${this.#cookie}\r\nContent-Length: 32767\r\n\r\n`)
    return post
  }

  async closed(): Promise<void> {
    if (!this.get.closed) await once(this.get, 'close')
  }
}

export function openSocket(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  return socket
}

/** A request in base64, as a POST carries it. */
export function tunnelled(method: string, url: string, headers: Readonly<Record<string, string>>): string {
  const request = { kind: 'request', method, url, version: '1.0', body: new Uint8Array(0) } as const
  return Buffer.from(encodeRtspMessage({ ...request, headers: Object.entries(headers) })).toString('base64')
}
