import { expect, test } from 'vitest'
import { planCuts } from './cut-list.ts'
import type { EncodePlan } from './encode.ts'
import { requireWithin, withinMinutes } from './job-limits.ts'
import { ladderFor } from './ladder.ts'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import type { SourceFacts } from './source-facts.ts'

const frameRate = { numerator: 25, denominator: 1 }
const size = { widthPixels: 1000, heightPixels: 1000 }
const facts: SourceFacts = {
  container: 'mp4',
  startSeconds: 0,
  video: { streamIndex: 0, codec: 'h264', ...size, codedPixels: 1_000_000, reorderedFrames: 0 },
  tracks: { otherAudio: [], subtitles: [], pictureSubtitles: [] },
  warnings: [],
}
const plan: EncodePlan = {
  sourcePath: '/a.mp4',
  originSeconds: 0,
  durationSeconds: 40,
  frameRate,
  videoStreamIndex: 0,
  rungs: ladderFor({ ...size, frameRate }),
  cuts: planCuts(40, frameRate),
}
const span = { pictures: 1000, startSeconds: 0, endSeconds: 40 }

test('requireWithin takes a gigapixel where one is the most', () =>
  expect(() => requireWithin({ gigapixels: 1, minutes: 1 }, facts, span, plan)).not.toThrow())

test('requireWithin counts the pictures that are decoded', () => {
  expect(() => requireWithin({ gigapixels: 1, minutes: 1 }, facts, { ...span, pictures: 1001 }, plan)).toThrow(
    expect.objectContaining({
      code: 'too-many-pixels',
      message: 'its pictures have 2 gigapixels together, 1 are the most',
    }),
  )
})

test('requireWithin counts the pictures that are made of a few that stand still', () => {
  const slides = { pictures: 2, startSeconds: 0, endSeconds: 80 }
  const long = { ...plan, durationSeconds: 80 }
  expect(() => requireWithin({ gigapixels: 1, minutes: 1 }, facts, slides, long)).toThrow(SegmenterRefusal)
})

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

test('withinMinutes refuses what takes too long', async () => {
  await expect(withinMinutes({ gigapixels: 1, minutes: 0.001 }, undefined, untilAborted)).rejects.toMatchObject({
    code: 'took-too-long',
  })
})

test('withinMinutes passes on results, failures and the reason of the caller', async () => {
  const limits = { gigapixels: 1, minutes: 1 }
  expect(await withinMinutes(limits, undefined, () => Promise.resolve(7))).toBe(7)
  await expect(withinMinutes(limits, undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(withinMinutes(limits, AbortSignal.abort(new Error('stop')), untilAbortedNow)).rejects.toThrow('stop')
})

function untilAbortedNow(signal: AbortSignal): Promise<never> {
  return Promise.reject(signal.reason as Error)
}
