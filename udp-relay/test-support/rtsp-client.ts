import type { Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import {
  encodeRtspMessage,
  RtspReader,
  type RtspInterleavedFrame,
  type RtspResponse,
} from '../../protocol/rtsp-message.ts'
import { decodeRtcp, type RtcpPacket } from '../../protocol/rtcp.ts'
import { decodeRtp, type RtpPacket } from '../../protocol/rtp.ts'
import { closeUdp, findFreePair, bindUdpPair } from '../udp-sockets.ts'

/** An RTSP client by hand: one connection, replies in order. */
export class RtspClient {
  readonly socket: Socket
  /** What came between the replies. */
  readonly interleaved: RtspInterleavedFrame[] = []
  readonly #reader = new RtspReader()
  readonly #replies: RtspResponse[] = []
  #waiting: ((reply: RtspResponse) => void)[] = []
  #cSeq = 0

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      for (const event of this.#reader.push(bytes)) {
        if (event.kind === 'response') this.#take(event)
        else if (event.kind === 'interleaved') this.interleaved.push(event)
      }
      this.#onBytes()
    })
  }

  static async open(port: number, localAddress = '127.0.0.1'): Promise<RtspClient> {
    const client = await RtspClient.connect(port, localAddress)
    onTestFinished(() => void client.socket.destroy())
    return client
  }

  /** As `open`, and nothing keeps it: who asked closes the socket. */
  static async connect(port: number, localAddress = '127.0.0.1'): Promise<RtspClient> {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    await once(socket, 'connect')
    return new RtspClient(socket)
  }

  /** `version` and a missing CSeq are for the errors. */
  request(method: string, url: string, headers: Record<string, string> = {}, version = '1.0'): Promise<RtspResponse> {
    this.#cSeq += 1
    const named = new Map(Object.entries({ cseq: String(this.#cSeq), ...headers }))
    const body = Buffer.from(named.get('body') ?? '')
    named.delete('body')
    return this.raw(encodeRtspMessage({ kind: 'request', method, url, version, headers: named, body }))
  }

  raw(bytes: Uint8Array): Promise<RtspResponse> {
    this.socket.write(bytes)
    return this.reply()
  }

  async reply(): Promise<RtspResponse> {
    const reply = this.#replies.shift()
    return reply ?? new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Resolves when `holds`, which is asked whenever bytes come. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onBytes = () => {
        if (holds()) resolve()
      }
      this.#onBytes()
    })
  }

  /** RTP of a channel. */
  rtpOf(channel: number): RtpPacket[] {
    return this.interleaved.flatMap((frame) => {
      const rtp = frame.channel === channel ? decodeRtp(frame.payload) : undefined
      return rtp?.ok === true ? [rtp.value] : []
    })
  }

  /** RTCP of a channel. */
  rtcpOf(channel: number): RtcpPacket[] {
    return this.interleaved.flatMap((frame) => {
      const rtcp = frame.channel === channel ? decodeRtcp(frame.payload) : undefined
      return rtcp?.ok === true ? rtcp.value : []
    })
  }

  #onBytes = (): void => {}

  #take(reply: RtspResponse): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#replies.push(reply)
    else waiting(reply)
  }
}

/** A pair of UDP ports that a track is sent to, and what came. */
export class UdpReceiver {
  readonly rtpPort: number
  readonly rtp: RtpPacket[] = []
  readonly rtcp: RtcpPacket[] = []
  readonly #sockets: readonly [UdpSocket, UdpSocket]
  #onPacket = (): void => {}

  private constructor(sockets: [UdpSocket, UdpSocket]) {
    this.#sockets = sockets
    this.rtpPort = sockets[0].address().port
    sockets[0].on('message', (datagram) => {
      const packet = decodeRtp(datagram)
      if (packet.ok) this.rtp.push(packet.value)
      this.#onPacket()
    })
    sockets[1].on('message', (datagram) => {
      const packets = decodeRtcp(datagram)
      if (packets.ok) this.rtcp.push(...packets.value)
      this.#onPacket()
    })
  }

  static async open(): Promise<UdpReceiver> {
    const receiver = await UdpReceiver.bind()
    onTestFinished(() => receiver.close())
    return receiver
  }

  /** As `open`, and nothing keeps it: who asked closes it. */
  static async bind(): Promise<UdpReceiver> {
    return new UdpReceiver(await bindUdpPair('127.0.0.1', await findFreePair('127.0.0.1'), false))
  }

  get transport(): string {
    return `RTP/AVP;unicast;client_port=${this.rtpPort}-${this.rtpPort + 1}`
  }

  get byes(): number {
    return this.rtcp.filter(({ kind }) => kind === 'bye').length
  }

  /** Resolves when `holds`, which is asked at each packet. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onPacket = () => {
        if (holds()) resolve()
      }
      this.#onPacket()
    })
  }

  sendRtcp(datagram: Uint8Array, port: number): void {
    this.#sockets[1].send(datagram, port, '127.0.0.1')
  }

  #closed = false
  async close(): Promise<void> {
    if (!this.#closed) await closeUdp(this.#sockets)
    this.#closed = true
  }
}
