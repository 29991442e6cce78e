import type { ViewerSide } from '../stream/record.ts'
import type { SeriesName } from '../stream/series-columns.ts'
import { formatCount } from './format.ts'
import { chartWords, sideWords, unitWords } from './words.ts'

/** One thing that is drawn: where it comes from, how it looks, how it is said. */
export type Figure = {
  readonly column: SeriesName
  readonly label: string
  readonly unit: string
  readonly definition: string // begins with measured or modelled
  readonly colour: Colour
  readonly look: Look
  readonly factor: number // from the column's unit to the plot's
  readonly perSecond: boolean
  readonly isRare: boolean // named only where it is not nothing
  show(value: number): string
}

export type Colour = 'hls' | 'udp' | 'repair' | 'fault' | 'text' | 'muted'

/** Lines: solid, dashed or dotted; stepped ones keep their value until the next. Fills: whole, hatched or hollow. Ticks
 *  stand at the foot of the plot. */
export type Look = 'solid' | 'dashed' | 'dotted' | 'step' | 'dashed-step' | 'fill' | 'hatch' | 'hollow' | 'tick'

export type Plot = LinesPlot | RowsPlot

type Framed = { readonly title: string; readonly unit: string; readonly heightPixels: number }

export type LinesPlot = Framed & {
  readonly kind: 'lines'
  readonly figures: readonly Figure[]
  readonly leastTop: number // of the scale
}

export type RowsPlot = Framed & {
  readonly kind: 'rows'
  readonly of: 'packets' | 'frames'
  readonly rows: readonly Row[]
  readonly isRooted: boolean // columns as high as the root: one is to be seen beside a thousand
}

/** A strip of columns, each a stack of its figures. */
export type Row = {
  readonly label: string
  readonly side: ViewerSide
  readonly isOfLink: boolean // whose packets are known one by one
  readonly figures: readonly Figure[]
}

type Words = readonly [label: string, definition: string]
type Shape = Pick<Figure, 'column' | 'colour' | 'look'> & Partial<Pick<Figure, 'factor' | 'perSecond' | 'isRare'>>

const { figures: words, plots: titles, rows } = chartWords

export const figuresOf = (plot: Plot): readonly Figure[] =>
  plot.kind === 'lines' ? plot.figures : plot.rows.flatMap(({ figures }) => figures)

export const plots: readonly Plot[] = [
  {
    kind: 'lines',
    title: titles.throughput,
    unit: 'Mbit/s',
    heightPixels: 128,
    leastTop: 1,
    figures: [
      megabits(words.rate, 'modelled', { column: 'rateBitsPerSecond', colour: 'text', look: 'step' }),
      megabits(of('hls', words.throughput), 'modelled', bytesPerSecond('hls.deliveredBytes', 'hls')),
      megabits(of('udp', words.throughput), 'measured', bytesPerSecond('udp.deliveredBytes', 'udp')),
      megabits(of('hls', words.shown), 'measured', {
        column: 'hls.shownBitsPerSecond',
        colour: 'hls',
        look: 'dashed-step',
      }),
      megabits(of('udp', words.shown), 'measured', {
        column: 'udp.shownBitsPerSecond',
        colour: 'udp',
        look: 'dashed-step',
      }),
    ],
  },
  {
    kind: 'lines',
    title: titles.seconds,
    unit: 's',
    heightPixels: 88,
    leastTop: 1,
    figures: [
      seconds(of('hls', words.buffer), { column: 'hls.bufferSeconds', colour: 'hls', look: 'solid' }),
      seconds(of('udp', words.buffer), { column: 'udp.bufferSeconds', colour: 'udp', look: 'solid' }),
      seconds(of('hls', words.behind), { column: 'hls.behindMs', colour: 'hls', look: 'dashed', factor: 1e-3 }),
      seconds(of('udp', words.behind), { column: 'udp.behindMs', colour: 'udp', look: 'dashed', factor: 1e-3 }),
    ],
  },
  {
    kind: 'rows',
    of: 'packets',
    isRooted: true,
    title: titles.losses,
    unit: '',
    heightPixels: 104,
    rows: [
      { label: rows.hlsLink, side: 'hls', isOfLink: true, figures: linkLosses('hls') },
      { label: rows.udpLink, side: 'udp', isOfLink: true, figures: linkLosses('udp') },
      {
        label: rows.rtcp,
        side: 'udp',
        isOfLink: false,
        figures: [count(words.reported, 'measured', { column: 'reportedLostPackets', colour: 'udp', look: 'fill' })],
      },
      {
        label: rows.player,
        side: 'udp',
        isOfLink: false,
        figures: [
          count(words.seen, 'measured', { column: 'givenUpPackets', colour: 'udp', look: 'fill' }),
          count(words.late, 'measured', { column: 'latePackets', colour: 'udp', look: 'hollow', isRare: true }),
        ],
      },
    ],
  },
  {
    kind: 'rows',
    of: 'frames',
    isRooted: false,
    title: titles.frames,
    unit: '',
    heightPixels: 88,
    rows: [
      { label: rows.hls, side: 'hls', isOfLink: false, figures: frames('hls') },
      { label: rows.udp, side: 'udp', isOfLink: false, figures: frames('udp') },
    ],
  },
  {
    kind: 'lines',
    title: titles.delays,
    unit: 'ms',
    heightPixels: 88,
    leastTop: 20,
    figures: [
      milliseconds(of('hls', words.roundTripTcp), 'modelled', {
        column: 'hls.roundTripMs',
        colour: 'hls',
        look: 'solid',
      }),
      milliseconds(of('udp', words.roundTripRtcp), 'measured', {
        column: 'udp.roundTripMs',
        colour: 'udp',
        look: 'solid',
      }),
      milliseconds(of('hls', words.queueing), 'modelled', {
        column: 'hls.queueingDelayMs',
        colour: 'hls',
        look: 'dotted',
      }),
      milliseconds(of('udp', words.queueing), 'modelled', {
        column: 'udp.queueingDelayMs',
        colour: 'udp',
        look: 'dotted',
      }),
    ],
  },
  {
    kind: 'lines',
    title: titles.window,
    unit: unitWords.segments,
    heightPixels: 104,
    leastTop: 10,
    figures: [
      count(words.window, 'modelled', { column: 'windowSegments', colour: 'hls', look: 'step' }),
      count(words.inFlight, 'modelled', { column: 'inFlightSegments', colour: 'hls', look: 'dotted' }),
      count(words.threshold, 'modelled', { column: 'thresholdSegments', colour: 'muted', look: 'dashed-step' }),
      count(words.repaired, 'modelled', { column: 'retransmittedSegments', colour: 'repair', look: 'tick' }),
    ],
  },
]

