import type uPlot from 'uplot'
import type { Band, LostPacket, Mark } from '../stream/run-moments.ts'
import type { RowsPlot } from './chart-figures.ts'
import type { Paint } from './chart-paint.ts'

/** Something of a run that can be drawn, its moments in the run's seconds by `secondsAt`. */
export type Moments = {
  readonly bands: readonly Band[]
  readonly marks: readonly Mark[]
  readonly lostPackets: readonly LostPacket[]
  secondsAt(atMs: number): number
}

const EDGE_PIXELS = 3
const LABEL_GAP_PIXELS = 8
const SINGLE_SECONDS = 10 // a span in which single packets can be told apart

/** A person sees HLS stall and UDP freeze: of each side the one that its player cannot hide. */
export function isSeen({ kind, side }: Band): boolean {
  return side === 'hls' ? kind === 'stall' : kind === 'freeze'
}

/** Behind everything: stalls of HLS as a tint with an edge above, freezes of UDP as hatching with an edge below. Columns are
 *  hatched themselves: behind them the edges are enough. */
export function drawBands(chart: uPlot, { bands, secondsAt }: Moments, paint: Paint, hasColumns: boolean): void {
  const { ctx, bbox } = chart
  const edge = EDGE_PIXELS * devicePixelRatio
  const drawnTo = { hls: -Infinity, udp: -Infinity }
  ctx.save()
  for (const band of bands) {
    if (!isSeen(band)) continue
    const left = Math.max(bbox.left, Math.floor(chart.valToPos(secondsAt(band.fromMs), 'x', true)))
    const right = Math.min(bbox.left + bbox.width, Math.ceil(chart.valToPos(secondsAt(band.toMs), 'x', true)))
    // Of many in one pixel the first is enough.
    if (right <= left || right <= drawnTo[band.side]) continue
    drawnTo[band.side] = right
    const isHls = band.side === 'hls'
    if (!hasColumns) {
      ctx.globalAlpha = isHls ? 0.18 : 0.28
      ctx.fillStyle = isHls ? paint.colours.hls : paint.hatch('udp')
      ctx.fillRect(left, bbox.top, right - left, bbox.height)
      ctx.globalAlpha = 1
    }
    ctx.fillStyle = paint.colours[band.side]
    ctx.fillRect(left, isHls ? bbox.top : bbox.top + bbox.height - edge, right - left, edge)
  }
  ctx.restore()
}

/** Each packet that the link lost, a stroke in its row, where the span is short enough. */
export function drawLosses(
  chart: uPlot,
  { rows }: RowsPlot,
  { lostPackets, secondsAt }: Moments,
  { colours }: Paint,
): void {
  const { ctx, bbox, scales } = chart
  if ((scales['x']?.max ?? Infinity) - (scales['x']?.min ?? 0) > SINGLE_SECONDS) return
  const rowPixels = bbox.height / rows.length
  ctx.fillStyle = colours.text
  for (const [index, { side, isOfLink }] of rows.entries()) {
    if (!isOfLink) continue
    let drawnTo = -Infinity
    for (const packet of lostPackets) {
      const left = Math.round(chart.valToPos(secondsAt(packet.atMs), 'x', true))
      const isInView = left >= bbox.left && left <= bbox.left + bbox.width
      if (packet.side !== side || !isInView || left < drawnTo) continue
      ctx.fillRect(left, bbox.top + (index + 1 / 3) * rowPixels, devicePixelRatio, (rowPixels * 2) / 3)
      drawnTo = left + 3 * devicePixelRatio // strokes that would touch are drawn as one
    }
  }
}

/** Upright lines where somebody did something; with `say`, what, where there is room above the plot. */
export function drawMarks(
  chart: uPlot,
  { marks, secondsAt }: Moments,
  paint: Paint,
  say?: (mark: Mark) => string,
): void {
  const { ctx, bbox } = chart
  let labelledTo = -Infinity
  ctx.save()
  ctx.strokeStyle = ctx.fillStyle = paint.colours.text
  ctx.lineWidth = devicePixelRatio
  ctx.font = scaled(paint.font)
  ctx.textAlign = 'left'
  ctx.textBaseline = 'bottom'
  for (const mark of marks) {
    const x = Math.round(chart.valToPos(secondsAt(mark.atMs), 'x', true)) + 0.5
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.setLineDash(mark.kind === 'seek' ? [2 * devicePixelRatio, 3 * devicePixelRatio] : [])
    ctx.beginPath()
    ctx.moveTo(x, say === undefined ? bbox.top : bbox.top - EDGE_PIXELS * devicePixelRatio)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    if (say === undefined) continue
    const text = say(mark)
    const width = ctx.measureText(text).width
    const left = Math.min(x, bbox.left + bbox.width - width)
    if (left < labelledTo) continue
    ctx.fillText(text, left, bbox.top - EDGE_PIXELS * devicePixelRatio)
    labelledTo = left + width + LABEL_GAP_PIXELS * devicePixelRatio
  }
  ctx.restore()
}

/** The font in canvas pixels. */
export function scaled(font: string): string {
  return font.replace(/^[\d.]+(?=px)/, (pixels) => String(Number(pixels) * devicePixelRatio))
}
