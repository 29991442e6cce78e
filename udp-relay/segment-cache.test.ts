import { expect, test } from 'vitest'
import { SegmentCache } from './segment-cache.ts'
import { makePackageClip, presentationOf } from './test-support/package-clip.ts'

const clip = makePackageClip()
const FORMAT = { payload: 'h264', maxRtpBytes: 1100 } as const

/** The clip, counting how often its files are read. */
function counted(changes = {}) {
  const reads: number[] = []
  const readSegment = (index: number): Promise<Uint8Array> => {
    reads.push(index)
    return Promise.resolve(clip.segments[index] ?? new Uint8Array(0))
  }
  return { reads, presentation: presentationOf(clip, { readSegment, ...changes }) }
}

test('SegmentCache reads a segment once for viewers who come at once and later', async () => {
  const { reads, presentation } = counted()
  const cache = new SegmentCache({ maxBytes: 10_000_000 })
  const [first, second] = await Promise.all([0, 1].map(() => cache.packets(presentation, 0, FORMAT)))
  expect(second).toBe(first)
  expect(await cache.packets(presentation, 0, FORMAT)).toBe(first)
  expect(reads).toEqual([0])
})

test('SegmentCache keeps packages and packet sizes apart', async () => {
  const cache = new SegmentCache({ maxBytes: 10_000_000 })
  const [one, other] = [counted(), counted({ packageKey: 'other' })]
  const large = await cache.packets(one.presentation, 0, FORMAT)
  const small = await cache.packets(one.presentation, 0, { ...FORMAT, maxRtpBytes: 500 })
  await cache.packets(other.presentation, 0, FORMAT)
  expect([one.reads, other.reads]).toEqual([[0, 0], [0]])
  expect(Math.max(...large.packets.map(({ payload }) => payload.length + 12))).toBeGreaterThan(500)
  expect(Math.max(...small.packets.map(({ payload }) => payload.length + 12))).toBeLessThanOrEqual(500)
})

test('SegmentCache lets go of the least recently used segment', async () => {
  const { reads, presentation } = counted()
  const { heldBytes } = await new SegmentCache({ maxBytes: 10_000_000 }).packets(presentation, 0, FORMAT)
  const cache = new SegmentCache({ maxBytes: heldBytes })
  reads.length = 0
  for (const index of [0, 1, 0]) await cache.packets(presentation, index, FORMAT)
  expect(reads).toEqual([0, 1, 0])
})

test('SegmentCache keeps no failure', async () => {
  let failures = 1
  const readSegment = (index: number): Promise<Uint8Array> =>
    failures-- > 0 ? Promise.reject(new Error('gone')) : Promise.resolve(clip.segments[index] ?? new Uint8Array(0))
  const cache = new SegmentCache({ maxBytes: 10_000_000 })
  const presentation = presentationOf(clip, { readSegment })
  await expect(cache.packets(presentation, 0, FORMAT)).rejects.toThrow('gone')
  await expect(cache.packets(presentation, 0, FORMAT)).resolves.toMatchObject({})
})

test('SegmentCache refuses a file that is not the one of the outline', async () => {
  const readSegment = (): Promise<Uint8Array> => Promise.resolve(clip.segments[1] ?? new Uint8Array(0))
  const cache = new SegmentCache({ maxBytes: 10_000_000 })
  await expect(cache.packets(presentationOf(clip, { readSegment }), 0, FORMAT)).rejects.toThrow(RangeError)
  const noSegment = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(10))
  await expect(cache.packets(presentationOf(clip, { readSegment: noSegment }), 0, FORMAT)).rejects.toThrow(
    'no transport stream',
  )
})
