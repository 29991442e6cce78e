import { MEASURES, type MeasureKey } from '../stream/measure-table.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { SideMeasuresFold } from '../stream/side-measures.ts'
import type { WatchMeasure } from './watch-figures.ts'

const PLAYBACK = [
  'startupMs',
  'watchedMs',
  'stallCount',
  'stallMs',
  'longestStallMs',
  'stallRatio',
  'stallsPerMinute',
  'shownBitsPerSecond',
  'variantSwitches',
  'switchedBitsPerSecond',
  'receivedBytes',
  'behindMsP50',
  'behindMsP95',
  'behindDriftMs',
  'longestCatchUpMs',
] as const satisfies readonly MeasureKey[]

/** Known only where an outline tells the frames: of a Weir. */
const OF_FRAMES = [
  'freezeCount',
  'freezeMs',
  'freezeRatio',
  'presentedFrameRatio',
] as const satisfies readonly MeasureKey[]

const UNITS: Readonly<Record<string, string>> = { Ms: 'ms', Bytes: 'bytes', BitsPerSecond: 'bit/s', PerMinute: '1/min' }

/** All measures of a watched HLS address, in the order in which they are told; budgets name them. */
export const hlsWatchMeasures: readonly WatchMeasure[] = [
  ...[...PLAYBACK, ...OF_FRAMES].map((name) => ({
    name,
    unit: unitOf(name),
    means: firstSentence(MEASURES[name].definition),
  })),
  { name: 'segments', unit: '', means: 'media segments that came whole' },
  { name: 'cancelledSegments', unit: '', means: 'that were given up by the rule, failed, or were cut off by the end' },
  { name: 'throughputBitsPerSecond', unit: 'bit/s', means: 'of the segments, from asking to the last byte' },
  { name: 'segmentMsP95', unit: 'ms', means: 'from asking for a segment to its last byte; only 5 % took longer' },
]

export type HlsWatchFigures = Readonly<Record<string, number | undefined>>

const MOST_WAITING = 1000
const MOST_TIMES = 10_000 // remembered, the newest

/** The fold over what a viewer of HLS tells. */
export class HlsWatchFold {
  readonly #frameIntervalMs: () => number
  #sides: SideMeasuresFold | undefined // since the frame interval is known
  readonly #waiting: ViewerEvent[] = [] // until then
  readonly #segmentsMs: number[] = []
  #segments = 0
  #cancelled = 0
  #loadedBytes = 0
  #loadingMs = 0

  /** `frameIntervalMs` is asked for when a variant is shown first. */
  constructor(frameIntervalMs: () => number) {
    this.#frameIntervalMs = frameIntervalMs
  }

  add(event: ViewerEvent): void {
    if (event.kind === 'variant-shown') this.#begin()
    if (this.#sides !== undefined) this.#sides.add(event)
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(event)
    if (event.kind === 'segment-cancelled') this.#cancelled += 1
    if (event.kind !== 'segment-received') return
    const tookMs = event.atMs - event.askedMs
    this.#segments += 1
    this.#loadedBytes += event.sizeBytes
    this.#loadingMs += tookMs
    this.#segmentsMs[(this.#segments - 1) % MOST_TIMES] = tookMs
  }

  #begin(): void {
    if (this.#sides !== undefined) return
    this.#sides = new SideMeasuresFold({ side: 'hls', frameIntervalMs: this.#frameIntervalMs() })
    for (const event of this.#waiting.splice(0)) this.#sides.add(event)
  }

  figures({ areFramesKnown }: { readonly areFramesKnown: boolean }): HlsWatchFigures {
    const measures = this.#sides?.measures(undefined) ?? {}
    const named = [...PLAYBACK, ...(areFramesKnown ? OF_FRAMES : [])]
    return {
      ...Object.fromEntries(named.map((name) => [name, measures[name]])),
      segments: this.#segments,
      cancelledSegments: this.#cancelled,
      throughputBitsPerSecond: this.#loadingMs === 0 ? undefined : (this.#loadedBytes * 8000) / this.#loadingMs, // bytes a ms to bit/s
      segmentMsP95: quantile(this.#segmentsMs, 0.95),
    }
  }
}

/** The smallest that so many of the values do not exceed; undefined of none. */
function quantile(values: readonly number[], share: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)]
}

function unitOf(name: string): string {
  return Object.entries(UNITS).find(([end]) => name.replace(/P\d+$/, '').endsWith(end))?.[1] ?? ''
}

function firstSentence(text: string): string {
  return `${text.charAt(0).toLowerCase()}${(/^.*?(?=\.(\s|$))/.exec(text)?.[0] ?? text).slice(1)}`
}
