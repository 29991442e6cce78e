import type { Measures } from '../stream/measures.ts'
import { formatCount, formatMegabits } from './format.ts'
import type { SideName } from './settings.ts'

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
  readonly damagedFrames: number | undefined
  readonly frozenFrames: number | undefined
}

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
    stallCount: measures.freezeCount,
    stallSeconds: measures.freezeMs / 1000,
    bufferSeconds,
    bitsPerSecond: measures.bitrateBitsPerSecond,
    receivedPackets: measures.receivedPackets,
    lostPackets: measures.lostPackets,
    latePackets: measures.latePackets,
    damagedFrames: measures.damagedFrames,
    frozenFrames: measures.frozenFrames,
  }
}

export type CounterRow = {
  readonly key: keyof Counters
  readonly label: string
  readonly unit: string
  readonly definition: string
  readonly isFault: boolean // worth the fault's colour when above zero
  show(value: number): string
}

function row(
  key: keyof Counters,
  label: string,
  unit: string,
  show: (value: number) => string,
  isFault: boolean,
  definition: string,
): CounterRow {
  return { key, label, unit, show, isFault, definition: `${definition} Measured in this page.` }
}

const oneDecimal = (value: number) => value.toFixed(1)

/** One table for the page: order, words and definitions. */
export const counterRows: readonly CounterRow[] = [
  row('startupMs', 'Startup', 'ms', formatCount, false, 'From the wish to play until the first picture is shown.'),
  row(
    'stallCount',
    'Stalls',
    '',
    formatCount,
    true,
    'How often the picture stood still for want of data. HLS: the playhead for more than 100 ms. UDP: no new frame for more than 150 ms and three frame intervals.',
  ),
  row(
    'stallSeconds',
    'Stalled',
    's',
    oneDecimal,
    true,
    'How long all stalls lasted together; the startup is not counted.',
  ),
  row('bufferSeconds', 'Buffer', 's', oneDecimal, false, 'Video that has arrived and is not yet shown.'),
  row(
    'bitsPerSecond',
    'Bitrate',
    'Mbit/s',
    formatMegabits,
    false,
    'Media that arrived in the last 5 seconds. HLS fetches ahead: it comes in bursts, and stops while the buffer is full.',
  ),
  row('receivedPackets', 'Received', 'pkts', formatCount, false, 'RTP packets of picture and sound that arrived.'),
  row(
    'lostPackets',
    'Lost',
    'pkts',
    formatCount,
    true,
    'RTP packets that never came: gaps in the sequence numbers that nothing filled.',
  ),
  row(
    'latePackets',
    'Late',
    'pkts',
    formatCount,
    true,
    'RTP packets that came after the jitter buffer had given them up.',
  ),
  row(
    'damagedFrames',
    'Damaged',
    'frames',
    formatCount,
    true,
    'Frames shown with a part missing, or leaning on such a frame, until the next keyframe.',
  ),
  row(
    'frozenFrames',
    'Frozen',
    'frames',
    formatCount,
    true,
    'Frames that were due and could not be shown at all: the picture before stays.',
  ),
]

const rowOf = (key: keyof Counters): CounterRow => counterRows.find((known) => known.key === key)!

/** How often and how long in one figure: 2× 3.4 s. */
const stalled: CounterRow = {
  ...rowOf('stallSeconds'),
  label: 'Stalled',
  definition: `${rowOf('stallCount').definition} Then: ${rowOf('stallSeconds').definition}`,
}

/** The few that stand below each picture: what its transport does to a viewer. */
export const mainRows: Readonly<Record<SideName, readonly CounterRow[]>> = {
  hls: [stalled, rowOf('bufferSeconds'), rowOf('startupMs')],
  udp: [rowOf('lostPackets'), rowOf('damagedFrames'), rowOf('frozenFrames')],
}
