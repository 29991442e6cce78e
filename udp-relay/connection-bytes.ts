import type { Socket } from 'node:net'
import { MAX_HEAD_BYTES, peekRequestUrl } from '../protocol/rtsp-message.ts'
import { readRtspAddress } from './rtsp-url.ts'
import type { Conversation, ViewerLink, ViewerLinks } from './viewer-link.ts'

export type ConnectionBytesOptions = {
  readonly socket: Socket
  readonly links: ViewerLinks | undefined
  /** Requests as they arrive at the relay; the next ones are told when it has resolved. A rejection ends the connection. */
  readonly onArrived: (bytes: Uint8Array) => Promise<void>
  readonly onClosed: () => void
}

/** What an address names and what that is, once a request has bound the connection. */
export type Binding = { readonly linkId: string | undefined; readonly link: ViewerLink | undefined }

const HELD_BYTES = 64 * 1024 // under way and not yet handled; a viewer who sends more is read later
const RECEIVE_ROOM_BYTES = 128 * 1024 // what a viewer who does not read can have waiting in his socket
const LINGER_MS = 10_000

/** The bytes of one RTSP connection. Its first request decides whether they cross an access link, and crosses it too: the
 *  socket's bytes are handed on when the modelled ones have arrived. What is under way when the viewer closes still
 *  arrives, as his TEARDOWN would. */
export class ConnectionBytes {
  readonly #options: ConnectionBytesOptions
  #binding: Binding | undefined
  #conversation: Conversation | undefined
  #early: Uint8Array = new Uint8Array(0) // before the connection is bound
  #handled: Promise<void> = Promise.resolve()
  #requestBytes = 0 // under way, or waiting to be handled
  #responseBytes = 0 // under way
  #hasViewerEnded = false
  #isEnding = false
  #isClosed = false
  #linger: NodeJS.Timeout | undefined

  constructor(options: ConnectionBytesOptions) {
    const { socket } = options
    this.#options = options
    socket.setNoDelay(true)
    socket.on('data', (bytes) => this.#receive(bytes))
    socket.on('drain', () => this.#conversation?.setReceiveRoom(RECEIVE_ROOM_BYTES))
    socket.on('error', () => {}) // 'close' follows
    socket.on('end', () => {
      this.#hasViewerEnded = true
      this.#endWhenHandled()
    })
    socket.on('close', () => this.#lingerOrClose())
  }

  get binding(): Binding {
    return this.#binding ?? { linkId: undefined, link: undefined }
  }

  /** Resolves when the kernel has it all, or the modelled sender. Rejects when the viewer has gone. */
  write(bytes: Uint8Array): Promise<void> {
    const { socket } = this.#options
    if (this.#conversation !== undefined) {
      this.#responseBytes += bytes.length
      return this.#conversation.respond(bytes)
    }
    return new Promise((resolve, reject) => {
      socket.write(bytes, (error) => (error == null ? resolve() : reject(error)))
    })
  }

  /** Sends without waiting, for packets between the replies, due at `scheduledMs`: who calls bounds `waitingBytes`. */
  push(bytes: Uint8Array, scheduledMs: number): void {
    const { socket } = this.#options
    if (this.#isEnding || this.#isClosed) return
    if (this.#conversation !== undefined) {
      this.#responseBytes += bytes.length
      this.#conversation.push(bytes, scheduledMs)
    } else if (socket.writable) {
      this.#corkThisTurn()
      socket.write(bytes)
    }
  }

  /** What was sent and is still inside a link, or behind a full socket. */
  get waitingBytes(): number {
    return this.#responseBytes + this.#options.socket.writableLength
  }

  /** What one turn of the process sends leaves in one call. */
  #corkThisTurn(): void {
    const { socket } = this.#options
    if (socket.writableCorked > 0) return
    socket.cork()
    process.nextTick(() => socket.uncork())
  }

  /** After what was written has arrived. */
  end(): void {
    this.#isEnding = true
    if (this.#responseBytes === 0) this.#options.socket.end()
  }

  destroy(): void {
    this.#options.socket.destroy()
    this.#close()
  }

  #receive(bytes: Uint8Array): void {
    this.#requestBytes += bytes.length
    if (this.#requestBytes > HELD_BYTES) this.#options.socket.pause()
    if (this.#binding === undefined) this.#bind(bytes)
    else this.#send(bytes)
  }

  /** Line by line, until one is a request that names a presentation. One that names none (`OPTIONS *`), or an unknown
   *  link, is answered at once and binds nothing. */
  #bind(bytes: Uint8Array): void {
    this.#early = Buffer.concat([this.#early, bytes])
    while (this.#binding === undefined && this.#early.length > 0) {
      const line = peekRequestUrl(this.#early)
      if (line === undefined && this.#early.length < MAX_HEAD_BYTES && !this.#hasViewerEnded) return
      this.#binding = this.#bindingOf(line?.url)
      if (this.#binding === undefined) this.#arrive(this.#takeEarly(line?.lineBytes))
    }
    if (this.#binding !== undefined && this.#early.length > 0) this.#send(this.#takeEarly())
  }

  #bindingOf(url: string | undefined): Binding | undefined {
    const { links } = this.#options
    const address = url === undefined ? undefined : readRtspAddress(url)
    if (address === undefined) return undefined
    const { linkId } = address
    if (linkId === undefined) return { linkId, link: links?.forEveryone() }
    const link = links?.find(linkId)
    return link && { linkId, link }
  }

  #takeEarly(bytes = this.#early.length): Uint8Array {
    const taken = this.#early.subarray(0, bytes)
    this.#early = this.#early.subarray(bytes)
    return taken
  }

  #send(bytes: Uint8Array): void {
    const { link } = this.binding
    if (link === undefined) return this.#arrive(bytes)
    this.#conversation ??= link.openConversation({
      requestArrived: (arrived) => this.#arrive(arrived),
      responseArrived: (arrived) => this.#deliver(arrived),
    })
    this.#conversation.request(bytes)
  }

  #arrive(bytes: Uint8Array): void {
    const { socket, onArrived } = this.#options
    const handle = async (): Promise<void> => {
      await onArrived(bytes)
      this.#requestBytes -= bytes.length
      if (this.#requestBytes <= HELD_BYTES) socket.resume()
      if (this.#hasViewerEnded) this.#endWhenHandled()
    }
    this.#handled = this.#handled.then(handle).catch(() => this.destroy())
  }

  #deliver(bytes: Uint8Array): number {
    const { socket } = this.#options
    this.#responseBytes -= bytes.length
    if (socket.writable) socket.write(bytes)
    if (this.#isEnding && this.#responseBytes === 0) socket.end()
    return RECEIVE_ROOM_BYTES - socket.writableLength
  }

  /** The viewer sends no more; it is answered what it has sent. */
  #endWhenHandled(): void {
    if (this.#early.length > 0) this.#bind(new Uint8Array(0))
    if (this.#requestBytes === 0) this.end()
    if (this.#requestBytes === 0 && this.#options.socket.closed) this.#close()
  }

  /** What the viewer sent last still crosses, for a while. */
  #lingerOrClose(): void {
    if (this.#isClosed) return
    if (this.#conversation === undefined || this.#requestBytes === 0) return this.#close()
    this.#hasViewerEnded = true
    this.#linger = setTimeout(() => this.#close(), LINGER_MS)
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#linger)
    this.#conversation?.close()
    this.#options.onClosed()
  }
}
