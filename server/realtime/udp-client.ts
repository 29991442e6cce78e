import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { OwnReception } from './own-client.ts'
import type { ClientOptions } from './tcp-client.ts'
import { HELLO } from './udp-listener.ts'

const HELLO_MS = 500

/** The server's own client of its UDP socket: says hello, and takes what comes. */
export class UdpClient {
  readonly reception: OwnReception
  readonly #socket: Socket
  readonly #hello: NodeJS.Timeout
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
    this.reception = new OwnReception(options.nowUnixMs)
    this.#socket = createSocket(isIPv6(options.host) ? 'udp6' : 'udp4')
    this.#socket.on('message', (datagram) => this.reception.take(datagram.toString()))
    this.#socket.on('error', () => {})
    this.say(HELLO)
    this.#hello = setInterval(() => this.say(HELLO), HELLO_MS)
  }

  say(message: string): void {
    this.#socket.send(message, this.#options.port, this.#options.host)
  }

  close(): void {
    clearInterval(this.#hello)
    this.#socket.close()
  }
}
