import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import type { FrameVerdict } from '../stream/frame-integrity.ts'
import { Mp2tMedia } from './mp2t-media.ts'
import { CLIP_FRAMES, makePackageClip } from './test-support/package-clip.ts'

const clip = makePackageClip()
const transportStream = Buffer.concat(clip.segments)
const BYTES_PER_PACKET = 7 * 188
const PACKETS = Math.ceil(transportStream.length / BYTES_PER_PACKET)

function open() {
  const frames: (FrameVerdict & { readonly ptsTicks: number })[] = []
  const clocks: [ptsTicks: number, nowMs: number][] = []
  const passed: Uint8Array[] = []
  const media = new Mp2tMedia({
    onFrame: (ptsTicks, frame) => void frames.push({ ...frame, ptsTicks }),
    onSound: () => {},
    onTransport: (bytes) => void passed.push(bytes),
    onClock: (ptsTicks, nowMs) => void clocks.push([ptsTicks, nowMs]),
  })
  const push = (payload: Uint8Array, sequenceNumber: number, lostBefore: boolean): void => {
    const head = { marker: false, payloadType: 33, timestampTicks: 0, ssrc: 1 }
    media.push(
      { kind: 'packet', packet: { ...head, sequenceNumber, payload }, lostBefore, sequenceNumber },
      1000 + sequenceNumber,
    )
  }
  return { media, push, frames, clocks, passed }
}

/** The whole clip, 7 transport packets each, without those that are lost. */
function receive(lost: readonly number[]) {
  const { media, push, ...seen } = open()
  let lostBefore = 0
  for (let number = 0; number < PACKETS; number += 1) {
    if (lost.includes(number)) {
      lostBefore += 1
      continue
    }
    if (lostBefore > 0) media.push({ kind: 'lost', firstSequenceNumber: number - lostBefore, packets: lostBefore }, 0)
    push(transportStream.subarray(number * BYTES_PER_PACKET, (number + 1) * BYTES_PER_PACKET), number, lostBefore > 0)
    lostBefore = 0
  }
  media.finish(0)
  const count = (state: FrameVerdict['state']) => seen.frames.filter((frame) => frame.state === state).length
  return { ...seen, states: [count('intact'), count('damaged'), count('frozen')] }
}

test('Mp2tMedia finds every picture of a stream that ffmpeg wrote, at its time after the first clock', () => {
  const { states, frames, clocks, passed } = receive([])
  expect(states).toEqual([CLIP_FRAMES, 0, 0])
  const outlined = clip.outline.segments.flatMap((segment) => segment.frames)
  const [first] = frames
  expect(frames.map(({ ptsTicks }) => ptsTicks - (first?.ptsTicks ?? 0))).toEqual(
    outlined.map(({ ptsTicks }) => ptsTicks),
  )
  expect(frames.map(({ kind }) => kind)).toEqual(outlined.map(({ kind }) => kind))
  expect(first?.ptsTicks).toBe(0.78 * 90_000) // 0.7 s of ffmpeg's muxer, and two frames of reordering
  expect(clocks).toEqual([[0, 1000]])
  expect(Buffer.concat(passed).equals(transportStream)).toBe(true)
})

test('Mp2tMedia judges what a lost packet damages: all up to the next keyframe, and that packet is to blame', () => {
  const { states, frames } = receive([100])
  expect(states).toEqual([119, 30, 1]) // of the picture itself no slice is whole
  const hit = frames.flatMap(({ state }, index) => (state === 'intact' ? [] : [index]))
  expect(hit).toEqual(Array.from({ length: 31 }, (_, index) => (hit[0] ?? 0) + index))
  expect(frames[(hit.at(-1) ?? 0) + 1]?.kind).toBe('idr')
  const damaged = frames.filter(({ state }) => state !== 'intact')
  expect(new Set(damaged.map(({ cause }) => cause?.firstSequenceNumber))).toEqual(new Set([100]))
})

test('Mp2tMedia shows nothing before the first keyframe', () => {
  const { states, frames } = receive([0, 1, 2, 3, 4])
  expect(states).toEqual([100, 0, 48])
  expect(frames.findIndex(({ state }) => state === 'intact')).toBe(48)
})

test('Mp2tMedia takes any bytes', () => {
  const property = fc.property(
    fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }),
    fc.nat(60),
    (payloads, from) => {
      const { media, push } = open()
      for (let number = 0; number < from; number += 1) {
        push(transportStream.subarray(number * BYTES_PER_PACKET, (number + 1) * BYTES_PER_PACKET), number, false)
      }
      payloads.forEach((payload, index) => push(payload, from + index, false))
      media.finish(0)
    },
  )
  fc.assert(property, { seed: 5, numRuns: fuzzRuns(50) })
})
