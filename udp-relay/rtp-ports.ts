import type { Socket } from 'node:dgram'
import { BurstSocket } from './burst-socket.ts'
import type { PacketBurst } from './burst-writer.ts'
import { Departures } from './departures.ts'
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
  /** Absent: it was not asked for, or is not possible here. */
  readonly sendBurst: ((burst: PacketBurst) => boolean) | undefined
  sendRtcp(packet: Uint8Array): boolean
  close(): void
}

const MAX_QUEUED_BYTES = 1_000_000 // in the process, behind a full socket buffer: half a second of 16 Mbit/s

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
  readonly #offload: SegmentationOffload | undefined
  readonly #outbox = new UdpOutbox(this.departures)
  readonly #listeners = new Map<string, TrackListener>() // by the viewer's address and RTCP port

  private constructor([rtp, rtcp]: readonly [Socket, Socket], sendsConnected: boolean, offload?: SegmentationOffload) {
    this.rtpPort = rtp.address().port
    this.rtcpPort = rtcp.address().port
    this.sendsConnected = sendsConnected
    this.#offload = offload
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
    return new RtpPorts(pair, await connectedSocketsWork(host, port), offload)
  }

  /** Of RTP packets over connected sockets. */
  get memory(): PacketArena | undefined {
    return this.sendsConnected ? this.#outbox.memory : undefined
  }

  /** Packets can leave in bursts, by segmentation offload. */
  get canBurst(): boolean {
    return this.sendsConnected && this.#offload !== undefined
  }

  /** `inBursts`: the way can send bursts, where that is possible. Rejects when there is no way to the address. */
  async openTrack(ends: TrackEnds, listener: TrackListener, inBursts = false): Promise<TrackWay> {
    const { address, rtpPort, rtcpPort } = ends
    const connected = this.sendsConnected ? await this.#connect(ends, listener) : undefined
    const bursts = inBursts && connected !== undefined ? this.#burstSocket(connected, listener) : undefined
    const key = keyOf(address, rtcpPort)
    this.#listeners.set(key, listener)
    return {
      sendRtp: (packet, scheduledMs) =>
        connected === undefined
          ? sendTo(this.#rtp, packet, rtpPort, address)
          : this.#outbox.add(connected, packet, scheduledMs),
      sendBurst: bursts && ((burst) => this.#outbox.addBurst(bursts, burst)),
      sendRtcp: (packet) => {
        this.#outbox.flush() // reports stay in order with the packets
        return sendTo(this.#rtcp, packet, rtcpPort, address)
      },
      close: () => {
        this.#outbox.flush()
        connected?.close()
        if (this.#listeners.get(key) === listener) this.#listeners.delete(key)
      },
    }
  }

  async close(): Promise<void> {
    await closeUdp([this.#rtp, this.#rtcp])
  }

  #burstSocket(socket: Socket, { onRefused }: TrackListener): BurstSocket | undefined {
    const sendAsOne = this.#offload?.open(socket)
    return sendAsOne === undefined ? undefined : new BurstSocket(socket, sendAsOne, this.departures, onRefused)
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
