import type { Measures } from '../stream/measures.ts'
import { formatCount, formatMegabits } from './format.ts'
import type { SideName } from './settings.ts'
import { figureWords, unitWords } from './words.ts'

/** What the page counts; undefined where a side has nothing to count. */
export type Counters = {
  readonly startupMs: number | undefined
  readonly stallCount: number | undefined
  readonly stallSeconds: number | undefined
  readonly bufferSeconds: number | undefined
  readonly bitsPerSecond: number | undefined
  readonly receivedPackets: number | undefined
  readonly lostPackets: number | undefined
  readonly latePackets: number | undefined
  readonly missedPackets?: number // with repair alone, as the next four
  readonly repairedPackets?: number
  readonly lateRepairs?: number
  readonly repairOverheadRatio?: number
  readonly repairDelayMs?: number
  readonly damagedFrames: number | undefined
  readonly frozenFrames: number | undefined
  readonly hasPictures?: false // of sound alone
}

type CounterKey = Exclude<keyof Counters, 'hasPictures'>

export const noCounters: Counters = {
  startupMs: undefined,
  stallCount: undefined,
  stallSeconds: undefined,
  bufferSeconds: undefined,
  bitsPerSecond: undefined,
  receivedPackets: undefined,
  lostPackets: undefined,
  latePackets: undefined,
  damagedFrames: undefined,
  frozenFrames: undefined,
}

/** The counters that UDP and HLS take from the measures alike. What a viewer calls a stall is on UDP a freeze: its clock
 *  does not wait for data. */
export function countersOf(measures: Measures, bufferSeconds: number): Counters {
  return {
    startupMs: measures.startupMs === undefined ? undefined : Math.round(measures.startupMs),
    ...(measures.isSoundAlone === true ? noPictures : pictureCounters(measures)),
    bufferSeconds,
    bitsPerSecond: measures.bitrateBitsPerSecond,
    receivedPackets: measures.receivedPackets,
    lostPackets: measures.lostPackets,
    latePackets: measures.latePackets,
    ...repairCounters(measures),
  }
}

function repairCounters({ repair, lostPackets, latePackets, receivedBytes }: Measures) {
  if (repair === undefined) return {}
  const { repairedPackets, lateRepairs, sentBytes, meanDelayMs } = repair
  return {
    missedPackets: repairedPackets + lostPackets + latePackets,
    repairedPackets,
    lateRepairs,
    repairOverheadRatio: sentBytes / Math.max(1, receivedBytes),
    ...(meanDelayMs === undefined ? {} : { repairDelayMs: meanDelayMs }),
  }
}

function pictureCounters({ freezeCount, freezeMs, damagedFrames, frozenFrames }: Measures) {
  return { stallCount: freezeCount, stallSeconds: freezeMs / 1000, damagedFrames, frozenFrames } // ms to s
}

const noPictures = {
  stallCount: undefined,
  stallSeconds: undefined,
  damagedFrames: undefined,
  frozenFrames: undefined,
  hasPictures: false,
} as const

export type CounterRow = {
  readonly key: CounterKey
  readonly label: string
  readonly unit: string
  readonly definition: string
  readonly isFault: boolean // worth the fault's colour when above zero
  readonly isOfPictures: boolean
  show(value: number): string
}

function row(
  key: CounterKey,
  unit: string,
  show: (value: number) => string,
  { isFault }: { readonly isFault: boolean },
): CounterRow {
  const [label, definition] = figureWords.rows[key]
  const isOfPictures = key === 'damagedFrames' || key === 'frozenFrames'
  return { key, label, unit, show, isFault, isOfPictures, definition: figureWords.measuredHere(definition) }
}

const oneDecimal = (value: number) => value.toFixed(1)
const percent = (ratio: number) => oneDecimal(100 * ratio)
const wholeCount = (value: number) => formatCount(Math.round(value))
const fact = { isFault: false }
const fault = { isFault: true }

/** One table for the page: its order, and how each is shown. */
export const counterRows: readonly CounterRow[] = [
  row('startupMs', 'ms', formatCount, fact),
  row('stallCount', '', formatCount, fault),
  row('stallSeconds', 's', oneDecimal, fault),
  row('bufferSeconds', 's', oneDecimal, fact),
  row('bitsPerSecond', 'Mbit/s', formatMegabits, fact),
  row('receivedPackets', unitWords.packets, formatCount, fact),
  row('lostPackets', unitWords.packets, formatCount, fault),
  row('latePackets', unitWords.packets, formatCount, fault),
  row('missedPackets', unitWords.packets, formatCount, fact),
  row('repairedPackets', unitWords.packets, formatCount, fact),
  row('lateRepairs', unitWords.packets, formatCount, fault),
  row('repairOverheadRatio', '%', percent, fact),
  row('repairDelayMs', 'ms', wholeCount, fact),
  row('damagedFrames', unitWords.frames, formatCount, fault),
  row('frozenFrames', unitWords.frames, formatCount, fault),
]

const rowOf = (key: CounterKey): CounterRow => counterRows.find((known) => known.key === key)!

/** How often and how long in one figure: 2× 3.4 s. */
const stalled: CounterRow = {
  ...rowOf('stallSeconds'),
  definition: figureWords.oftenAndLong(rowOf('stallCount').definition, rowOf('stallSeconds').definition),
}

/** The few that stand below each picture: what its transport does to a viewer. */
export const mainRows: Readonly<Record<SideName, readonly CounterRow[]>> = {
  hls: [stalled, rowOf('bufferSeconds'), rowOf('startupMs')],
  udp: [rowOf('lostPackets'), rowOf('damagedFrames'), rowOf('frozenFrames')],
}

/** Below these, where a way repairs: what that is worth, and what it costs. */
export const repairRows: readonly CounterRow[] = [
  rowOf('missedPackets'),
  rowOf('repairedPackets'),
  rowOf('lateRepairs'),
  rowOf('repairOverheadRatio'),
  rowOf('repairDelayMs'),
]
