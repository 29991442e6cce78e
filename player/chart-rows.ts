import type uPlot from 'uplot'
import type { PlotData } from './chart-data.ts'
import type { Figure, Row, RowsPlot } from './chart-figures.ts'
import { faint, type Paint } from './chart-paint.ts'

const GAP_PIXELS = 6 // between two rows
const LEAST_PIXELS = 3 // of a column that stands for something

/** Draws strips of stacked columns: how many a second, against the most of any bin in view. Square roots, where one in a
 *  thousand is worth seeing. */
export function drawRows(chart: uPlot, data: PlotData, { rows, isRooted }: RowsPlot, paint: Paint): void {
  const { ctx, bbox } = chart
  const scale = isRooted ? Math.sqrt : (value: number) => value
  const most = scale(mostPerSecond(data, rows))
  const rowPixels = bbox.height / rows.length
  const gap = GAP_PIXELS * devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  let first = 0
  for (const [index, row] of rows.entries()) {
    const foot = bbox.top + (index + 1) * rowPixels - 1
    drawFoot(chart, foot, paint)
    for (let place = 0; place < data.startsSeconds.length; place += 1) {
      drawStack(chart, data, row.figures, first, place, { foot, height: rowPixels - gap, most, scale }, paint)
    }
    first += row.figures.length
  }
  ctx.restore()
}

type RowShape = {
  readonly foot: number
  readonly height: number
  readonly most: number
  scale(value: number): number
}

function drawStack(
  chart: uPlot,
  data: PlotData,
  figures: readonly Figure[],
  first: number,
  place: number,
  { foot, height, most, scale }: RowShape,
  paint: Paint,
): void {
  const total = totalAt(data, first, figures.length, place)
  if (total <= 0) return
  const startSeconds = data.startsSeconds[place]!
  const widthSeconds = data.widthsSeconds[place]!
  const left = Math.round(chart.valToPos(startSeconds, 'x', true))
  const right = Math.round(chart.valToPos(startSeconds + widthSeconds, 'x', true))
  const width = Math.max(devicePixelRatio, right - left - (right - left > 4 ? 1 : 0))
  const stack = Math.max(LEAST_PIXELS * devicePixelRatio, (height * scale(total / widthSeconds)) / most)
  let bottom = foot
  for (const [index, figure] of figures.entries()) {
    const part = (stack * Math.max(0, data.columns[first + index]![place] ?? 0)) / total
    if (part === 0) continue
    fillColumn(chart.ctx, figure, left, bottom - part, width, part, paint)
    bottom -= part
  }
}

function fillColumn(
  ctx: CanvasRenderingContext2D,
  { colour, look }: Figure,
  left: number,
  top: number,
  width: number,
  height: number,
  paint: Paint,
): void {
  if (look === 'hollow') {
    ctx.strokeStyle = paint.colours[colour]
    ctx.lineWidth = devicePixelRatio
    ctx.strokeRect(left + 0.5, top + 0.5, Math.max(0, width - 1), Math.max(0, height - 1))
    return
  }
  // A column of a pixel or two has no room for slants.
  ctx.fillStyle = look === 'hatch' && width > 3 ? paint.hatch(colour) : paint.colours[colour]
  ctx.fillRect(left, top, width, height)
}

function drawFoot({ ctx, bbox }: uPlot, foot: number, { colours }: Paint): void {
  ctx.fillStyle = faint(colours.muted, 0.5)
  ctx.fillRect(bbox.left, foot, bbox.width, 1)
}

function mostPerSecond(data: PlotData, rows: readonly Row[]): number {
  let most = 0
  let first = 0
  for (const { figures } of rows) {
    for (let place = 0; place < data.startsSeconds.length; place += 1) {
      const perSecond = totalAt(data, first, figures.length, place) / data.widthsSeconds[place]!
      if (perSecond > most) most = perSecond
    }
    first += figures.length
  }
  return most
}

function totalAt(data: PlotData, first: number, figures: number, place: number): number {
  let total = 0
  for (let index = first; index < first + figures; index += 1) total += Math.max(0, data.columns[index]![place] ?? 0)
  return total
}