/** UDP's packets are real, and the link really drops them; TCP's are those of a modelled sender. */
function linkLosses(side: 'hls' | 'udp'): readonly Figure[] {
  const source = side === 'udp' ? 'measured' : 'modelled'
  return [
    count(of(side, words.loss), source, { column: `${side}.lostPackets`, colour: 'fault', look: 'fill' }),
    count(of(side, words.queue), source, { column: `${side}.tailDroppedPackets`, colour: 'fault', look: 'hatch' }),
    count(of(side, words.blocked), source, {
      column: `${side}.blockedPackets`,
      colour: 'fault',
      look: 'hollow',
      isRare: true,
    }),
  ]
}

/** What TCP delivers is whole: HLS is expected to damage nothing. */
function frames(side: 'hls' | 'udp'): readonly Figure[] {
  return [
    count(of(side, words.intact), 'measured', { column: `${side}.intactFrames`, colour: side, look: 'fill' }),
    count(of(side, words.damaged), 'measured', {
      column: `${side}.damagedFrames`,
      colour: 'fault',
      look: 'hatch',
      isRare: side === 'hls',
    }),
    count(of(side, words.frozen), 'measured', {
      column: `${side}.frozenFrames`,
      colour: 'fault',
      look: 'hollow',
      isRare: side === 'hls',
    }),
  ]
}

function bytesPerSecond(column: SeriesName, colour: Colour): Shape {
  return { column, colour, look: 'solid', factor: 8e-6, perSecond: true } // bytes to Mbit
}

function megabits(texts: Words, source: Source, shape: Shape): Figure {
  return figure(texts, source, 'Mbit/s', (value) => value.toFixed(value < 10 ? 2 : 1), { factor: 1e-6, ...shape })
}

function seconds(texts: Words, shape: Shape): Figure {
  return figure(texts, 'measured', 's', (value) => value.toFixed(1), shape)
}

function milliseconds(texts: Words, source: Source, shape: Shape): Figure {
  return figure(texts, source, 'ms', (value) => value.toFixed(value < 10 ? 1 : 0), shape)
}

function count(texts: Words, source: Source, shape: Shape): Figure {
  return figure(texts, source, '', (value) => formatCount(Math.round(value)), shape)
}

type Source = 'measured' | 'modelled'

function figure([label, text]: Words, source: Source, unit: string, show: Figure['show'], shape: Shape): Figure {
  return {
    factor: 1,
    perSecond: false,
    isRare: false,
    ...shape,
    label,
    unit,
    definition: `${chartWords[source]} ${text}`,
    show,
  }
}

function of(side: 'hls' | 'udp', [label, definition]: Words): Words {
  return [`${sideWords[side]} ${label}`, definition]
}
