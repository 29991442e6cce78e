import type { SideOutcome } from '../simulation/experiment.ts'
import type { LabSide } from '../simulation/lab-results.ts'

/** A side as it was played, in virtual time or live. */
export type PlayedSide = Pick<LabSide, 'name' | 'side' | 'measures' | 'hasEnded'> & {
  readonly transfers: TransferSums // of whole segments
}

export type TransferSums = { readonly segments: number; readonly bytes: number; readonly ms: number }

/** One figure of both, and how far apart they may be. */
export type LiveCheck = {
  readonly side: string
  readonly what: 'startup' | 'stalled' | 'lost' | 'missed' | 'throughput' | 'segment'
  readonly unit: 'ms' | 'packets' | 'bit/s'
  readonly virtual: number | undefined // undefined: it never came to it
  readonly live: number | undefined
  readonly allowed: number // difference
  readonly holds: boolean
}

/** Whose player was live: ours decides as virtual time does. */
export type LivePlayer = 'weir' | 'hls.js'

const STARTUP = { ratio: 0.1, ms: 100 }
const STALLED = { weir: { ratio: 0.1, ms: 500 }, 'hls.js': { ratio: 0.2, ms: 1000 } } as const
const THROUGHPUT_RATIO = 0.05
/** Two processes on one machine and their timers, for each segment: what is no part of a line. */
const SEGMENT_MS = 20
/** The same where the line takes no time at all, of a megabyte and more at once. */
const ENDLESS_LINE_SEGMENT_MS = 50

/** Holds a live side against the same in virtual time. Of a browser only the stalls are judged: decoder and media element have
 *  times of their own. */
export function judgeLive(virtual: PlayedSide, live: PlayedSide, player: LivePlayer): readonly LiveCheck[] {
  const { ratio, ms } = STALLED[player]
  const stalled = check(live.name, 'stalled', 'ms', virtual.measures.stallMs, live.measures.stallMs, (value) =>
    Math.max(ratio * value, ms),
  )
  if (player !== 'weir') return [stalled]
  const startup = check(live.name, 'startup', 'ms', virtual.measures.startupMs, live.measures.startupMs, (value) =>
    Math.max(STARTUP.ratio * value, STARTUP.ms),
  )
  return live.side === 'udp' ? [startup, ...losses(virtual, live)] : [startup, stalled, ...throughput(virtual, live)]
}

/** What the line lost, and what the viewer missed: of whom came to the end alone. Where a run is cut some packets are still
 *  under way, and where UDP is blocked a live viewer leaves when nothing comes. */
function losses(virtual: PlayedSide, live: PlayedSide): readonly LiveCheck[] {
  if (!virtual.hasEnded || !live.hasEnded) return []
  const equal = (): number => 0
  return [
    check(live.name, 'lost', 'packets', lostOf(virtual), lostOf(live), equal),
    check(live.name, 'missed', 'packets', virtual.measures.lostPackets, live.measures.lostPackets, equal),
  ]
}

/** By chance, by the queue, or as UDP. */
function lostOf({ measures }: PlayedSide): number {
  return (measures.linkLostPackets ?? 0) + (measures.linkTailDroppedPackets ?? 0) + (measures.linkBlockedPackets ?? 0)
}

/** Of a line without rate and delay a virtual segment takes no time at all: there the time of one is held against what
 *  machines need. */
function throughput(virtual: PlayedSide, live: PlayedSide): readonly LiveCheck[] {
  const { segments, bytes, ms } = virtual.transfers
  if (segments > 0 && ms === 0) {
    return [check(live.name, 'segment', 'ms', 0, meanMs(live), () => ENDLESS_LINE_SEGMENT_MS)]
  }
  const allow = (rate: number): number => {
    const segmentBits = (bytes * 8) / segments
    const slower = (segmentBits * 1000) / ((segmentBits * 1000) / rate + SEGMENT_MS) // with so much more time for each
    return Math.max(THROUGHPUT_RATIO * rate, rate - slower)
  }
  return [check(live.name, 'throughput', 'bit/s', rateOf(virtual), rateOf(live), allow)]
}

function meanMs({ transfers: { segments, ms } }: PlayedSide): number | undefined {
  return segments === 0 ? undefined : ms / segments
}

/** In bits a second; undefined where nothing came. */
function rateOf({ transfers: { bytes, ms } }: PlayedSide): number | undefined {
  return ms === 0 ? undefined : (bytes * 8000) / ms // bytes a ms
}

function check(
  side: string,
  what: LiveCheck['what'],
  unit: LiveCheck['unit'],
  virtual: number | undefined,
  live: number | undefined,
  allow: (virtual: number) => number,
): LiveCheck {
  const allowed = virtual === undefined ? 0 : allow(virtual)
  const isNear = virtual !== undefined && live !== undefined && Math.abs(live - virtual) <= allowed
  const holds = isNear || (virtual === undefined && live === undefined)
  return { side, what, unit, virtual, live, allowed, holds }
}

/** The same of virtual time's outcome. */
export function playedOf(
  { name, side, measures, hasEnded }: SideOutcome | LabSide,
  transfers: TransferSums,
): PlayedSide {
  return { name, side, measures, hasEnded, transfers }
}
