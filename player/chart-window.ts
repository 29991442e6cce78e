/** What the charts follow: the newest minute, or the whole run. */
export type Following = 'newest' | 'whole'

/** Which span of the run is seen. A held one stays, while data goes on; `follows` is what it goes back to. */
export type ChartWindow =
  | { readonly kind: 'following'; readonly follows: Following }
  | { readonly kind: 'held'; readonly span: Span; readonly follows: Following }

/** Seconds since the run's start. */
export type Span = { readonly fromSeconds: number; readonly toSeconds: number }

const NEWEST_SECONDS = 60
const SHORTEST_SECONDS = 1
const SHORTEST_WHOLE_SECONDS = 10 // so that a run that has just begun does not race along

/** The span that a window shows of a run that lasts from `run.fromSeconds` to its newest moment. */
export function spanOf(window: ChartWindow, run: Span): Span {
  if (window.kind === 'held') return window.span
  const { fromSeconds: first, toSeconds: newest } = run
  if (window.follows === 'whole')
    return { fromSeconds: first, toSeconds: Math.max(newest, first + SHORTEST_WHOLE_SECONDS) }
  const fromSeconds = Math.max(first, newest - NEWEST_SECONDS)
  return { fromSeconds, toSeconds: fromSeconds + NEWEST_SECONDS }
}

export function hold(window: ChartWindow, span: Span): ChartWindow {
  return { kind: 'held', span, follows: window.follows }
}

export function letGo({ follows }: ChartWindow): ChartWindow {
  return { kind: 'following', follows }
}

/** `factor` below 1 shows less; the moment at `atSeconds` stays where it is. What shows all of the run follows it again. */
export function zoom(window: ChartWindow, run: Span, factor: number, atSeconds?: number): ChartWindow {
  const seen = spanOf(window, run)
  const seenSeconds = seen.toSeconds - seen.fromSeconds
  const wholeSeconds = Math.max(run.toSeconds - run.fromSeconds, NEWEST_SECONDS)
  const lengthSeconds = Math.min(Math.max(seenSeconds * factor, SHORTEST_SECONDS), wholeSeconds)
  if (factor > 1 && lengthSeconds === wholeSeconds) return { kind: 'following', follows: 'whole' }
  const at = atSeconds ?? (seen.fromSeconds + seen.toSeconds) / 2
  const fromSeconds = at - ((at - seen.fromSeconds) * lengthSeconds) / seenSeconds
  return hold(window, inside({ fromSeconds, toSeconds: fromSeconds + lengthSeconds }, run))
}

/** By a share of what is seen; not out of the run. */
export function pan(window: ChartWindow, run: Span, share: number): ChartWindow {
  const { fromSeconds, toSeconds } = spanOf(window, run)
  const bySeconds = (toSeconds - fromSeconds) * share
  return hold(window, inside({ fromSeconds: fromSeconds + bySeconds, toSeconds: toSeconds + bySeconds }, run))
}

function inside({ fromSeconds, toSeconds }: Span, run: Span): Span {
  const latest = Math.max(run.fromSeconds, run.toSeconds - (toSeconds - fromSeconds))
  const from = Math.min(Math.max(fromSeconds, run.fromSeconds), latest)
  return { fromSeconds: from, toSeconds: from + toSeconds - fromSeconds }
}
