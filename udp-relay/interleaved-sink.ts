import { videoCodecOf } from '../protocol/nal-syntax.ts'
import { beginsKeyframe } from '../protocol/rtp-video.ts'
import { MAX_WAITING_BYTES } from '../stream/unit-gate.ts'
import type { PortPair } from '../protocol/rtsp-headers.ts'
import { FrameGate } from './frame-gate.ts'
import type { ChannelListener, InterleavedChannels } from './interleaved-channels.ts'
import type { PacketKind, PacketSink } from './packet-sink.ts'
import type { ReceptionLog } from './reception-log.ts'
import type { SendTimer } from './send-timer.ts'

export type InterleavedSinkOptions = {
  readonly timer: Pick<SendTimer, 'nowMs'>
  readonly channels: InterleavedChannels
  readonly receptions: ReceptionLog
  /** Of the tracks that are sent, as RFC 6381 names it, or `mp2t`; asked for when a track is set up. */
  readonly codecOf: (trackIndex: number) => string | undefined
  /** The viewer has taken all that was sent. */
  readonly onAlive: () => void
  /** The connection has gone; no packet reaches the viewer any more. */
  readonly onDisconnected: () => void
}

type Track = { readonly channels: PortPair; readonly gate: FrameGate; readonly listener: ChannelListener }

/** One viewer's packets on channels of its RTSP connection. When it does not read, whole frames are dropped. */
export class InterleavedSink implements PacketSink {
  readonly #options: InterleavedSinkOptions
  readonly #tracks = new Map<number, Track>()
  #droppedFramesOfBefore = 0 // of tracks that were set up anew
  sentPackets = 0
  droppedPackets = 0

  constructor(options: InterleavedSinkOptions) {
    this.#options = options
  }

  get droppedFrames(): number {
    return [...this.#tracks.values()].reduce((sum, { gate }) => sum + gate.droppedUnits, this.#droppedFramesOfBefore)
  }

  /** Gives the channels, which may be others than the wanted ones. Throws RtspRefusal 461. */
  setTrack(trackIndex: number, wanted: PortPair | undefined): PortPair {
    this.#release(trackIndex)
    const { channels, timer, receptions, onDisconnected } = this.#options
    const listener: ChannelListener = {
      onRtcp: (packet) => void receptions.take(packet, timer.nowMs()),
      onRtp: () => void (receptions.otherDatagrams += 1),
      onClosed: onDisconnected,
    }
    const pair = channels.open(wanted, listener)
    const gate = new FrameGate(MAX_WAITING_BYTES, beginningOf(this.#options.codecOf(trackIndex)))
    this.#tracks.set(trackIndex, { channels: pair, gate, listener })
    return pair
  }

  /** Who has taken all that was sent is there, though he never says a word. */
  send(kind: PacketKind, trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    const track = this.#tracks.get(trackIndex)
    if (track === undefined) return
    const { channels, onAlive } = this.#options
    const { waitingBytes } = channels
    if (waitingBytes === 0) onAlive()
    if (kind === 'rtp' && !track.gate.admits(packet, waitingBytes)) {
      this.droppedPackets += 1
      return
    }
    channels.send(track.channels[kind === 'rtcp' ? 1 : 0], packet, scheduledMs)
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

/** What a decoder can begin with after a gap; a transport packet tells nothing of that, and sound can begin anywhere. */
export function beginningOf(codec: string | undefined): (payload: Uint8Array) => boolean {
  if (codec === 'mp2t' || codec?.startsWith('mp4a') === true) return () => true
  return (payload) => beginsKeyframe(payload, videoCodecOf(codec))
}
