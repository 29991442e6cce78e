import type { TcpStateEvent } from './record.ts'
import type { Standstill } from './standstills.ts'
import { stallReason, type StallReason } from './stall-reason.ts'

/** A segment's way to the viewer; all moments on the run's axis. */
export type Transfer = {
  readonly uri: string
  readonly variant?: string
  readonly askedMs: number
  readonly firstByteMs?: number
  readonly endedMs?: number // absent while it is under way
  readonly sizeBytes?: number
  readonly isCancelled: boolean
  readonly bufferSeconds?: number // what was left to play when it was asked for
}

export type WindowSample = Pick<
  TcpStateEvent,
  'flow' | 'recovery' | 'cwnd' | 'ssthresh' | 'inFlight' | 'srttMs' | 'retransmittedSegments'
> & { readonly atMs: number }

/** What the downlink did to TCP's packets in a tenth of a second. */
export type LineBin = {
  readonly atMs: number // its begin
  readonly deliveredBytes: number // with headers
  readonly deliveredPackets: number
  readonly lostPackets: number
  readonly tailDroppedPackets: number
  readonly queueingDelayMsSum: number
}

export const LINE_BIN_MS = 100

/** Everything that is known around a stall. Lists are in order of time. */
export type StallEvidence = {
  readonly stall: Standstill
  readonly isOver: boolean
  readonly positionSeconds?: number // where playback stood
  readonly transfers: readonly Transfer[]
  readonly windows: readonly WindowSample[]
  readonly bins: readonly LineBin[] // without those in which nothing was told
  readonly requestsArrivedMs: readonly number[] // at the server
  readonly rates: readonly { readonly atMs: number; readonly bitsPerSecond: number | undefined }[] // of the downlink
  readonly bitrateOf: (variant: string) => number | undefined // bits a second
}

export type StallFacts = {
  readonly waitedFor?: Transfer // whose arrival ended the stall, or will
  readonly gotBitsPerSecond: number // of that segment, from the request on
  readonly neededBitsPerSecond?: number // its variant's
  readonly lineBitsPerSecond?: number // mean rate of the downlink meanwhile, where it was told
  readonly lostPackets: number
  readonly tailDroppedPackets: number
  readonly retransmittedSegments: number
  readonly timeouts: number // of retransmission, at least: as the samples show
  readonly queueingDelayMs?: number // mean
  readonly roundTripMs?: number // smoothed, mean
  readonly smallestWindow?: number // in segments
  readonly meanWindow?: number
  readonly windowBitsPerSecond?: number // of the mean window and round trip
  readonly longestSilenceMs: number // in which nothing came, to a tenth of a second
}

/** Why playback stood still: the segment waited for, its download as a waterfall, and one sentence. */
export type StallStory = StallFacts & {
  readonly kind: 'stall'
  readonly fromMs: number
  readonly toMs: number // so far
  readonly isOver: boolean
  readonly positionSeconds?: number // where playback stood
  readonly transfers: readonly Transfer[] // all that were under way, the waterfall's rows
  readonly requestArrivedMs?: number // of the segment waited for, at the server
  readonly windows: readonly WindowSample[]
  readonly bins: readonly LineBin[]
  readonly reason: StallReason
}

const SEGMENT_BYTES = 1448 // payload of a full TCP segment: 1500 less IPv4's and TCP's headers with timestamps
const MOST_ROWS = 6
const MOVES_AGAIN_MS = 500 // what a player takes to show what has come

export function explainStall(evidence: StallEvidence): StallStory {
  const { stall, isOver, positionSeconds } = evidence
  const under = evidence.transfers.filter(
    ({ askedMs, endedMs = Infinity }) => askedMs <= stall.toMs && endedMs >= stall.fromMs,
  )
  const waitedFor = segmentWaitedFor(under, stall)
  const fromMs = waitedFor?.askedMs ?? stall.fromMs
  const toMs = Math.max(waitedFor?.endedMs ?? stall.toMs, stall.toMs)
  const windows = oneFlow(within(evidence.windows, fromMs, toMs))
  const bins = within(evidence.bins, fromMs - LINE_BIN_MS, toMs)
  const requestArrivedMs = within(
    evidence.requestsArrivedMs.map((atMs) => ({ atMs })),
    fromMs,
    toMs,
  )[0]?.atMs
  const facts: StallFacts = {
    ...transferFacts(waitedFor, bins, toMs, evidence.bitrateOf),
    ...lineFacts(bins, fromMs, toMs, evidence.rates),
    ...windowFacts(windows, newestBefore(evidence.windows, fromMs, windows[0]?.flow)),
  }
  return {
    kind: 'stall',
    fromMs: stall.fromMs,
    toMs: stall.toMs,
    isOver,
    ...(positionSeconds === undefined ? {} : { positionSeconds }),
    transfers: under.slice(-MOST_ROWS),
    ...(requestArrivedMs === undefined ? {} : { requestArrivedMs }),
    windows,
    bins,
    ...facts,
    reason: stallReason(facts),
  }
}

/** The first that came just before the end of the stall, which may be followed at once by what is played later; else the
 *  last before it; of those under way the first. */
function segmentWaitedFor(transfers: readonly Transfer[], { toMs }: Standstill): Transfer | undefined {
  const whole = transfers.filter(({ isCancelled, endedMs }) => !isCancelled && endedMs !== undefined)
  const came = whole.filter(({ endedMs }) => (endedMs as number) <= toMs + LINE_BIN_MS)
  const justBefore = came.find(({ endedMs }) => (endedMs as number) >= toMs - MOVES_AGAIN_MS)
  return (
    justBefore ?? came.at(-1) ?? transfers.find(({ endedMs }) => endedMs === undefined) ?? whole[0] ?? transfers.at(-1)
  )
}

