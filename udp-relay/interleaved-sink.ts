import { beginsKeyframe } from '../protocol/rtp-h264-keyframe.ts'
import type { PortPair } from '../protocol/rtsp-headers.ts'
import { TRACK_VIDEO } from '../stream/send-schedule.ts'
import { FrameGate } from './frame-gate.ts'
import type { ChannelListener, InterleavedChannels } from './interleaved-channels.ts'
import type { PacketSink } from './packet-sink.ts'
import { ViewerReports, type ViewerReportsOptions } from './viewer-reports.ts'

export type InterleavedSinkOptions = ViewerReportsOptions & {
  readonly channels: InterleavedChannels
  /** The connection has gone; no packet reaches the viewer any more. */
  readonly onDisconnected: () => void
}

/** Half a second of 16 Mbit/s; a frame that has begun may go beyond it. What the kernel holds comes on top. */
export const MAX_WAITING_BYTES = 1_000_000

type Track = { readonly channels: PortPair; readonly gate: FrameGate; readonly listener: ChannelListener }

/** One viewer's packets on channels of its RTSP connection. When it does not read, whole frames are dropped. */
export class InterleavedSink implements PacketSink {
  readonly reports: ViewerReports
  readonly #options: InterleavedSinkOptions
  readonly #tracks = new Map<number, Track>()
  #droppedFramesOfBefore = 0 // of tracks that were set up anew
  sentPackets = 0
  droppedPackets = 0

  constructor(options: InterleavedSinkOptions) {
    this.#options = options
    this.reports = new ViewerReports(options)
  }

  get droppedFrames(): number {
    return [...this.#tracks.values()].reduce((sum, { gate }) => sum + gate.droppedUnits, this.#droppedFramesOfBefore)
  }

  /** Gives the channels, which may be others than the wanted ones. Throws RtspRefusal 461. */
  setTrack(trackIndex: number, wanted: PortPair | undefined): PortPair {
    this.#release(trackIndex)
    const { channels, timer, onDisconnected } = this.#options
    const listener: ChannelListener = {
      onRtcp: (packet) => void this.reports.take(trackIndex, packet, timer.nowMs()),
      onRtp: () => void (this.reports.otherDatagrams += 1),
      onClosed: onDisconnected,
    }
    const pair = channels.open(wanted, listener)
    const gate = new FrameGate(MAX_WAITING_BYTES, trackIndex === TRACK_VIDEO ? beginsKeyframe : () => true)
    this.#tracks.set(trackIndex, { channels: pair, gate, listener })
    return pair
  }

  /** Who has taken all that was sent is there, though he never says a word. */
  send(kind: 'rtp' | 'rtcp', trackIndex: number, packet: Uint8Array): void {
    const track = this.#tracks.get(trackIndex)
    if (track === undefined) return
    const { channels, onAlive } = this.#options
    const { waitingBytes } = channels
    if (waitingBytes === 0) onAlive()
    if (kind === 'rtp' && !track.gate.admits(packet, waitingBytes)) {
      this.droppedPackets += 1
      return
    }
    channels.send(track.channels[kind === 'rtp' ? 0 : 1], packet)
    this.sentPackets += 1
  }

  close(): void {
    for (const trackIndex of [...this.#tracks.keys()]) this.#release(trackIndex)
  }

  #release(trackIndex: number): void {
    const track = this.#tracks.get(trackIndex)
    if (track === undefined) return
    this.#options.channels.release(track.channels, track.listener)
    this.#droppedFramesOfBefore += track.gate.droppedUnits
    this.#tracks.delete(trackIndex)
  }
}
