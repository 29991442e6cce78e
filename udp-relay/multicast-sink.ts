import type { Socket } from 'node:dgram'
import type { PacketKind, PacketSink } from './packet-sink.ts'
import type { MulticastOptions } from './multicast-groups.ts'
import { bindUdp, closeUdp } from './udp-sockets.ts'

/** RTP and RTCP ports of a track, the same in every group. */
export function multicastPorts(
  { port }: Pick<MulticastOptions, 'port'>,
  trackIndex: number,
): readonly [number, number] {
  const rtpPort = port + 2 * trackIndex
  return [rtpPort, rtpPort + 1]
}

/** A report of somebody in the group, and where it came from. */
export type OnGroupRtcp = (datagram: Uint8Array, address: string) => void

const MAX_QUEUED_BYTES = 1_000_000 // as for a unicast viewer
const TRACKS = 2

/** A group as the way out of one stream. What the kernel does not take is dropped. */
export class MulticastSink implements PacketSink {
  readonly group: string
  readonly #options: MulticastOptions
  readonly #out: Socket
  readonly #in: readonly Socket[] // RTCP of the viewers, by track
  sentPackets = 0
  droppedPackets = 0

  private constructor(group: string, options: MulticastOptions, out: Socket, heard: readonly Socket[]) {
    this.group = group
    this.#options = options
    this.#out = out
    this.#in = heard
  }

  /** Rejects when the interface is none of ours, or there is no way to the group. */
  static async open(group: string, options: MulticastOptions, onRtcp: OnGroupRtcp): Promise<MulticastSink> {
    const open: Socket[] = []
    try {
      const out = await bindUdp(options.interface ?? '0.0.0.0', 0, false)
      open.push(out)
      out.setMulticastTTL(options.ttl)
      if (options.interface !== undefined) out.setMulticastInterface(options.interface)
      out.on('error', () => {}) // nobody can say which packet it was
      for (let trackIndex = 0; trackIndex < TRACKS; trackIndex += 1) {
        open.push(await joinGroup(group, trackIndex, options, onRtcp))
      }
      return new MulticastSink(group, options, out, open.slice(1))
    } catch (error) {
      await closeUdp(open)
      throw error
    }
  }

  send(kind: PacketKind, trackIndex: number, packet: Uint8Array): void {
    if (this.#out.getSendQueueSize() > MAX_QUEUED_BYTES) {
      this.droppedPackets += 1
      return
    }
    const [rtpPort, rtcpPort] = multicastPorts(this.#options, trackIndex)
    this.#out.send(packet, kind === 'rtcp' ? rtcpPort : rtpPort, this.group)
    this.sentPackets += 1
  }

  close(): void {
    void closeUdp([this.#out, ...this.#in])
  }
}

/** Bound to the group itself, so that nothing else comes. */
async function joinGroup(
  group: string,
  trackIndex: number,
  options: MulticastOptions,
  onRtcp: OnGroupRtcp,
): Promise<Socket> {
  const socket = await bindUdp(group, multicastPorts(options, trackIndex)[1], true)
  socket.addMembership(group, options.interface)
  socket.on('message', (datagram, { address }) => onRtcp(datagram, address))
  socket.on('error', () => {})
  return socket
}
