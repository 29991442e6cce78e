import type { Spread } from '../../simulation/spread.ts'
import { bottomAxis, type Frame } from './axis.ts'
import { mark, type MarkStyle } from './mark.ts'
import { drawing, element, join, text, title, type Markup } from './markup.ts'
import { lyingScale, type Scale } from './scale.ts'

export type Box = {
  readonly style: MarkStyle
  readonly spread: Spread // in the axis's unit
  readonly said: string
}
export type BoxRow = { readonly label: string; readonly boxes: readonly (Box | undefined)[] } // undefined: there is nothing

const WIDTH = 352
const LABEL_WIDTH = 96
const BOX_PIXELS = 18
const ROW_GAP = 8

/** Lying box plots, a row of them for each label: least, quartiles, median and most, and below each box the mean with its
 *  95 % interval. `axis` says what is counted. */
export function boxPlot(rows: readonly BoxRow[], axis: string, label: string): Markup {
  const heights = rows.map(({ boxes }) => boxes.length * BOX_PIXELS + ROW_GAP)
  const bottom = 4 + heights.reduce((sum, height) => sum + height, 0)
  const frame: Frame = { left: LABEL_WIDTH, right: WIDTH - 20, top: 4, bottom }
  const boxes = rows.flatMap((row) => row.boxes.filter((box) => box !== undefined))
  const scale = lyingScale(
    boxes.flatMap(({ spread }) => [
      spread.least,
      spread.most,
      spread.interval?.low ?? spread.mean,
      spread.interval?.high ?? spread.mean,
    ]),
    [frame.left, frame.right],
  )
  let top = frame.top
  const drawn = rows.map((row, index) => {
    const markup = boxRow(row, top, scale, frame)
    top += heights[index] ?? 0
    return markup
  })
  return drawing(WIDTH, bottom + 36, label, ...bottomAxis(scale, frame, axis), ...drawn)
}

function boxRow({ label, boxes }: BoxRow, top: number, scale: Scale, { left, right }: Frame): Markup {
  const middle = top + (boxes.length * BOX_PIXELS + ROW_GAP) / 2
  return join([
    element('line', { class: 'row-line', x1: 0, x2: right, y1: top, y2: top }),
    element('text', { class: 'row-label', x: 0, y: middle + 4 }, text(shortened(label)), title(label)),
    ...boxes.map((box, index) => {
      const y = top + ROW_GAP / 2 + index * BOX_PIXELS
      return box === undefined ? nothing(left, y) : boxOf(box, y, scale)
    }),
  ])
}

function nothing(left: number, top: number): Markup {
  return element('text', { class: 'tick', x: left + 4, y: top + 11 }, text('no value'))
}

function boxOf({ style, spread, said }: Box, top: number, scale: Scale): Markup {
  const { least, lowerQuartile, median, upperQuartile, most } = spread
  const [low, lower, middle, upper, high] = [least, lowerQuartile, median, upperQuartile, most].map(scale.at) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const y = top + 5
  return element(
    'g',
    { class: `box ${style.className}` },
    title(said),
    element('path', { class: 'whisker', d: `M${low} ${y}H${high}M${low} ${y - 3}v6M${high} ${y - 3}v6` }),
    element('rect', { class: 'quartiles', x: lower, y: y - 4, width: Math.max(1, upper - lower), height: 8 }),
    element('path', { class: 'median', 'data-median': String(median), d: `M${middle} ${y - 5}v10` }),
    ...meanBelow(style, spread, y + 8, scale),
  )
}

function meanBelow(style: MarkStyle, { mean, interval }: Spread, y: number, scale: Scale): readonly Markup[] {
  if (interval === undefined) return [mark(style, scale.at(mean), y)]
  const [low, high] = [scale.at(interval.low), scale.at(interval.high)]
  return [
    element('path', { class: 'interval', d: `M${low} ${y}H${high}M${low} ${y - 2}v4M${high} ${y - 2}v4` }),
    mark(style, scale.at(mean), y),
  ]
}

function shortened(label: string): string {
  return label.length <= 16 ? label : `${label.slice(0, 15)}…`
}
