import type { Line } from '../access-link.ts'
import type { LinkPacket } from '../link-packet.ts'
import type { CongestionControl } from '../profile.ts'
import { TcpEndpoint } from './endpoint.ts'
import { Handshake } from './handshake.ts'
import { RECOVERY_STATES } from './recovery-state.ts'
import { MSS_BYTES, type TcpPacket } from './tcp-packet.ts'

const INITIAL_WINDOW = 10 // RFC 6928
const WINDOW_AFTER_LOST_SYN = 1 // RFC 5681 section 3.1
const TLS_CLIENT_BYTES = 517 // a ClientHello as browsers pad it (RFC 7685)
const TLS_SERVER_BYTES = MSS_BYTES // a full segment of certificates: whatever fits the first window takes one round trip

export type TcpOptions = {
  readonly congestionControl: CongestionControl
  readonly tlsRoundTrips: 0 | 1 | 2
  readonly isRtsp?: boolean // absent: HTTP, which every firewall lets through
}

/** Who is told; moments are link time, and each call comes from inside `AccessLink.advance`. Calls back into the
 *  connection are allowed. */
export type TcpEnds = {
  /** At the client: the SYN-ACK has come back, and TLS is done. */
  readonly established?: (atMs: number) => void
  /** At the server: so many more bytes, in order. */
  readonly requestArrived?: (bytes: number, atMs: number) => void
  /** At the client: so many more bytes, in order. */
  readonly responseArrived: (bytes: number, atMs: number) => void
  /** `write` has answered false; there is room again. */
  readonly drained?: (atMs: number) => void
}

/** The server's side of a connection, for counters and charts. Windows in segments; ssthresh Infinity: no loss yet. */
export type TcpState = {
  readonly congestionControl: CongestionControl
  readonly recovery: (typeof RECOVERY_STATES)[number]
  readonly cwnd: number
  readonly ssthresh: number
  readonly srttMs: number // 0: nothing measured yet
  readonly minRttMs: number // Infinity: nothing measured yet
  readonly rtoMs: number
  readonly inFlight: number // segments
  readonly unacknowledgedBytes: number // written, not yet acknowledged
  readonly peerRoomBytes: number // the client's last advertised window; Infinity: none yet
  readonly sentSegments: number
  readonly retransmittedSegments: number
  readonly timeouts: number
}

/** One modelled TCP connection between a client behind an access link and a server before it. No bytes go through it,
 *  only counts: whoever owns the bytes lets go of as many as are told as arrived. Pure: time is an argument, chance is
 *  the link's. */
export class TcpConnection {
  readonly #link: Line
  readonly #options: TcpOptions
  readonly #ends: TcpEnds
  readonly #flow: number
  readonly #handshake: Handshake
  readonly #client: TcpEndpoint
  readonly #server: TcpEndpoint
  #isEstablished = false
  #isClosed = false
  #waitingRequestBytes = 0
  #answeredMs: number | undefined // the SYN-ACK has left, its ACK has not come
  #tlsClientBytes: number // still to arrive at the client before it is established
  #tlsServerBytes: number // still to arrive at the server before requests

  constructor(link: Line, options: TcpOptions, ends: TcpEnds) {
    this.#link = link
    this.#options = options
    this.#ends = ends
    this.#tlsClientBytes = options.tlsRoundTrips * TLS_SERVER_BYTES
    this.#tlsServerBytes = options.tlsRoundTrips * TLS_CLIENT_BYTES
    const flow = link.openFlow(this.#listeners(), options.isRtsp)
    const common = { congestionControl: options.congestionControl, initialWindow: INITIAL_WINDOW }
    this.#client = new TcpEndpoint(
      link,
      flow,
      { ...common, direction: 'up' },
      { arrived: (bytes, atMs) => this.#onResponseBytes(bytes, atMs), drained: () => {} },
    )
    this.#server = new TcpEndpoint(
      link,
      flow,
      { ...common, direction: 'down' },
      { arrived: (bytes, atMs) => this.#onRequestBytes(bytes, atMs), drained: (atMs) => ends.drained?.(atMs) },
    )
    this.#handshake = new Handshake(link, flow, {
      answered: (nowMs) => (this.#answeredMs = nowMs),
      completed: (rttMs, nowMs) => this.#onHandshake(rttMs, nowMs),
    })
    this.#flow = flow
  }

  /** Its packets' flow on the link, by which an observer of the link knows them. */
  get flow(): number {
    return this.#flow
  }

  /** The client's SYN leaves. */
  open(nowMs: number): void {
    this.#handshake.open(nowMs)
  }

