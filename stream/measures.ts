import { listensTo, type Heard } from './event-kinds.ts'
import { LinkMeasuresFold, type LinkMeasures } from './link-measures.ts'
import { RecentBytes } from './recent-bytes.ts'
import type { RunEvent } from './record.ts'
import { RepairFold, type RepairMeasures } from './repair-fold.ts'
import { isWatchEvent, Watching } from './watching.ts'

/** The figures of a run up to a moment; definitions: network-model.md 5.1. Those of the current stall or freeze count in. */
export type Measures = {
  readonly startupMs?: number // play asked to first frame shown, or sound heard
  readonly isSoundAlone?: true // there are no pictures: what is told of frames and freezes says nothing
  readonly watchedMs: number // since the first frame, without pauses
  readonly stallCount: number // the playhead stood still for more than 100 ms
  readonly stallMs: number
  readonly longestStallMs: number
  readonly freezeCount: number // no new frame for more than 150 ms and 3 frame intervals
  readonly freezeMs: number // by which the next frame was overdue
  readonly intactFrames: number
  readonly damagedFrames: number
  readonly frozenFrames: number
  readonly receivedPackets: number // of HLS: segments
  readonly lostPackets: number // never came
  readonly latePackets: number // came after they were given up
  readonly receivedBytes: number
  readonly repair?: RepairMeasures // where something came for repair
  readonly bitrateBitsPerSecond: number // received in the last 5 s
  readonly leftOutEvents?: number // of a record with gaps: what its figures lack
  readonly link?: readonly LinkMeasures[] // where the link's truth was told: each direction of each lane
}

const BITRATE_WINDOW_MS = 5000

const isCounted = listensTo(
  'frame-shown',
  'frame-frozen',
  'media-received',
  'segment-received',
  'packets-given-up',
  'packet-late',
  'repair-received',
  'packet-accepted',
  'packet-dropped',
  'packet-delivered',
  'rate-set',
  'events-left-out',
)

/** The fold over a run's events, in their order. */
export class MeasuresFold {
  readonly watching: Watching
  readonly #bitrate = new RecentBytes(BITRATE_WINDOW_MS)
  readonly #link = new LinkMeasuresFold()
  #counts = { intactFrames: 0, damagedFrames: 0, frozenFrames: 0, receivedPackets: 0, latePackets: 0, receivedBytes: 0 }
  #givenUpPackets = 0
  #repairs: RepairFold | undefined
  #leftOutEvents = 0

  constructor(frameIntervalMs: number) {
    this.watching = new Watching(frameIntervalMs)
  }

  add(event: RunEvent): void {
    if (isWatchEvent(event)) this.watching.add(event)
    if (isCounted(event)) this.#count(event)
  }

  #count(event: Heard<typeof isCounted>): void {
    switch (event.kind) {
      case 'frame-shown':
        if (event.state === 'intact') this.#counts.intactFrames += 1
        else this.#counts.damagedFrames += 1
        return
      case 'frame-frozen':
        this.#counts.frozenFrames += 1
        return
      case 'media-received':
      case 'segment-received':
        return this.receive(event.sizeBytes, event.atMs)
      case 'packets-given-up':
        this.#givenUpPackets += event.packets
        return
      case 'packet-late':
        this.#counts.latePackets += 1
        return
      case 'repair-received':
        return (this.#repairs ??= new RepairFold()).add(event)
      case 'packet-accepted':
      case 'packet-dropped':
      case 'packet-delivered':
      case 'rate-set':
        return this.#link.add(event)
      case 'events-left-out':
        this.#leftOutEvents += event.events
        return
    }
  }

  /** For who has packets and no events: an RTP packet, an HLS segment. */
  receive(sizeBytes: number, atMs: number): void {
    this.#counts.receivedPackets += 1
    this.#counts.receivedBytes += sizeBytes
    this.#bitrate.add(sizeBytes, atMs)
  }

  at(nowMs: number): Measures {
    const { startupMs, stalls, freezes, isSoundAlone } = this.watching
    const stalled = stalls.at(nowMs)
    const frozen = freezes.at(nowMs)
    const link = this.#link.at(nowMs)
    return {
      ...(startupMs === undefined ? {} : { startupMs }),
      ...(isSoundAlone ? { isSoundAlone } : {}),
      watchedMs: this.watching.watchedMs(nowMs),
      stallCount: stalled.count,
      stallMs: stalled.totalMs,
      longestStallMs: stalled.longestMs,
      freezeCount: frozen.count,
      freezeMs: frozen.totalMs,
      ...this.#counts,
      lostPackets: this.#givenUpPackets - this.#counts.latePackets,
      ...(this.#repairs === undefined ? {} : { repair: this.#repairs.measures() }),
      bitrateBitsPerSecond: (this.#bitrate.total(nowMs) * 8 * 1000) / BITRATE_WINDOW_MS,
      ...(this.#leftOutEvents === 0 ? {} : { leftOutEvents: this.#leftOutEvents }),
      ...(link.length === 0 ? {} : { link }),
    }
  }
}
