import type { Band, FaultyFrame, LostPacket } from '../stream/run-moments.ts'
import type { DrawnRun } from '../stream/run-series.ts'
import { isSeen } from './chart-moments.ts'
import { formatCount } from './format.ts'
import { chartWords, sideWords, whyWords } from './words.ts'

/** Something that can be explained: a stall, or the first of packets or frames that follow each other closely. */
export type Stop = { readonly atMs: number } & (
  | { readonly kind: 'stall'; readonly band: Band }
  | { readonly kind: 'frames'; readonly frame: FaultyFrame; readonly count: number }
  | { readonly kind: 'packets'; readonly packet: LostPacket; readonly count: number }
)

const APART_MS = 250 // of one side and kind: what is closer belongs to the stop before

/** All stops of a run in order of time. */
export function stopsOf({ bands, moments }: DrawnRun): readonly Stop[] {
  const stops: Stop[] = [
    ...bands.filter(isSeen).map((band): Stop => ({ kind: 'stall', atMs: band.fromMs, band })),
    ...groupsOf(moments.faultyFrames).map(({ first, count }): Stop => ({
      kind: 'frames',
      atMs: first.atMs,
      frame: first,
      count,
    })),
    ...groupsOf(moments.lostPackets).map(({ first, count }): Stop => ({
      kind: 'packets',
      atMs: first.atMs,
      packet: first,
      count,
    })),
  ]
  return stops.toSorted((a, b) => a.atMs - b.atMs)
}

/** The place of the stop after or before another one, or a moment; that of the same one where there is none further. */
export function placeOfNext(stops: readonly Stop[], from: Stop | number, direction: 1 | -1): number {
  const here = typeof from === 'number' ? -1 : stops.findIndex((stop) => isSameStop(stop, from))
  if (here >= 0) return Math.min(stops.length - 1, Math.max(0, here + direction))
  const atMs = typeof from === 'number' ? from : from.atMs
  if (direction === -1)
    return Math.max(
      0,
      stops.findLastIndex((stop) => stop.atMs < atMs),
    )
  const later = stops.findIndex((stop) => stop.atMs > atMs)
  return later === -1 ? stops.length - 1 : later
}

/** "UDP: 5 packets lost on the line". */
export function sayStop(stop: Stop): string {
  const { stops } = chartWords
  switch (stop.kind) {
    case 'stall': {
      const { side, kind, fromMs, toMs } = stop.band
      const stood = kind === 'stall' ? chartWords.stalled : chartWords.frozen
      return stops.stall(sideWords[side], stood, ((toMs - fromMs) / 1000).toFixed(1)) // ms to s
    }
    case 'frames':
      return stops.frames(sideWords[stop.frame.side], stop.count, formatCount(stop.count))
    case 'packets': {
      const { side, event } = stop.packet
      return stops.packets(sideWords[side], stop.count, formatCount(stop.count), whyWords.causes[event.cause])
    }
  }
}

/** A stall that lasts is told anew, with a later end. */
function isSameStop(a: Stop, b: Stop): boolean {
  return a.kind === b.kind && a.atMs === b.atMs && sideOf(a) === sideOf(b)
}

function sideOf(stop: Stop): string {
  return stop.kind === 'stall' ? stop.band.side : stop.kind === 'frames' ? stop.frame.side : stop.packet.side
}

function groupsOf<Item extends { readonly atMs: number; readonly side: string }>(
  items: readonly Item[],
): readonly { readonly first: Item; readonly count: number }[] {
  const newest = new Map<string, { first: Item; count: number; lastMs: number }>() // by side
  const groups: { readonly first: Item; readonly count: number }[] = []
  for (const item of items) {
    const group = newest.get(item.side)
    if (group !== undefined && item.atMs - group.lastMs <= APART_MS) {
      group.count += 1
      group.lastMs = item.atMs
      continue
    }
    const begun = { first: item, count: 1, lastMs: item.atMs }
    newest.set(item.side, begun)
    groups.push(begun)
  }
  return groups
}
