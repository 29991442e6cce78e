import type { StallFacts } from './why-stall.ts'

/** Why it stood still: in one sentence, with the specification behind it. */
export type StallReason = {
  readonly kind: 'nothing-asked' | 'line' | 'outage' | 'timeout' | 'window' | 'asked-late' | 'slow'
  readonly sentence: string
  readonly source: string
}

const LINE_FULL_RATIO = 0.8 // of what the line could carry
const SILENT_MS = 400 // longer than any window takes to open again
const WINDOW_SOURCE = 'RFC 9438 section 4.6; RFC 5681 section 3.1'

/** The first that fits: the line could not carry it, it carried nothing (a timer runs out then, too), the sender waited for a timer, its window was too
 *  small, the request came too late. */
export function stallReason(facts: StallFacts): StallReason {
  const { waitedFor, lineBitsPerSecond = Infinity, gotBitsPerSecond, neededBitsPerSecond } = facts
  if (waitedFor === undefined) return because('nothing-asked', 'No segment had been asked for.', 'RFC 8216 section 6.3')
  const needed = neededBitsPerSecond ?? Infinity
  if (lineBitsPerSecond < needed && gotBitsPerSecond >= LINE_FULL_RATIO * lineBitsPerSecond) return line(facts)
  if (facts.longestSilenceMs > SILENT_MS && facts.lostPackets + facts.tailDroppedPackets === 0) return outage(facts)
  if (facts.timeouts > 0) return timeout(facts)
  if (gotBitsPerSecond >= needed) return askedLate(facts)
  if (facts.lostPackets + facts.tailDroppedPackets > 0 && facts.smallestWindow !== undefined) return window(facts)
  return because(
    'slow',
    `${nameOf(facts)} came with ${megabits(gotBitsPerSecond)}${lessThanNeeded(facts)}.`,
    'network-model.md 5.1',
  )
}

function line(facts: StallFacts): StallReason {
  const sentence = `The line carried ${megabits(facts.lineBitsPerSecond ?? 0)}${lessThanNeeded(facts)}.`
  return because('line', sentence, 'network-model.md 2.1')
}

function outage(facts: StallFacts): StallReason {
  const sentence = `Nothing came through the line for ${seconds(facts.longestSilenceMs)}, and nothing was lost: it stood still.`
  return because('outage', sentence, 'network-model.md 2.1')
}

function timeout(facts: StallFacts): StallReason {
  const times = facts.timeouts === 1 ? 'once' : `${facts.timeouts} times`
  const silence =
    facts.longestSilenceMs > SILENT_MS ? `, up to ${seconds(facts.longestSilenceMs)} in which nothing came` : ''
  const sentence = `After ${losses(facts)} the sender heard nothing and had to wait for its timer ${times}${silence}, then began with a window of one segment.`
  return because('timeout', sentence, 'RFC 6298 section 5; RFC 5681 section 3.1')
}

function window(facts: StallFacts): StallReason {
  const { smallestWindow = 0, meanWindow = 0, roundTripMs = 0, windowBitsPerSecond = 0 } = facts
  const sentence = `The window fell to ${segments(smallestWindow)} after ${losses(facts)}; ${Math.round(meanWindow)} on average at ${Math.round(roundTripMs)} ms round trip is ${megabits(windowBitsPerSecond)}${lessThanNeeded({ ...facts, gotBitsPerSecond: windowBitsPerSecond })}.`
  return because('window', sentence, WINDOW_SOURCE)
}

function askedLate(facts: StallFacts): StallReason {
  const buffer = facts.waitedFor?.bufferSeconds
  const left = buffer === undefined ? '' : ` when ${buffer.toFixed(1)} s were left to play`
  const sentence = `${nameOf(facts)} came fast enough, with ${megabits(facts.gotBitsPerSecond)}, but was asked for${left}: too late.`
  return because('asked-late', sentence, 'RFC 8216 section 6.3.3')
}

function because(kind: StallReason['kind'], sentence: string, source: string): StallReason {
  return { kind, sentence, source }
}

function nameOf({ waitedFor }: StallFacts): string {
  return waitedFor === undefined ? 'The segment' : waitedFor.uri
}

function lessThanNeeded({ neededBitsPerSecond, gotBitsPerSecond, lineBitsPerSecond, waitedFor }: StallFacts): string {
  if (neededBitsPerSecond === undefined) return ''
  const of = waitedFor?.variant === undefined ? '' : ` of ${waitedFor.variant}`
  const isLess = Math.min(gotBitsPerSecond, lineBitsPerSecond ?? Infinity) < neededBitsPerSecond
  return `${isLess ? ', less than' : ', not less than'} the ${megabits(neededBitsPerSecond)}${of}`
}

function losses({ lostPackets, tailDroppedPackets }: StallFacts): string {
  const ofQueue = tailDroppedPackets === 0 ? '' : `${tailDroppedPackets} dropped by a full queue`
  if (lostPackets === 0 && tailDroppedPackets > 0) return ofQueue
  const lost = lostPackets === 1 ? '1 loss' : `${lostPackets} losses`
  return ofQueue === '' ? lost : `${lost} and ${ofQueue}`
}

function segments(count: number): string {
  const whole = Math.floor(count)
  return whole === 1 ? '1 segment' : `${whole} segments`
}

function megabits(bitsPerSecond: number): string {
  return `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
