import type { Band, FaultyFrame, LostPacket } from '../stream/run-moments.ts'
import type { DrawnRun } from '../stream/run-series.ts'
import type { Plot, RowsPlot } from './chart-figures.ts'
import { isSeen } from './chart-moments.ts'
import type { Stop } from './chart-stops.ts'

/** Who wants to know what somebody clicked at. */
export type ChartPicks = {
  readonly onFrame?: (frame: FaultyFrame) => void
  readonly onLossMark?: (packet: LostPacket) => void
  readonly onStall?: (band: Band) => void
}

export type Click = { readonly atSeconds: number; readonly heightRatio: number; readonly nearSeconds: number }

/** What somebody meant who clicked into a plot: the nearest lost packet or faulty frame of the row, else the stall. */
export class Picker {
  readonly #series: DrawnRun
  readonly #picks: ChartPicks

  constructor(series: DrawnRun, picks: ChartPicks) {
    this.#series = series
    this.#picks = picks
  }

  pick(plot: Plot, click: Click): void {
    if (plot.kind === 'rows' && this.#pickInRow(plot, click)) return
    const band = this.#bandAt(click)
    if (band !== undefined) this.#pickBand(band)
  }

  /** What a click at it would have meant. */
  pickStop(stop: Stop): void {
    switch (stop.kind) {
      case 'stall':
        return this.#pickBand(stop.band)
      case 'frames':
        return this.#picks.onFrame?.(stop.frame)
      case 'packets':
        return this.#picks.onLossMark?.(stop.packet)
    }
  }

  /** UDP waits for nothing: it stands still because frames could not be shown, and the first of them tells why. */
  #pickBand(band: Band): void {
    const { onFrame, onStall } = this.#picks
    const frozen = this.#series.moments.faultyFrames.find(
      ({ side, state, atMs }) => side === 'udp' && state === 'frozen' && band.fromMs <= atMs && atMs <= band.toMs,
    )
    if (band.side === 'udp' && frozen !== undefined) onFrame?.(frozen)
    else onStall?.(band)
  }

  /** Of two at the same time HLS's is meant in the upper half, where its edge is. */
  #bandAt(click: Click): Band | undefined {
    const atMs = this.#ms(click)
    const nearMs = click.nearSeconds * 1000 // s to ms
    const there = this.#series.bands.filter(
      (band) => isSeen(band) && band.fromMs - nearMs <= atMs && atMs <= band.toMs + nearMs,
    )
    const meant = click.heightRatio < 0.5 ? 'hls' : 'udp'
    return there.findLast(({ side }) => side === meant) ?? there.at(-1)
  }

  #pickInRow({ of, rows }: RowsPlot, click: Click): boolean {
    const row = rows[Math.min(rows.length - 1, Math.floor(click.heightRatio * rows.length))]
    const { moments } = this.#series
    const { onLossMark, onFrame } = this.#picks
    const isOfRow = ({ side }: { readonly side: string }) => side === row?.side
    if (of === 'packets') {
      const packet = nearest(moments.lostPackets.filter(isOfRow), this.#ms(click), click.nearSeconds)
      if (packet !== undefined) onLossMark?.(packet)
      return packet !== undefined
    }
    const frame = nearest(moments.faultyFrames.filter(isOfRow), this.#ms(click), click.nearSeconds)
    if (frame !== undefined) onFrame?.(frame)
    return frame !== undefined
  }

  #ms({ atSeconds }: Click): number {
    return this.#series.originMs + atSeconds * 1000 // s to ms
  }
}

function nearest<Item extends { readonly atMs: number }>(
  items: readonly Item[],
  atMs: number,
  withinSeconds: number,
): Item | undefined {
  let best: Item | undefined
  let bestMs = withinSeconds * 1000 // s to ms
  for (const item of items) {
    const awayMs = Math.abs(item.atMs - atMs)
    if (awayMs > bestMs) continue
    best = item
    bestMs = awayMs
  }
  return best
}