  /** Client to server; leaves once established; any number of times. */
  request(bytes: number, nowMs: number): void {
    if (this.#isEstablished) this.#client.sender.write(bytes, nowMs)
    else this.#waitingRequestBytes += bytes
  }

  /** Server to client. All bytes are taken; false: the send buffer is full, wait for `drained`. */
  write(bytes: number, nowMs: number): boolean {
    return this.#server.sender.write(bytes, nowMs)
  }

  /** What the client's application can take beyond what was told as arrived: the advertised window. 0 stops the sender. */
  setReceiveRoom(bytes: number, nowMs: number): void {
    this.#client.setReceiveRoom(bytes, nowMs)
  }

  /** Nothing more is told, and nothing of it stays on the link. */
  close(): void {
    this.#isClosed = true
    this.#handshake.close()
    this.#client.close()
    this.#server.close()
    this.#link.closeFlow(this.#flow)
  }

  state(): TcpState {
    const { sender } = this.#server
    const { board, window, rtt, recovery } = sender
    return {
      congestionControl: this.#options.congestionControl,
      recovery: RECOVERY_STATES[recovery.state],
      cwnd: window.cwnd,
      ssthresh: window.ssthresh,
      srttMs: rtt.srttMs,
      minRttMs: rtt.minRttMs,
      rtoMs: rtt.rtoMs,
      inFlight: board.inFlight,
      unacknowledgedBytes: sender.unacknowledgedBytes,
      peerRoomBytes: sender.peerRoomBytes,
      sentSegments: sender.sentSegments,
      retransmittedSegments: sender.retransmittedSegments,
      timeouts: sender.timeouts,
    }
  }

  #listeners() {
    const atClient = (packet: LinkPacket, atMs: number) => this.#receiveAtClient(packet as TcpPacket, atMs)
    const atServer = (packet: LinkPacket, atMs: number) => this.#receiveAtServer(packet as TcpPacket, atMs)
    return {
      down: { delivered: atClient, duplicated: atClient },
      up: { delivered: atServer, duplicated: atServer },
    }
  }

  #receiveAtClient(packet: TcpPacket, atMs: number): void {
    if (packet.kind === 'syn-ack') this.#handshake.onSynAck(atMs)
    else this.#client.receive(packet, atMs)
  }

  #receiveAtServer(packet: TcpPacket, atMs: number): void {
    if (packet.kind === 'syn') return this.#handshake.onSyn(atMs)
    if (this.#answeredMs !== undefined) this.#acceptConnection(this.#answeredMs, atMs)
    this.#server.receive(packet, atMs)
  }

  #onHandshake(rttMs: number | undefined, nowMs: number): void {
    if (rttMs !== undefined) this.#client.sender.measureRtt(rttMs, nowMs)
    else this.#client.sender.window.cwnd = WINDOW_AFTER_LOST_SYN
    this.#client.sendAck(nowMs)
    if (this.#options.tlsRoundTrips > 0) this.#client.sender.write(TLS_CLIENT_BYTES, nowMs)
    else this.#establish(nowMs)
  }

  /** The first packet after the SYN is the server's measure of the round trip. */
  #acceptConnection(answeredMs: number, nowMs: number): void {
    this.#answeredMs = undefined
    if (this.#handshake.hasRetried) this.#server.sender.window.cwnd = WINDOW_AFTER_LOST_SYN
    else this.#server.sender.measureRtt(nowMs - answeredMs, nowMs)
  }

  #establish(nowMs: number): void {
    this.#isEstablished = true
    if (this.#waitingRequestBytes > 0) this.#client.sender.write(this.#waitingRequestBytes, nowMs)
    this.#waitingRequestBytes = 0
    this.#ends.established?.(nowMs)
  }

  #onRequestBytes(bytes: number, atMs: number): void {
    const ofTls = Math.min(bytes, this.#tlsServerBytes)
    const roundTripsBefore = Math.ceil(this.#tlsServerBytes / TLS_CLIENT_BYTES)
    this.#tlsServerBytes -= ofTls
    const answers = roundTripsBefore - Math.ceil(this.#tlsServerBytes / TLS_CLIENT_BYTES)
    if (answers > 0) this.#server.sender.write(answers * TLS_SERVER_BYTES, atMs)
    if (bytes > ofTls) this.#ends.requestArrived?.(bytes - ofTls, atMs)
  }

  #onResponseBytes(bytes: number, atMs: number): void {
    const ofTls = Math.min(bytes, this.#tlsClientBytes)
    this.#tlsClientBytes -= ofTls
    if (ofTls > 0) this.#onTlsAnswer(atMs)
    if (bytes > ofTls && !this.#isClosed) this.#ends.responseArrived(bytes - ofTls, atMs)
  }

  #onTlsAnswer(atMs: number): void {
    if (this.#tlsClientBytes === 0) this.#establish(atMs)
    else if (this.#tlsClientBytes % TLS_SERVER_BYTES === 0) this.#client.sender.write(TLS_CLIENT_BYTES, atMs)
  }
}
