import { bottomAxis, leftAxis, type Frame } from './axis.ts'
import { mark, type MarkStyle } from './mark.ts'
import { drawing, element, text, title, type Markup } from './markup.ts'
import { lyingScale, valueScale, type Scale } from './scale.ts'

/** One column over time: a value from each bin's beginning to the next one's. */
export type TimeLine = { readonly style: MarkStyle; readonly values: readonly (number | null)[] }
export type TimePanel = { readonly label: string; readonly lines: readonly TimeLine[] }

/** What happened to a side: dark where the picture stood still, coloured where it was damaged. */
export type TimeStrip = {
  readonly style: MarkStyle
  readonly still: readonly { readonly from: number; readonly to: number; readonly said: string }[]
  readonly damaged: readonly { readonly from: number; readonly to: number; readonly said: string }[]
}

export type TimelineChart = {
  readonly seconds: number
  readonly binSeconds: number
  readonly panels: readonly TimePanel[]
  readonly strips: readonly TimeStrip[]
  readonly label: string
}

const WIDTH = 352
const LEFT = 48
const RIGHT = WIDTH - 20
const PANEL_PIXELS = 72
const PANEL_GAP = 44
const STRIP_PIXELS = 16

/** Panels above each other over one axis of time, and below them a strip for each side. */
export function timelineChart({ seconds, binSeconds, panels, strips, label }: TimelineChart): Markup {
  const x = lyingScale([0, seconds], [LEFT, RIGHT])
  const stripsTop = 30 + panels.length * (PANEL_PIXELS + PANEL_GAP) - PANEL_GAP + 12
  const bottom = stripsTop + strips.length * STRIP_PIXELS
  const frame: Frame = { left: LEFT, right: RIGHT, top: 30, bottom }
  return drawing(
    WIDTH,
    bottom + 36,
    label,
    ...bottomAxis(x, frame, 'Time since the wish to play, s'),
    ...panels.flatMap((panel, index) => panelOf(panel, 30 + index * (PANEL_PIXELS + PANEL_GAP), x, binSeconds)),
    ...strips.flatMap((strip, index) => stripOf(strip, stripsTop + index * STRIP_PIXELS, x)),
  )
}

function panelOf({ label, lines }: TimePanel, top: number, x: Scale, binSeconds: number): readonly Markup[] {
  const frame: Frame = { left: LEFT, right: RIGHT, top, bottom: top + PANEL_PIXELS }
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null))
  const y = valueScale([0, ...values], [frame.bottom, frame.top], 3)
  const drawn = lines.map(({ style, values: of }) =>
    element(
      'g',
      { class: style.className },
      element('path', { class: 'line thin', d: stepsOf(of, binSeconds, x, y), 'stroke-dasharray': style.dash }),
    ),
  )
  return [...leftAxis(y, frame, label), ...drawn]
}

function stepsOf(values: readonly (number | null)[], binSeconds: number, x: Scale, y: Scale): string {
  return values
    .map((value, index) => {
      if (value === null) return ''
      const [from, to] = [x.at(index * binSeconds).toFixed(2), x.at((index + 1) * binSeconds).toFixed(2)]
      const isFirst = (values[index - 1] ?? null) === null
      return isFirst ? `M${from} ${y.at(value).toFixed(2)}H${to}` : `V${y.at(value).toFixed(2)}H${to}`
    })
    .join('')
}

function stripOf({ style, still, damaged }: TimeStrip, top: number, x: Scale): readonly Markup[] {
  const bar = (className: string) => (span: TimeStrip['still'][number]) => {
    const width = Math.max(1, x.at(span.to) - x.at(span.from))
    return element(
      'rect',
      { class: className, x: x.at(span.from), y: top + 2, width, height: STRIP_PIXELS - 6 },
      title(span.said),
    )
  }
  return [
    mark(style, LEFT - 12, top + STRIP_PIXELS / 2 - 1),
    element('rect', { class: 'strip', x: LEFT, y: top + 2, width: RIGHT - LEFT, height: STRIP_PIXELS - 6 }),
    ...damaged.map(bar(`strip-damaged ${style.className}`)),
    ...still.map(bar('strip-still')),
    ...(still.length + damaged.length > 0
      ? []
      : [element('text', { class: 'tick', x: LEFT + 4, y: top + 11 }, text('whole'))]),
  ]
}
