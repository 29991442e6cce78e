import type { Direction, Line } from '../access-link.ts'
import { DelayedAck } from './delayed-ack.ts'
import { kernelTimerMs, LazyTimer } from './kernel-timer.ts'
import { Receiver } from './receiver.ts'
import { type SenderOptions, TcpSender } from './sender.ts'
import { MSS_BYTES, packetBytes, type TcpPacket } from './tcp-packet.ts'

const MOST_ROOM_BYTES = 0x3fff_ffff // what window scaling can tell (RFC 7323 section 2.3)

export type EndpointTold = {
  /** So many more bytes, in order. */
  readonly arrived: (bytes: number, atMs: number) => void
  readonly drained: (atMs: number) => void
}

export type EndpointOptions = SenderOptions & { readonly direction: Direction }

/** One end of a connection: a sender, a receiver, and the packets that carry data and ACK together. */
export class TcpEndpoint {
  readonly sender: TcpSender
  readonly #link: Line
  readonly #flow: number
  readonly #direction: Direction
  readonly #told: EndpointTold
  readonly #receiver = new Receiver()
  readonly #ackPolicy = new DelayedAck()
  readonly #ackTimer: LazyTimer
  #isAckPending = false
  #isClosed = false
  #newestId = 0
  #roomEndBytes = Infinity // where the application's room ends in the stream
  #toldRoomEndBytes = Infinity // as the peer knows it
  #lastAck = 0
  #echoMs = 0

  constructor(link: Line, flow: number, { direction, ...options }: EndpointOptions, told: EndpointTold) {
    this.#link = link
    this.#flow = flow
    this.#direction = direction
    this.#told = told
    this.#ackTimer = new LazyTimer(link.alarms, (nowMs) => this.#sendDelayedAck(nowMs))
    this.sender = new TcpSender(link.alarms, options, {
      transmit: (segment, payloadBytes, push, nowMs) => this.#sendData(segment, payloadBytes, push, nowMs),
      probe: (nowMs) => this.#send('probe', -1, 0, false, nowMs),
    })
  }

  receive(packet: TcpPacket, atMs: number): void {
    const { inOrderBytes } = this.#receiver
    this.#noteTimestamp(packet)
    const isAckDue = packet.segment >= 0 ? this.#takeData(packet, atMs) : packet.kind === 'probe'
    this.sender.acknowledge(packet, atMs)
    if (isAckDue && (this.#isAckPending || packet.segment < 0)) this.sendAck(atMs)
    const arrivedBytes = this.#receiver.inOrderBytes - inOrderBytes
    if (arrivedBytes > 0) this.#told.arrived(arrivedBytes, atMs)
    if (!this.#isClosed && this.sender.takeDrained()) this.#told.drained(atMs)
  }

  /** What the application can take beyond what it was told of. A window that opens is told at once (tcp_cleanup_rbuf:
   *  when it doubles), if it is worth a segment (RFC 9293 section 3.8.6.2.2). */
  setReceiveRoom(bytes: number, nowMs: number): void {
    this.#roomEndBytes = this.#receiver.inOrderBytes + bytes
    const knownBytes = Math.max(0, this.#toldRoomEndBytes - this.#receiver.inOrderBytes)
    if (bytes >= 2 * knownBytes && bytes - knownBytes >= MSS_BYTES) this.sendAck(nowMs)
  }

  sendAck(nowMs: number): void {
    this.#send('ack', -1, 0, false, nowMs)
  }

  close(): void {
    this.#isClosed = true
    this.sender.close()
    this.#ackTimer.close()
  }

  /** RFC 7323 section 4.3: what is echoed is the timestamp of the oldest segment not yet acknowledged. */
  #noteTimestamp(packet: TcpPacket): void {
    const isNext = packet.segment < 0 ? !this.#isAckPending : packet.segment <= this.#lastAck
    if (isNext) this.#echoMs = packet.timestampMs
  }

  /** True when an ACK is due at once. */
  #takeData({ segment, payloadBytes, push }: TcpPacket, atMs: number): boolean {
    const arrival = this.#receiver.accept(segment, payloadBytes)
    const { rtoMs, srttMs } = this.sender.rtt
    if (arrival === 'in-order' || arrival === 'fills-hole') this.#ackPolicy.noteData(atMs, rtoMs)
    this.#isAckPending = true
    if (this.#ackPolicy.isAckDue(arrival, payloadBytes, push, this.#receiver.hasHole)) return true
    if (this.#ackTimer.dueMs === Infinity) this.#ackTimer.set(kernelTimerMs(atMs, this.#ackPolicy.delayMs(srttMs)))
    return false
  }

  #sendDelayedAck(nowMs: number): void {
    this.#ackPolicy.missed(this.sender.rtt.rtoMs)
    this.sendAck(nowMs)
  }

  #sendData(segment: number, payloadBytes: number, push: boolean, nowMs: number): void {
    this.#ackPolicy.noteAnswer(nowMs)
    this.#send('data', segment, payloadBytes, push, nowMs)
  }

  #send(kind: TcpPacket['kind'], segment: number, payloadBytes: number, push: boolean, nowMs: number): void {
    const receiver = this.#receiver
    const sack = receiver.takeSack()
    this.#newestId += 1
    const roomBytes = Math.max(0, this.#roomEndBytes - receiver.inOrderBytes)
    const packet: TcpPacket = {
      id: this.#newestId,
      flow: this.#flow,
      sizeBytes: packetBytes(payloadBytes, sack),
      traffic: 'tcp',
      kind,
      segment,
      payloadBytes,
      push,
      ack: receiver.next,
      windowBytes: Math.min(roomBytes, MOST_ROOM_BYTES),
      timestampMs: Math.floor(nowMs),
      echoMs: this.#echoMs,
      sack,
    }
    this.#noteAcknowledged()
    this.#link.send(this.#direction, packet, nowMs)
  }

  /** Every packet is an ACK too. */
  #noteAcknowledged(): void {
    this.#lastAck = this.#receiver.next
    this.#toldRoomEndBytes = this.#roomEndBytes
    if (!this.#isAckPending) return
    this.#isAckPending = false
    this.#ackPolicy.acknowledged()
    this.#ackTimer.stop()
  }
}
