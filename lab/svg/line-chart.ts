import { bottomAxis, leftAxis, type Frame } from './axis.ts'
import { mark, type MarkStyle } from './mark.ts'
import { drawing, element, join, type Markup } from './markup.ts'
import { lyingScale, pointScale, valueScale, type Scale, type Tick } from './scale.ts'

export type LinePoint = {
  readonly x: number
  readonly y: number
  readonly low?: number // of an interval
  readonly high?: number
  readonly said?: string // with it the point has a mark
}
export type Line = { readonly style: MarkStyle; readonly points: readonly LinePoint[]; readonly isStepped?: boolean }

export type LineChart = {
  readonly lines: readonly Line[]
  readonly xLabel: string
  readonly yLabel: string
  readonly xTicks?: readonly Tick[] // absent: round numbers
  readonly yValues?: readonly number[] // that the axis shall reach, too
  readonly label: string
}

const WIDTH = 352
const HEIGHT = 220
const FRAME: Frame = { left: 48, right: WIDTH - 20, top: 30, bottom: HEIGHT - 36 }

/** Lines over one axis, with intervals where they are given. */
export function lineChart({ lines, xLabel, yLabel, xTicks, yValues = [], label }: LineChart): Markup {
  const points = lines.flatMap((line) => line.points)
  const span = [FRAME.left, FRAME.right] as const
  const x =
    xTicks === undefined
      ? lyingScale(
          points.map((point) => point.x),
          span,
        )
      : pointScale(xTicks, span)
  const reached = points.flatMap(({ y, low = y, high = y }) => [y, low, high])
  const y = valueScale([...reached, ...yValues], [FRAME.bottom, FRAME.top])
  const axes = [...leftAxis(y, FRAME, yLabel), ...bottomAxis(x, FRAME, xLabel)]
  return drawing(WIDTH, HEIGHT, label, ...axes, ...lines.map((line) => lineOf(line, x, y)))
}

function lineOf({ style, points, isStepped }: Line, x: Scale, y: Scale): Markup {
  const d = points
    .map((point, index) => {
      const [px, py] = [x.at(point.x).toFixed(2), y.at(point.y).toFixed(2)]
      if (index === 0) return `M${px} ${py}`
      return isStepped ? `H${px}V${py}` : `L${px} ${py}`
    })
    .join('')
  const path = element('path', { class: 'line', d, 'stroke-dasharray': style.dash })
  const intervals = points.flatMap((point) => intervalOf(point, x, y))
  const marks = points.flatMap((point) =>
    point.said === undefined ? [] : [mark(style, x.at(point.x), y.at(point.y), point.said)],
  )
  return element('g', { class: style.className }, join([path, ...intervals, ...marks]))
}

function intervalOf({ x, low, high }: LinePoint, xScale: Scale, yScale: Scale): readonly Markup[] {
  if (low === undefined || high === undefined) return []
  const [px, from, to] = [xScale.at(x), yScale.at(low), yScale.at(high)]
  return [element('path', { class: 'interval', d: `M${px} ${from}V${to}M${px - 3} ${from}h6M${px - 3} ${to}h6` })]
}
