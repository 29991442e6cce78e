import type { Socket } from 'node:dgram'
import type { PacketBurst } from './burst-writer.ts'
import { ConnectedSocket } from './connected-socket.ts'
import { Departures } from './departures.ts'
import { loadDirectSending, type DirectSending } from './direct-send.ts'
import type { PacketArena } from './packet-arena.ts'
import type { SegmentationOffload } from './segmentation-offload.ts'
import { UdpOutbox } from './udp-outbox.ts'
import {
  bindUdp,
  bindUdpPair,
  closeUdp,
  connectedSocketsWork,
  connectUdp,
  findFreePair,
  isPairPort,
} from './udp-sockets.ts'

/** Where one track of a viewer goes, and from which of our addresses. */
export type TrackEnds = {
  readonly localAddress: string
  readonly address: string
  readonly rtpPort: number
  readonly rtcpPort: number
}

export type TrackListener = {
  readonly onRtcp: (datagram: Uint8Array) => void
  /** Something came on the RTP port: viewers send there only to open their firewall. Told over a connected socket alone. */
  readonly onRtp: (datagram: Uint8Array) => void
  /** The viewer's host says that nobody listens on its RTP port. */
  readonly onRefused: () => void
}

/** One track's way to its viewer. What the kernel does not take is dropped: `send…` then gives false. */
export type TrackWay = {
  /** Due at `scheduledMs` by performance.now: how late it left is noted. */
  sendRtp(packet: Uint8Array, scheduledMs: number): boolean
  /** The same for all packets of a burst. */
  sendBurst(burst: PacketBurst): boolean
  sendRtcp(packet: Uint8Array): boolean
  close(): void
}

const MAX_QUEUED_BYTES = 1_000_000 // in the process, behind a full socket buffer: half a second of 16 Mbit/s

type RtpWay = Pick<TrackWay, 'sendRtp' | 'sendBurst'>

/** What of a connected socket's cost can be spared here. */
type SendingWays = {
  readonly direct: DirectSending | undefined
  readonly offload: SegmentationOffload | undefined
}

/** The one even/odd pair of UDP ports from which all viewers are served. RTP leaves over a connected socket a track, at
 *  half the cost of an unconnected one; RTCP, some packets a minute, over the one that holds the port. */
export class RtpPorts {
  readonly rtpPort: number
  readonly rtcpPort: number
  /** False where the system has no connected sockets on one port: RTP then leaves over the one that holds it. */
  readonly sendsConnected: boolean
  readonly #rtp: Socket
  readonly #rtcp: Socket
  readonly departures = new Departures()
  readonly #ways: SendingWays
  readonly #outbox = new UdpOutbox(this.departures)
  readonly #listeners = new Map<string, TrackListener>() // by the viewer's address and RTCP port

  private constructor([rtp, rtcp]: readonly [Socket, Socket], sendsConnected: boolean, ways: SendingWays) {
    this.rtpPort = rtp.address().port
    this.rtcpPort = rtcp.address().port
    this.sendsConnected = sendsConnected
    this.#ways = ways
    this.#rtp = rtp
    this.#rtcp = rtcp
    rtp.on('error', forgetUnreachable)
    rtcp.on('error', forgetUnreachable)
    rtcp.on('message', (datagram, from) => this.#listeners.get(keyOf(from.address, from.port))?.onRtcp(datagram))
  }

  /** Port 0 takes any free pair. Rejects when one of the two is taken, RangeError when `rtpPort` is odd. */
  static async open(host: string, rtpPort: number, offload?: SegmentationOffload): Promise<RtpPorts> {
    if (rtpPort !== 0 && !isPairPort(rtpPort)) throw new RangeError(`the RTP port must be even, got ${rtpPort}`)
    const port = rtpPort === 0 ? await findFreePair(host) : rtpPort
    // Sockets that share a port would share it with another program too, unseen: so first it must be ours alone.
    await closeUdp(await bindUdpPair(host, port, false))
    const pair = await bindUdpPair(host, port, true)
    const ways = { offload, direct: await loadDirectSending() }
    return new RtpPorts(pair, await connectedSocketsWork(host, port), ways)
  }

  /** Of RTP packets over connected sockets. */
  get memory(): PacketArena | undefined {
    return this.sendsConnected ? this.#outbox.memory : undefined
  }

  /** Rejects when there is no way to the address. */
  async openTrack(ends: TrackEnds, listener: TrackListener): Promise<TrackWay> {
    const { address, rtcpPort } = ends
    const socket = this.sendsConnected ? await this.#connect(ends, listener) : undefined
    const key = keyOf(address, rtcpPort)
    this.#listeners.set(key, listener)
    return {
      ...(socket === undefined ? this.#sharedWay(ends) : this.#connectedWay(socket, listener)),
      sendRtcp: (packet) => {
        this.#outbox.flush() // reports stay in order with the packets
        return sendTo(this.#rtcp, packet, rtcpPort, address)
      },
      close: () => {
        this.#outbox.flush()
        socket?.close()
        if (this.#listeners.get(key) === listener) this.#listeners.delete(key)
      },
    }
  }

  async close(): Promise<void> {
    await closeUdp([this.#rtp, this.#rtcp])
  }

  #connectedWay(socket: Socket, { onRefused }: TrackListener): RtpWay {
    const { departures } = this
    const sendPacket = this.#ways.direct?.open(socket)
    const sendAsOne = this.#ways.offload?.open(socket)
    const connected = new ConnectedSocket(socket, { departures, sendPacket, sendAsOne, onRefused })
    return {
      sendRtp: (packet, scheduledMs) => this.#outbox.add(connected, packet, scheduledMs),
      sendBurst: (burst) => this.#outbox.addBurst(connected, burst),
    }
  }

  #sharedWay({ address, rtpPort }: TrackEnds): RtpWay {
    const sendRtp = (packet: Uint8Array): boolean => sendTo(this.#rtp, packet, rtpPort, address)
    return { sendRtp, sendBurst: ({ packets }) => packets.map(sendRtp).every(Boolean) }
  }

  /** A stranger's datagram that comes between bind and connect is of no use, to the socket that holds the port neither. */
  async #connect({ localAddress, address, rtpPort }: TrackEnds, { onRtp, onRefused }: TrackListener): Promise<Socket> {
    const socket = await bindUdp(localAddress, this.rtpPort, true)
    try {
      await connectUdp(socket, rtpPort, address)
    } catch (error) {
      await closeUdp([socket])
      throw error
    }
    socket.on('message', onRtp)
    socket.on('error', onRefused) // ECONNREFUSED: unhandled it would end the process
    return socket
  }
}

function sendTo(socket: Socket, packet: Uint8Array, port: number, address: string): boolean {
  if (socket.getSendQueueSize() > MAX_QUEUED_BYTES) return false
  socket.send(packet, port, address)
  return true
}

/** On a socket that serves all, nobody can say whose packet it was. */
function forgetUnreachable(): void {}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`
}
