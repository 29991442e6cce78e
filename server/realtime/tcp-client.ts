import { connect, type Socket } from 'node:net'
import type { RealtimeEvent } from '../../protocol/realtime-api.ts'
import { EventReception } from '../../stream/event-reception.ts'
import { LineReader } from './line-reader.ts'

const RETRY_MS = 250
const MOST_LINE_CHARACTERS = 10_000

export type ClientOptions = {
  readonly host: string
  readonly port: number
  readonly nowUnixMs: () => number
  readonly onEvent?: (event: RealtimeEvent, receivedUnixMs: number) => void
}

/** The server's own client of its TCP socket; comes back with its cursor when the connection is lost. */
export class TcpClient {
  readonly reception = new EventReception()
  readonly #options: ClientOptions
  #socket: Socket
  #retry: NodeJS.Timeout | undefined

  constructor(options: ClientOptions) {
    this.#options = options
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
    const { host, port, nowUnixMs, onEvent } = this.#options
    const socket = connect({ host, port, noDelay: true })
    const lines = new LineReader(MOST_LINE_CHARACTERS, (line) => {
      const event = JSON.parse(line) as RealtimeEvent
      const receivedUnixMs = nowUnixMs()
      this.reception.add(event.sequence, event.unixMs, receivedUnixMs)
      onEvent?.(event, receivedUnixMs)
    })
    socket.on('connect', () => socket.write(`${this.reception.newestSequence}\n`))
    socket.on('data', (bytes) => lines.add(bytes.toString()))
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', () => {
      this.#retry = setTimeout(() => (this.#socket = this.#connect()), RETRY_MS)
    })
    return socket
  }
}
