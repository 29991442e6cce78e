import type { Direction, Line } from '../access-link.ts'
import type { Alarm } from '../event-queue.ts'
import { SYN_BYTES, type TcpPacket } from './tcp-packet.ts'

const FIRST_RETRY_MS = 1000 // RFC 6298 section 2.1
const LONGEST_RETRY_MS = 64_000 // Linux gives up after this one (tcp_syn_retries 6); here it goes on, as an outage may end

export type HandshakeTold = {
  /** At the server: a SYN has come, the answer has left. */
  readonly answered: (nowMs: number) => void
  /** At the client: the answer has come. `rttMs` only if nothing was sent twice (Karn). */
  readonly completed: (rttMs: number | undefined, nowMs: number) => void
}

/** SYN and SYN-ACK. Whichever of them is lost, the client's SYN leaves again after 1 s, 2 s, 4 s. */
export class Handshake {
  readonly #link: Line
  readonly #flow: number
  readonly #told: HandshakeTold
  readonly #retryAlarm: Alarm
  #retryMs = FIRST_RETRY_MS
  #hasRetried = false
  #openedMs = 0
  #isComplete = false

  constructor(link: Line, flow: number, told: HandshakeTold) {
    this.#link = link
    this.#flow = flow
    this.#told = told
    this.#retryAlarm = link.alarms.newAlarm((atMs) => this.#retry(atMs))
  }

  get hasRetried(): boolean {
    return this.#hasRetried
  }

  open(nowMs: number): void {
    this.#openedMs = nowMs
    this.#sendSyn(nowMs)
  }

  onSyn(nowMs: number): void {
    this.#send('down', 'syn-ack', nowMs)
    this.#told.answered(nowMs)
  }

  onSynAck(nowMs: number): void {
    if (this.#isComplete) return
    this.#isComplete = true
    this.close()
    this.#told.completed(this.hasRetried ? undefined : nowMs - this.#openedMs, nowMs)
  }

  close(): void {
    this.#link.alarms.cancel(this.#retryAlarm)
  }

  #retry(nowMs: number): void {
    this.#hasRetried = true
    this.#sendSyn(nowMs)
  }

  #sendSyn(nowMs: number): void {
    this.#link.alarms.set(this.#retryAlarm, nowMs + this.#retryMs)
    this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS)
    this.#send('up', 'syn', nowMs)
  }

  #send(direction: Direction, kind: 'syn' | 'syn-ack', nowMs: number): void {
    const packet: TcpPacket = {
      id: 0,
      flow: this.#flow,
      sizeBytes: SYN_BYTES,
      traffic: 'tcp',
      kind,
      segment: -1,
      payloadBytes: 0,
      push: false,
      ack: 0,
      windowBytes: 0,
      timestampMs: Math.floor(nowMs),
      echoMs: 0,
      sack: undefined,
    }
    this.#link.send(direction, packet, nowMs)
  }
}
