import { extendSequenceNumber, RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import { BurstGapFold } from './burst-gap.ts'
import type { EventOf } from './event-kinds.ts'
import type { ViewerEvent } from './record.ts'
import { RepairFold } from './repair-fold.ts'
import { VideoLosses, type NewSentVideo, type OutlineOf } from './video-losses.ts'

/** The fold over RTP packets that came, did not come, or came for nothing. */
export class PacketsReceived {
  readonly #outlineOf: OutlineOf
  readonly #newSentVideo: NewSentVideo | undefined
  readonly #bursts = new BurstGapFold() // of the video, or of sound alone
  #burstsOf: 'video' | 'audio' = 'video'
  #losses: VideoLosses | undefined // since the newest start
  #newestLost: number | undefined // extended sequence number of that track
  #received = 0
  #receivedBytes = 0
  #givenUp = 0
  readonly #repairs = new RepairFold()
  #late = 0
  #ofUnshown = 0 // came, of frames that could not be shown
  #trackReceived = 0 // of that track
  #trackGivenUp = 0
  #trackRepaired = 0
  #trackFirstMs: number | undefined
  #trackNewestMs = 0

  constructor(outlineOf: OutlineOf = () => undefined, newSentVideo?: NewSentVideo) {
    this.#outlineOf = outlineOf
    this.#newSentVideo = newSentVideo
  }

  add(event: ViewerEvent): void {
    if (event.kind === 'rtp-started') this.#start(event)
    else if (event.kind === 'media-received') this.receive(event.sizeBytes, event.atMs, event.track)
    else if (event.kind === 'packets-given-up') this.#giveUp(event)
    else if (event.kind === 'packet-late') this.#late += 1
    else if (event.kind === 'repair-received') this.#repair(event)
    else if (event.kind === 'frame-frozen') this.#ofUnshown += this.#receivedOfFrame(event.ptsTicks)
  }

  /** Payload bytes that were of use: a packet that came for nothing counts as a mean one. */
  get usedBytes(): number {
    const { repairedPackets, repairedBytes } = this.#repairs
    const packets = this.#received + repairedPackets
    const payloadBytes = this.#receivedBytes + repairedBytes - packets * RTP_HEADER_BYTES
    return payloadBytes * (1 - (this.#late + this.#ofUnshown) / Math.max(1, packets))
  }

  measures() {
    const { repairedPackets: repaired, sentBytes, lateRepairs, meanDelayMs } = this.#repairs.measures()
    const expected = this.#received + repaired + this.#givenUp - this.#late // a late one was given up, and came
    if (expected === 0) return {}
    return {
      expectedPackets: expected,
      lostPackets: this.#givenUp - this.#late,
      latePackets: this.#late,
      repairedPackets: repaired,
      residualLossRatio: this.#givenUp / expected,
      lateRepairs,
      repairDelayMs: meanDelayMs,
      repairOverheadRatio: sentBytes / Math.max(1, this.#receivedBytes),
      effectiveLossRatio: (this.#givenUp + this.#ofUnshown) / expected,
      discardRatio: this.#late / expected,
      ...this.#burstMeasures(),
    }
  }

  #start(start: EventOf<'rtp-started'>): void {
    const isBeside = start.track === 'audio' && this.#losses !== undefined // the video's start is told first
    if (isBeside) return
    this.#burstsOf = start.track
    this.#bursts.beginAnew()
    this.#losses =
      start.track === 'audio' ? undefined : new VideoLosses(start, this.#outlineOf, undefined, this.#newSentVideo)
  }

  /** For who has packets and no events. */
  receive(sizeBytes: number, atMs: number, track: 'video' | 'audio' | undefined): void {
    this.#received += 1
    this.#receivedBytes += sizeBytes
    if (track !== this.#burstsOf) return
    this.#trackReceived += 1
    this.#trackFirstMs ??= atMs
    this.#trackNewestMs = atMs
  }

  #repair(event: EventOf<'repair-received'>): void {
    this.#repairs.add(event)
    if (event.track === this.#burstsOf) this.#trackRepaired += event.repairedPackets
  }

  #giveUp({ packets, track, firstSequenceNumber }: EventOf<'packets-given-up'>): void {
    this.#givenUp += packets
    if (track !== this.#burstsOf || firstSequenceNumber === undefined) return
    const first = extendSequenceNumber(firstSequenceNumber, this.#newestLost ?? firstSequenceNumber)
    this.#newestLost = first
    this.#trackGivenUp += packets
    this.#bursts.lose(first, packets)
    this.#losses?.lose(firstSequenceNumber, packets)
  }

  #receivedOfFrame(ptsTicks: number | undefined): number {
    const video = this.#losses?.video
    if (this.#losses === undefined || video === undefined || ptsTicks === undefined) return 0
    const frameIndex = video.frameIndexAt(ptsTicks)
    if (frameIndex < 0) return 0
    const first = video.firstPacketOf(frameIndex)
    const end = video.firstPacketOf(frameIndex + 1)
    return end - first - this.#losses.between(first, end).length
  }

  /** Durations as RFC 3611 appendix A.2 has them: packets times the mean time between two. */
  #burstMeasures() {
    const expected = this.#trackReceived + this.#trackRepaired + this.#trackGivenUp
    const bursts = this.#bursts.of(expected)
    if (bursts === undefined || this.#trackFirstMs === undefined) return {}
    const packetMs = (this.#trackNewestMs - this.#trackFirstMs) / expected
    return {
      burstCount: bursts.bursts,
      burstDensity: bursts.burstDensity,
      gapDensity: bursts.gapDensity,
      meanBurstMs: bursts.meanBurstPackets * packetMs,
      meanGapMs: bursts.meanGapPackets * packetMs,
    }
  }
}
