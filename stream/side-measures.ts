import { BehindFold } from './behind.ts'
import { isLatencyEvent } from './catch-up.ts'
import type { Heard } from './event-kinds.ts'
import { LiveMeasuresFold } from './live-measures.ts'
import type { MeasureKey } from './measure-table.ts'
import { MeasuresFold, type Measures } from './measures.ts'
import { PacketsReceived } from './packets-received.ts'
import type { ViewerEvent, ViewerSide } from './record.ts'
import type { NewSentVideo, OutlineOf } from './video-losses.ts'
import { VariantsShown } from './variants-shown.ts'

/** Absent: there is nothing to measure on this side, or nobody told it. */
export type SideMeasures = { readonly [key in MeasureKey]?: number }

export type SideOptions = {
  readonly side: ViewerSide // of HLS there are no packets: its segments are whole
  readonly frameIntervalMs: number
  /** With it, packets of frames that could not be shown count in the effective loss. */
  readonly outlineOf?: OutlineOf
  readonly newSentVideo?: NewSentVideo // absent: planned anew
}

/** The fold over what one viewer of a run tells. Both viewers are measured by the same definitions (measure-table.ts). */
export class SideMeasuresFold {
  readonly #options: SideOptions
  readonly #basic: MeasuresFold
  readonly #behind: BehindFold
  readonly #variants: VariantsShown
  readonly #packets: PacketsReceived | undefined
  #live: LiveMeasuresFold | undefined // of what is live
  #newestMs = 0 // of the viewer's clock

  constructor(options: SideOptions) {
    this.#options = options
    this.#basic = new MeasuresFold(options.frameIntervalMs)
    this.#behind = new BehindFold(options.frameIntervalMs)
    this.#variants = new VariantsShown()
    this.#packets = options.side === 'udp' ? new PacketsReceived(options.outlineOf, options.newSentVideo) : undefined
  }

  /** In their order; the measures are those at the newest one. */
  add(event: ViewerEvent): void {
    this.#newestMs = Math.max(this.#newestMs, event.atMs)
    this.#basic.add(event)
    this.#behind.add(event)
    this.#packets?.add(event)
    if (isLatencyEvent(event)) this.#addLive(event)
    if (event.kind === 'variant-shown') {
      this.#variants.show(event.bitsPerSecond, this.#basic.watching.watchedMs(event.atMs))
    }
  }

  /** For who has RTP packets and no events of them. */
  receive(sizeBytes: number, atMs: number, track: 'video' | 'audio'): void {
    this.#basic.receive(sizeBytes, atMs)
    this.#packets?.receive(sizeBytes, atMs, track)
  }

  /** `wireBytes`: what was sent to this viewer, where the link tells it. `nowMs`: of the viewer's clock; absent: when the
   *  newest event was. */
  measures(wireBytes: number | undefined, nowMs = this.#newestMs): SideMeasures {
    const told = {
      ...this.#playback(nowMs),
      ...this.#variants.measures(this.#basic.watching.watchedMs(nowMs)),
      ...this.#packets?.measures(),
      ...this.#efficiency(wireBytes, nowMs),
      ...this.#behindMeasures(),
      ...this.#live?.measures(),
    }
    return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined))
  }

  #addLive(event: Heard<typeof isLatencyEvent>): void {
    if (event.kind !== 'paused') this.#live ??= new LiveMeasuresFold(this.#options.frameIntervalMs)
    this.#live?.add(event)
  }

  #playback(nowMs: number) {
    const basic = this.#basic.at(nowMs)
    const { startupMs, watchedMs } = basic
    const ofWatched = (ms: number) => (watchedMs === 0 ? undefined : ms / watchedMs)
    const stallsPerMs = ofWatched(basic.stallCount)
    return {
      startupMs,
      watchedMs,
      stallCount: basic.stallCount,
      stallMs: basic.stallMs,
      longestStallMs: basic.longestStallMs,
      stallRatio: ofWatched(basic.stallMs),
      stallsPerMinute: stallsPerMs === undefined ? undefined : stallsPerMs * 60_000, // 1/ms to 1/min
      ...(basic.isSoundAlone === true ? {} : this.#pictures(basic, watchedMs)),
    }
  }

  #pictures(basic: Measures, watchedMs: number) {
    const { intactFrames, damagedFrames, frozenFrames } = basic
    const dueFrames = Math.ceil(watchedMs / this.#options.frameIntervalMs - 1e-6) // the sum of many intervals is inexact
    const ofDue = (frames: number) => (dueFrames === 0 ? undefined : Math.min(1, frames / dueFrames))
    return {
      freezeCount: basic.freezeCount,
      freezeMs: basic.freezeMs,
      freezeRatio: watchedMs === 0 ? undefined : basic.freezeMs / watchedMs,
      presentedFrameRatio: ofDue(intactFrames + damagedFrames),
      intactFrameRatio: ofDue(intactFrames),
      damagedFrames,
      frozenFrames,
    }
  }

  /** HLS: whole segments. UDP: payloads, less the mean share of packets that came and were of no use. */
  #efficiency(wireBytes: number | undefined, nowMs: number) {
    const { receivedBytes } = this.#basic.at(nowMs)
    const mediaBytes = this.#packets?.usedBytes ?? receivedBytes
    return {
      receivedBytes,
      wireBytes,
      efficiencyRatio: wireBytes === undefined || wireBytes === 0 ? undefined : mediaBytes / wireBytes,
    }
  }

  #behindMeasures() {
    const { behind } = this.#behind
    return { behindMsP50: behind?.msP50, behindMsP95: behind?.msP95, behindDriftMs: behind?.driftMs }
  }
}
