import type { DamageStory, FrameFate } from '../stream/why-damage.ts'
import type { StallStory } from '../stream/why-stall.ts'
import { formatCount, formatMegabits, formatTime } from './format.ts'
import { whyWords } from './words.ts'

export type WhyStory = DamageStory | StallStory

const { line } = whyWords

const TICKS_PER_SECOND = 90_000

/** A story in one line: when, and the chain of what led to what. */
export type WhyLine = { readonly when: string; readonly chain: readonly string[] }

export function lineOf(story: WhyStory): WhyLine {
  return story.kind === 'damage' ? lineOfDamage(story) : lineOfStall(story)
}

/** 0:31.2: where in the video. */
export function formatPlace(seconds: number): string {
  const tenths = Math.floor(seconds * 10)
  return `${formatTime(tenths / 10)}.${tenths % 10}`
}

export function placeOfFrame({ ptsTicks }: FrameFate | { readonly ptsTicks: number }): string {
  return formatPlace(ptsTicks / TICKS_PER_SECOND)
}

export function framesWord(count: number): string {
  return line.frames(count, formatCount(count))
}

/** Runs of numbers that follow each other: 3 482 to 3 499. */
export function formatRuns(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = []
  for (const number of numbers) {
    const newest = runs.at(-1)
    if (newest !== undefined && number === ((newest[1] + 1) & 0xffff)) newest[1] = number
    else runs.push([number, number])
  }
  return runs
    .map(([first, last]) => (first === last ? formatCount(first) : line.run(formatCount(first), formatCount(last))))
    .join(', ')
}

function lineOfDamage(story: DamageStory): WhyLine {
  const { root, packets, affected, end } = story
  const numbers = packets.map(({ sequenceNumber }) => sequenceNumber)
  const lost = line.lost(numbers.length, formatRuns(numbers))
  const carried = line.carried(carriedWord(story), formatCount(root.frameNumber), root.letter)
  const spread = end.by === 'idr' ? line.toKeyframe(framesWord(affected.length)) : affectedWord(affected.length)
  return { when: placeOfFrame(root), chain: [lost, carried, spread] }
}

function affectedWord(count: number): string {
  return count === 0 ? line.noDamage : `${framesWord(count)} ${whyWords.states.damaged}`
}

function carriedWord({ packets }: DamageStory): string {
  const nals = packets.flatMap((packet) => packet.nals)
  const slices = new Set(nals.filter(({ kind }) => kind === 'slice').map(({ nalIndex }) => nalIndex))
  if (slices.size === 0) return line.parameterSets
  return line.slices(slices.size)
}

function lineOfStall({
  fromMs,
  toMs,
  isOver,
  positionSeconds,
  waitedFor,
  gotBitsPerSecond,
  reason,
}: StallStory): WhyLine {
  const lasted = line.stoodStill(isOver, ((toMs - fromMs) / 1000).toFixed(1)) // ms to s
  const segment =
    waitedFor === undefined ? [] : [line.waitedFor(segmentName(waitedFor), formatMegabits(gotBitsPerSecond))]
  return {
    when: positionSeconds === undefined ? '' : formatPlace(positionSeconds),
    chain: [lasted, ...segment, reason.sentence],
  }
}

export function segmentName({ uri, variant }: { readonly uri: string; readonly variant?: string }): string {
  const file = uri.slice(uri.lastIndexOf('/') + 1)
  return variant === undefined ? file : `${variant}/${file}`
}
