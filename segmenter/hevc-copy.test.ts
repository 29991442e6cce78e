import { expect, test } from 'vitest'
import { hex } from '../protocol/test-support/transport-packets.ts'
import { hevcCopy } from './hevc-copy.ts'
import type { Keyframe } from './keyframe-survey.ts'
import type { SourcePictures } from './source-pictures.ts'

const VPS = hex('40010c01ffff01600000030090000003000003003f959409')
const SPS = hex('42010101600000030090000003000003003fa005020171f2e595952930bc05a020000003002000000303c1')
const PPS = hex('4401c073c189')
const closed: Keyframe = { parameterSets: [VPS, SPS, PPS], isOpen: false }
const open: Keyframe = { ...closed, isOpen: true }
const frameRate = { numerator: 30, denominator: 1 }

type Packet = { readonly ptsSeconds: number; readonly sizeBytes: number; readonly isKeyframe: boolean }
type Survey = {
  readonly packets: readonly Packet[]
  readonly keyframes: readonly Keyframe[]
  readonly hasHiddenPictures: boolean
}

/** So many pictures of 1,000 bytes, 30 a second, from 1.5 s on; keyframes at these pictures. */
function survey(pictures: number, keyframes: readonly number[], changes: Partial<Survey> = {}): Survey {
  const packets = Array.from({ length: pictures }, (_, frame) => ({
    ptsSeconds: 1.5 + frame / 30,
    sizeBytes: 1000,
    isKeyframe: keyframes.includes(frame),
  }))
  return { packets, keyframes: keyframes.map(() => closed), hasHiddenPictures: false, ...changes }
}

function copyOf({ packets, keyframes, hasHiddenPictures }: Survey, durationSeconds = packets.length / 30) {
  const pictures: SourcePictures = {
    ptsSeconds: Float64Array.from(packets, ({ ptsSeconds }) => ptsSeconds),
    sizesBytes: Uint32Array.from(packets, ({ sizeBytes }) => sizeBytes),
    isKeyframe: Uint8Array.from(packets, ({ isKeyframe }) => Number(isKeyframe)),
    hasHiddenPictures,
  }
  return hevcCopy(pictures, keyframes, { beginSeconds: 1.5, durationSeconds, frameRate })
}

test('hevcCopy cuts at the first keyframe at or after every 4 s, and tells the rate between', () => {
  const copy = copyOf(survey(360, [0, 60, 150, 200, 240, 300]))
  expect(copy).toMatchObject({ widthPixels: 640, heightPixels: 360, cutSeconds: [0, 5, 8] })
  // 3 s from 5 s on with two keyframes: 90 × 1,007 bytes and twice 73 of parameter sets
  expect(copy).toMatchObject({ videoBitsPerSecond: Math.ceil(((90 * 1007 + 2 * 73) * 8) / 3) })
})

test('hevcCopy takes times of whole ms for those of the frame grid', () => {
  const exact = survey(240, [0, 120])
  const packets = exact.packets.map((packet) => ({
    ...packet,
    ptsSeconds: Math.round(packet.ptsSeconds * 1000) / 1000,
  }))
  expect(copyOf({ ...exact, packets })).toMatchObject({ cutSeconds: [0, 4] })
})

test('hevcCopy allows open keyframes where nothing is cut', () => {
  expect(copyOf(survey(240, [0, 60, 120], { keyframes: [closed, open, closed] }))).toMatchObject({ cutSeconds: [0, 4] })
})

const usual = survey(240, [0, 120])
const moved = usual.packets.map((packet, frame) => (frame === 7 ? { ...packet, ptsSeconds: 1.5 + 7.1 / 30 } : packet))
for (const [reason, surveyed, durationSeconds] of [
  ['its pictures are not evenly spaced', { ...usual, packets: moved }],
  ['its pictures are not evenly spaced', { ...usual, packets: usual.packets.toSpliced(9, 1) }],
  [
    'its pictures are not evenly spaced',
    { ...usual, packets: usual.packets.with(3, { ptsSeconds: NaN, sizeBytes: 1, isKeyframe: false }) },
  ],
  ['its pictures do not last as long as it does', usual, 9],
  ['some of its pictures are not to be shown', { ...usual, hasHiddenPictures: true }],
  ['it has no keyframe', { ...survey(240, []) }],
  [
    'its keyframes come without parameter sets, or with several of a kind',
    { ...usual, keyframes: [{ ...closed, parameterSets: [VPS, SPS] }] },
  ],
  [
    'its parameter sets change',
    { ...usual, keyframes: [closed, { ...closed, parameterSets: [VPS, SPS, hex('4401c1')] }] },
  ],
  [
    'its sequence parameter set cannot be read',
    { ...usual, keyframes: [closed, closed].map((key) => ({ ...key, parameterSets: [VPS, hex('420101'), PPS] })) },
  ],
  ['its container marks other keyframes than there are', { ...usual, keyframes: [closed] }],
  ['it does not begin with a keyframe', survey(240, [3, 120])],
  ['its keyframes are open: pictures after them lean on pictures before', { ...usual, keyframes: [closed, open] }],
  ['its keyframes are too far apart: 9.0 s', survey(300, [0, 270])],
] as const) {
  test(`hevcCopy refuses: ${reason}`, () => expect(copyOf(surveyed, durationSeconds)).toBe(reason))
}
