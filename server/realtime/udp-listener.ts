import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { LiveLink } from '../live-link.ts'
import { refusalFor } from '../refusal.ts'
import { DatagramWay } from './datagram-way.ts'
import type { WayParts } from './way-parts.ts'

/** What a client sends to begin with, and again to stay: UDP itself knows no connection. */
export const HELLO = 'hello'
const FORGOTTEN_AFTER_MS = 5000
const MOST_CLIENTS = 4

type Client = { readonly way: DatagramWay; readonly from: RemoteInfo; heardMs: number }

export type UdpListenerOptions = { readonly host: string; readonly link: LiveLink | undefined }

/** Plain UDP: a datagram an event, to each client that says hello. */
export class UdpListener {
  readonly #parts: WayParts
  readonly #options: UdpListenerOptions
  readonly #clients = new Map<string, Client>()
  #socket: Socket | undefined
  #sweep: NodeJS.Timeout | undefined
  #port = 0

  constructor(parts: WayParts, options: UdpListenerOptions) {
    this.#parts = parts
    this.#options = options
  }

  /** 0 until it has listened. */
  get port(): number {
    return this.#port
  }

  /** Listens, again at the port that it had before. */
  async open(): Promise<void> {
    const { host } = this.#options
    const family = isIPv6(host) ? 6 : 4
    const socket = createSocket({
      type: `udp${family}`,
      // At once: by default even an address is looked up later, and what is sent as the socket closes would be gone uncounted.
      lookup: (address, _options, found) => found(null, address, family),
    })
    this.#socket = socket
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(this.#port, host, resolve)
    })
    socket.removeAllListeners('error').on('error', () => {}) // such as an ICMP answer: nobody is there
    this.#port = socket.address().port
    socket.on('message', (datagram, from) => this.#receive(datagram, from))
    this.#sweep = setInterval(() => this.#forgetSilent(), FORGOTTEN_AFTER_MS).unref()
  }

  /** As a server that is gone. */
  close(): void {
    clearInterval(this.#sweep)
    for (const key of this.#clients.keys()) this.#forget(key)
    this.#socket?.close()
    this.#socket = undefined
  }

  #receive(datagram: Buffer, from: RemoteInfo): void {
    this.#parts.counters.datagrams.readBytes += datagram.length
    const key = `${from.address} ${from.port}`
    const client = this.#clients.get(key) ?? this.#join(key, from)
    client?.way.receive(datagram)
  }

  #join(key: string, from: RemoteInfo): Client | undefined {
    if (this.#clients.size >= MOST_CLIENTS) return undefined
    const way = new DatagramWay(this.#parts, this.#options.link, {
      write: (datagram) => this.#write(datagram, from),
      onMessage: (text) => this.#hear(key, text),
    })
    const client = { way, from, heardMs: performance.now() }
    this.#clients.set(key, client)
    this.#parts.counters.datagrams.connections += 1
    this.#parts.counters.datagrams.openConnections += 1
    return client
  }

  #write(datagram: Uint8Array, { port, address }: RemoteInfo): boolean {
    if (this.#socket === undefined) return false
    this.#parts.counters.datagrams.writtenBytes += datagram.length
    this.#socket.send(datagram, port, address)
    return true
  }

  #hear(key: string, text: string): void {
    const client = this.#clients.get(key)
    if (client === undefined) return
    client.heardMs = performance.now()
    if (text === HELLO) return
    try {
      this.#parts.onMessage(text)
    } catch (error) {
      if (refusalFor(error) === undefined) throw error // nobody is told: a datagram that is no message is dropped
    }
  }

  #forgetSilent(): void {
    const nowMs = performance.now()
    for (const [key, { heardMs }] of this.#clients) if (nowMs - heardMs > FORGOTTEN_AFTER_MS) this.#forget(key)
  }

  #forget(key: string): void {
    this.#clients.get(key)?.way.close()
    this.#clients.delete(key)
    this.#parts.counters.datagrams.openConnections -= 1
  }
}