function transferFacts(
  waitedFor: Transfer | undefined,
  bins: readonly LineBin[],
  toMs: number,
  bitrateOf: StallEvidence['bitrateOf'],
): Pick<StallFacts, 'waitedFor' | 'gotBitsPerSecond' | 'neededBitsPerSecond'> {
  if (waitedFor === undefined) return { gotBitsPerSecond: 0 }
  const { variant, askedMs, endedMs = toMs, sizeBytes = sum(bins, ({ deliveredBytes }) => deliveredBytes) } = waitedFor
  const needed = variant === undefined ? undefined : bitrateOf(variant)
  return {
    waitedFor,
    gotBitsPerSecond: endedMs === askedMs ? 0 : (sizeBytes * 8 * 1000) / (endedMs - askedMs), // bytes a ms to bits a s
    ...(needed === undefined ? {} : { neededBitsPerSecond: needed }),
  }
}

function lineFacts(bins: readonly LineBin[], fromMs: number, toMs: number, rates: StallEvidence['rates']) {
  const packets = sum(bins, ({ deliveredPackets }) => deliveredPackets)
  const lineBitsPerSecond = meanRate(rates, fromMs, toMs)
  return {
    lostPackets: sum(bins, ({ lostPackets }) => lostPackets),
    tailDroppedPackets: sum(bins, ({ tailDroppedPackets }) => tailDroppedPackets),
    longestSilenceMs: longestSilence(bins, fromMs, toMs),
    ...(packets === 0 ? {} : { queueingDelayMs: sum(bins, ({ queueingDelayMsSum }) => queueingDelayMsSum) / packets }),
    ...(lineBitsPerSecond === undefined ? {} : { lineBitsPerSecond }),
  }
}

function windowFacts(windows: readonly WindowSample[], before: WindowSample | undefined) {
  const [first] = windows
  if (first === undefined) return { retransmittedSegments: 0, timeouts: 0 }
  const measured = windows.filter(({ srttMs }) => srttMs > 0)
  const meanWindow = sum(windows, ({ cwnd }) => cwnd) / windows.length
  const roundTripMs = measured.length === 0 ? undefined : sum(measured, ({ srttMs }) => srttMs) / measured.length
  return {
    retransmittedSegments: (windows.at(-1)?.retransmittedSegments ?? 0) - (before?.retransmittedSegments ?? 0),
    timeouts: timeoutsIn(before === undefined ? windows : [before, ...windows]),
    smallestWindow: windows.reduce((smallest, { cwnd }) => Math.min(smallest, cwnd), Infinity),
    meanWindow,
    ...(roundTripMs === undefined
      ? {}
      : { roundTripMs, windowBitsPerSecond: (meanWindow * SEGMENT_BYTES * 8 * 1000) / roundTripMs }), // a ms to a s
  }
}

/** Each change into the state of loss is a retransmission timeout; two between samples count once. */
function timeoutsIn(windows: readonly WindowSample[]): number {
  return windows.filter(({ recovery }, index) => recovery === 'loss' && windows[index - 1]?.recovery !== 'loss').length
}

/** Undefined once a rate was not told: unlimited, or a trace. */
function meanRate(rates: StallEvidence['rates'], fromMs: number, toMs: number): number | undefined {
  let bits = 0
  for (const [index, { atMs, bitsPerSecond }] of rates.entries()) {
    const endMs = Math.min(rates[index + 1]?.atMs ?? Infinity, toMs)
    const lastedMs = endMs - Math.max(index === 0 ? -Infinity : atMs, fromMs)
    if (lastedMs <= 0) continue
    if (bitsPerSecond === undefined) return undefined
    bits += (bitsPerSecond * lastedMs) / 1000 // ms to s
  }
  return rates.length === 0 || toMs <= fromMs ? undefined : (bits * 1000) / (toMs - fromMs)
}

function longestSilence(bins: readonly LineBin[], fromMs: number, toMs: number): number {
  let heardMs = fromMs
  let longestMs = 0
  for (const { atMs, deliveredPackets } of bins) {
    if (deliveredPackets === 0) continue
    longestMs = Math.max(longestMs, atMs - heardMs)
    heardMs = atMs + LINE_BIN_MS
  }
  return Math.max(longestMs, toMs - heardMs)
}

/** Of the connection that sent: the one with the most in flight. */
function oneFlow(windows: readonly WindowSample[]): readonly WindowSample[] {
  const inFlight = new Map<number, number>()
  for (const sample of windows) inFlight.set(sample.flow, (inFlight.get(sample.flow) ?? 0) + sample.inFlight)
  const [busiest] = [...inFlight].reduce<readonly [number, number]>(
    (most, entry) => (entry[1] > most[1] ? entry : most),
    [windows[0]?.flow ?? 0, 0],
  )
  return windows.filter(({ flow }) => flow === busiest)
}

function newestBefore(windows: readonly WindowSample[], fromMs: number, flow: number | undefined) {
  return windows.findLast((sample) => sample.atMs < fromMs && sample.flow === flow)
}

function within<Item extends { readonly atMs: number }>(items: readonly Item[], fromMs: number, toMs: number): Item[] {
  return items.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
}

function sum<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0)
}
