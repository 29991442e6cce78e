import type { Outline } from '../protocol/outline.ts'
import type { ViewerEvent, ViewerSide } from '../stream/record.ts'
import type { Standstill } from '../stream/standstills.ts'
import { listensTo, type Heard } from '../stream/event-kinds.ts'
import { isWatchEvent, Watching } from '../stream/watching.ts'

/** What happened to one side over a run, to be drawn: moments are milliseconds since the wish to play. */
export type SideTimeline = {
  readonly side: ViewerSide
  readonly startupMs?: number // absent: no picture came
  readonly standstills: readonly Standstill[] // HLS: stalls; UDP: freezes
  readonly damaged: readonly Standstill[] // pictures with a part missing were on the screen
  readonly bufferSeconds: readonly number[] // HLS: what was here and not yet shown, at the end of each slot
  readonly missingPackets: readonly number[] // UDP: given up in each slot
  readonly repairedPackets: readonly number[] // UDP: sent again in time, in each slot
  readonly variants: readonly { readonly atMs: number; readonly variant: string }[] // came on the screen
}

export const TIMELINE_SLOT_MS = 250

const isDrawn = listensTo(
  'segment-received',
  'playhead',
  'packets-given-up',
  'repair-received',
  'frame-shown',
  'variant-shown',
)

/** The fold over the events of a run. */
export class SideTimelineFold {
  readonly #side: ViewerSide
  readonly #segmentEnds: ReadonlyMap<string, number> // seconds, by variant and file
  readonly #standstills: Standstill[] = []
  readonly #damaged: Standstill[] = []
  readonly #buffer: number[] = []
  readonly #missing: number[] = []
  readonly #repaired: number[] = []
  readonly #variants: { atMs: number; variant: string }[] = []
  readonly #watching: Watching
  #bufferedSeconds = 0
  #positionSeconds = 0
  #damagedSinceMs: number | undefined

  constructor(side: ViewerSide, outlines: readonly Outline[], frameIntervalMs: number) {
    this.#side = side
    this.#segmentEnds = segmentEnds(outlines)
    const ended = (standstill: Standstill) => void this.#standstills.push(standstill)
    this.#watching = new Watching(frameIntervalMs, side === 'hls' ? { stalled: ended } : { frozen: ended })
  }

  /** In their order. */
  add(event: ViewerEvent): void {
    if (isWatchEvent(event)) this.#watching.add(event)
    if (isDrawn(event)) this.#draw(event)
  }

  at(endMs: number): SideTimeline {
    this.#fillBuffer(endMs)
    const { startupMs, stalls, freezes } = this.#watching
    const openSinceMs = (this.#side === 'hls' ? stalls : freezes).openSinceMs(endMs)
    return {
      side: this.#side,
      ...(startupMs === undefined ? {} : { startupMs }),
      standstills: [...this.#standstills, ...openSpan(openSinceMs, endMs)],
      damaged: [...this.#damaged, ...openSpan(this.#damagedSinceMs, endMs)],
      bufferSeconds: this.#side === 'hls' ? this.#buffer : [],
      missingPackets: this.#side === 'udp' ? filled(this.#missing, endMs) : [],
      repairedPackets: this.#side === 'udp' ? filled(this.#repaired, endMs) : [],
      variants: this.#variants,
    }
  }

  #draw(event: Heard<typeof isDrawn>): void {
    switch (event.kind) {
      case 'segment-received':
        this.#fillBuffer(event.atMs)
        this.#bufferedSeconds = this.#segmentEnds.get(`${event.variant} ${event.uri}`) ?? this.#bufferedSeconds
        return
      case 'playhead':
        this.#fillBuffer(event.atMs)
        this.#positionSeconds = event.positionSeconds
        return
      case 'packets-given-up':
        return addTo(this.#missing, event.atMs, event.packets)
      case 'repair-received':
        return addTo(this.#repaired, event.atMs, event.repairedPackets)
      case 'frame-shown':
        return this.#show(event.state === 'damaged', event.atMs)
      case 'variant-shown':
        this.#variants.push({ atMs: event.atMs, variant: event.variant })
        return
    }
  }

  /** The slots that have ended, as the buffer was until now. */
  #fillBuffer(nowMs: number): void {
    const seconds = Math.max(0, this.#bufferedSeconds - this.#positionSeconds)
    while ((this.#buffer.length + 1) * TIMELINE_SLOT_MS <= nowMs) this.#buffer.push(seconds)
  }

  #show(isDamaged: boolean, atMs: number): void {
    if (isDamaged) this.#damagedSinceMs ??= atMs
    else if (this.#damagedSinceMs !== undefined) {
      this.#damaged.push({ fromMs: this.#damagedSinceMs, toMs: atMs })
      this.#damagedSinceMs = undefined
    }
  }
}

function segmentEnds(outlines: readonly Outline[]): ReadonlyMap<string, number> {
  return new Map(
    outlines.flatMap(({ variant, segments }) =>
      segments.map(({ uri, startSeconds, durationSeconds }) => [`${variant} ${uri}`, startSeconds + durationSeconds]),
    ),
  )
}

function openSpan(fromMs: number | undefined, toMs: number): readonly Standstill[] {
  return fromMs === undefined ? [] : [{ fromMs, toMs }]
}

function addTo(counts: number[], atMs: number, count: number): void {
  const slot = Math.floor(atMs / TIMELINE_SLOT_MS)
  while (counts.length <= slot) counts.push(0)
  counts[slot] = (counts[slot] as number) + count
}

function filled(counts: readonly number[], endMs: number): readonly number[] {
  return Array.from({ length: Math.ceil(endMs / TIMELINE_SLOT_MS) }, (_, slot) => counts[slot] ?? 0)
}
