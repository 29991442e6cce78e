import { connect, type Socket } from 'node:net'
import { LineReader } from './line-reader.ts'
import { OwnReception } from './own-client.ts'

const RETRY_MS = 250
const MOST_LINE_CHARACTERS = 10_000

export type ClientOptions = {
  readonly host: string
  readonly port: number
  readonly nowUnixMs: () => number
}

/** The server's own client of its TCP socket; comes back with its cursor when the connection is lost. */
export class TcpClient {
  readonly reception: OwnReception
  readonly #options: ClientOptions
  #socket: Socket
  #retry: NodeJS.Timeout | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.reception = new OwnReception(options.nowUnixMs)
    this.#socket = this.#connect()
  }

  say(message: string): void {
    this.#socket.write(`${message}\n`)
  }

  close(): void {
    clearTimeout(this.#retry)
    this.#socket.removeAllListeners('close')
    this.#socket.destroy()
  }

  #connect(): Socket {
    const { host, port } = this.#options
    const socket = connect({ host, port, noDelay: true })
    const lines = new LineReader(MOST_LINE_CHARACTERS, (line) => this.reception.take(line))
    socket.on('connect', () => socket.write(`${this.reception.newestSequence}\n`))
    socket.on('data', (bytes) => lines.add(bytes.toString()))
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', () => {
      this.#retry = setTimeout(() => (this.#socket = this.#connect()), RETRY_MS)
    })
    return socket
  }
}
