import { signal } from '@preact/signals'
import type { OpenedSocketEntry } from '../protocol/opened-socket.ts'
import type { PolledEvents } from '../protocol/realtime-api.ts'
import { acceptSteps, fieldOf, type AcceptSteps } from './accept-steps.ts'
import { requestJson } from './api.ts'
import { webSocketAddress } from './server-socket.ts'

const WAIT_SECONDS = 20
const MOST_FRAMES = 60
const SENT_BINARY_BYTES = 200

/** A WebSocket of the page's, with what the server saw pass at its own end, told by long polling. */
export class OpenedSocket {
  readonly handshake = signal<Extract<OpenedSocketEntry, { kind: 'handshake' }> | undefined>(undefined)
  readonly steps = signal<AcceptSteps | undefined>(undefined)
  readonly frames = signal<readonly Extract<OpenedSocketEntry, { kind: 'frame' }>[]>([])
  readonly state = signal<'none' | 'open' | 'closed'>('none')
  /** What `bufferedAmount` was after a send that came too late. */
  readonly lateBytes = signal<number | undefined>(undefined)
  #socket: WebSocket | undefined
  #isGone = false

  open(): void {
    const id = crypto.getRandomValues(new Uint32Array(3)).join('-')
    this.#socket?.close()
    this.#reset()
    const socket = new WebSocket(webSocketAddress(`/api/opened-sockets/${id}/ws`))
    this.#socket = socket
    socket.onopen = () => {
      this.state.value = 'open'
      void this.#follow(id, socket).catch(() => undefined) // the server has gone, and with it what it saw
    }
    socket.onclose = () => (this.state.value = 'closed')
  }

  sendText(text: string): void {
    this.#send(text)
  }

  /** Carries what it likes: WebSocket has had binary frames from the first (RFC 6455 section 5.6). */
  sendBinary(): void {
    this.#send(Uint8Array.from({ length: SENT_BINARY_BYTES }, (_, index) => index))
  }

  end(reason: string): void {
    this.#socket?.close(1000, reason)
  }

  close(): void {
    this.#isGone = true
    this.#socket?.close()
  }

  /** After close() a browser throws nothing away by an error: it counts, and sends nothing (WebSockets standard, send()). */
  #send(data: string | Uint8Array<ArrayBuffer>): void {
    const socket = this.#socket
    if (socket === undefined) return
    socket.send(data)
    if (socket.readyState > WebSocket.OPEN) this.lateBytes.value = socket.bufferedAmount
  }

  #reset(): void {
    this.handshake.value = undefined
    this.steps.value = undefined
    this.frames.value = []
    this.lateBytes.value = undefined
  }

  async #follow(id: string, socket: WebSocket): Promise<void> {
    for (let since = 0; !this.#isGone && socket === this.#socket;) {
      const path = `/api/opened-sockets/${id}?since=${since}&wait=${WAIT_SECONDS}`
      const { sequence, events } = await requestJson<PolledEvents<OpenedSocketEntry>>('GET', path)
      since = sequence
      if (socket !== this.#socket) return
      for (const entry of events) await this.#take(entry)
      if (events.at(-1)?.kind === 'closed') return
    }
  }

  async #take(entry: OpenedSocketEntry): Promise<void> {
    if (entry.kind === 'frame') this.frames.value = [...this.frames.value, entry].slice(-MOST_FRAMES)
    if (entry.kind !== 'handshake') return
    this.handshake.value = entry
    this.steps.value = await acceptSteps(fieldOf(entry.request, 'Sec-WebSocket-Key') ?? '')
  }
}
