import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { keyframeAtOrBefore, outlineSegment, readOutline, VIDEO_CODEC, writeOutline, type Outline } from './outline.ts'

const frame = (
  kind: 'idr' | 'reference' | 'disposable',
  ptsTicks: number,
  dtsTicks: number,
  ...nalSizesBytes: number[]
) => ({
  kind,
  ptsTicks,
  dtsTicks,
  nalSizesBytes,
})

const outline: Outline = {
  format: 'weir-outline',
  version: 1,
  variant: '720p',
  originTicks: 132_000,
  video: {
    codec: 'avc1.64001f',
    widthPixels: 1280,
    heightPixels: 720,
    framesPerSecond: 29.97,
    spsBase64: 'Z2QAH6zZ',
    ppsBase64: 'aOvjyw==',
  },
  audio: {
    codec: 'mp4a.40.2',
    sampleRateHz: 48000,
    channelCount: 2,
    samplesPerFrame: 1024,
    audioSpecificConfigHex: '1190',
  },
  segments: [
    {
      uri: '00000.ts',
      sizeBytes: 188_000,
      startSeconds: 0,
      durationSeconds: 4.004,
      frames: [
        { ...frame('idr', 0, -6006, 25, 6, 684, 3104), headerNals: 3 },
        frame('reference', 9009, -3003, 371),
        frame('disposable', 3003, 0, 40),
        frame('idr', 180_180, 174_174, 900),
      ],
      audio: { firstPtsTicks: -1920, sizesBytes: [212, 280] },
    },
    {
      uri: '00001.ts',
      sizeBytes: 94_000,
      startSeconds: 4.004,
      durationSeconds: 2,
      frames: [frame('idr', 360_360, 354_354, 800), frame('reference', 363_363, 357_357, 20)],
    },
  ],
  ended: true,
}

const empty: Outline = { format: 'weir-outline', version: 1, variant: 'a', originTicks: 0, segments: [], ended: false }

const OUTLINE_TEXT = `{"format":"weir-outline","version":1,"variant":"720p","originTicks":132000,\
"video":{"codec":"avc1.64001f","widthPixels":1280,"heightPixels":720,"framesPerSecond":29.97,"spsBase64":"Z2QAH6zZ","ppsBase64":"aOvjyw=="},\
"audio":{"codec":"mp4a.40.2","sampleRateHz":48000,"channelCount":2,"samplesPerFrame":1024,"audioSpecificConfigHex":"1190"},\
"ended":true,"segments":[
["00000.ts",188000,0,4.004,[[0,3,0,-6006,25,6,684,3104],[1,0,9009,-3003,371],[2,0,3003,0,40],[0,0,180180,174174,900]],[-1920,212,280]],
["00001.ts",94000,4.004,2,[[0,0,360360,354354,800],[1,0,363363,357357,20]]]
]}
`

const cases = [
  { name: 'two segments, one without sound', text: OUTLINE_TEXT, outline },
  {
    name: 'a variant without segments yet',
    text: '{"format":"weir-outline","version":1,"variant":"a","originTicks":0,"ended":false,"segments":[\n\n]}\n',
    outline: empty,
  },
]
for (const { name, text, outline: value } of cases) {
  test(`readOutline reads ${name}`, () => expect(readOutline(text)).toEqual({ ok: true, value }))
  test(`writeOutline writes ${name}`, () => expect(writeOutline(value)).toBe(text))
}

const wrong: [from: string, to: string, expected: string][] = [
  ['{"format"', '"format"', 'outline: an object'],
  ['weir-outline', 'weir-record', 'format: "weir-outline"'],
  ['"version":1', '"version":2', 'version: 1'],
  ['"720p"', '"../x"', 'variant: text like ^\\w[\\w.-]*$'],
  ['132000', '8589934592', 'originTicks: a whole number from 0 to 8589934591'],
  ['64001f', '64001', `video.codec: text like ${VIDEO_CODEC.source}`],
  ['1280', '0', 'video.widthPixels: a whole number from 1 to 16384'],
  ['29.97', '"29.97"', 'video.framesPerSecond: a number from 0 to 1000'],
  ['"1190"', '"119"', 'audio.audioSpecificConfigHex: text like ^(?:[0-9a-f]{2})+$'],
  ['"ended":true', '"ended":1', 'ended: true or false'],
  ['00001.ts', '../00001.ts', 'segments[1] uri: text like ^\\w[\\w.-]*$'],
  ['4.004,2', '4.004,null', 'segments[1] duration: a number from 0 to 1000000000'],
  ['4.004,2', '0,2', 'segments[1] start: after the one before'],
  ['[0,0,360360', '[1,0,360360', 'segments[1] frame 0: an IDR'],
  ['[1,0,363363', '[3,0,363363', 'segments[1] frame 1: [kind 0 to 2, header NALs, PTS, DTS, NAL sizes …]'],
  ['[1,0,363363', '[1,2,363363', 'segments[1] frame 1: [kind 0 to 2, header NALs, PTS, DTS, NAL sizes …]'],
  ['357357,20', '357357', 'segments[1] frame 1: [kind 0 to 2, header NALs, PTS, DTS, NAL sizes …]'],
  ['357357,20', '357357,0', 'segments[1] frame 1: [kind 0 to 2, header NALs, PTS, DTS, NAL sizes …]'],
  ['[1,0,363363', '[1,0,null', 'segments[1] frame 1: [kind 0 to 2, header NALs, PTS, DTS, NAL sizes …]'],
  ['357357,20', '1e300,20', 'segments[1] frame 1: [kind 0 to 2, header NALs, PTS, DTS, NAL sizes …]'],
  ['"audio":{', '"audio":[],"x":{', 'audio: an object'],
  ['[-1920', '[-1920.5', 'segments[0] audio: [first PTS, sizes …]'],
]
for (const [from, to, expected] of wrong) {
  test(`readOutline refuses ${to} for ${from}: ${expected}`, () => {
    const result = readOutline(OUTLINE_TEXT.replace(from, to))
    expect(result).toMatchObject({ ok: false, fault: { code: 'bad-text', expected } })
  })
}

test('readOutline answers any text and any JSON with a value', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => !readOutline(text).ok),
    { seed: 7, numRuns: fuzzRuns(300) },
  )
  const head = { format: 'weir-outline', version: 1, variant: 'a', originTicks: 0, ended: true }
  fc.assert(
    fc.property(fc.array(fc.array(fc.jsonValue())), (segments) => {
      return readOutline(JSON.stringify({ ...head, segments })).ok === (segments.length === 0)
    }),
    { seed: 7, numRuns: fuzzRuns(300) },
  )
})

test('outlineSegment counts from the origin, over the wrap of 33 bits and after the second one', () => {
  const place = { uri: '00000.ts', sizeBytes: 188, originTicks: 2 ** 33 - 3000, durationSeconds: 4 }
  const video = [
    { ptsTicks: 0, dtsTicks: 2 ** 33 - 6000, nals: [Uint8Array.of(0x67, 1), Uint8Array.of(0x65, 1, 2)], atByte: 0 },
  ]
  const audio = [
    { ptsTicks: 2 ** 33 - 4920, data: new Uint8Array(7) },
    { ptsTicks: 2 ** 33 - 3000, data: new Uint8Array(8) },
  ]
  const ts = { video, audio, pcrs: [], faults: [] }
  const frames = [{ kind: 'idr', ptsTicks: 3000, dtsTicks: -3000, nalSizesBytes: [2, 3], headerNals: 1 }]
  expect(outlineSegment(ts, { ...place, startSeconds: 0 })).toEqual({
    uri: '00000.ts',
    sizeBytes: 188,
    startSeconds: 0,
    durationSeconds: 4,
    frames,
    audio: { firstPtsTicks: -1920, sizesBytes: [7, 8] },
  })
  const wrapSeconds = 2 ** 33 / 90_000
  const later = outlineSegment({ ...ts, audio: [] }, { ...place, startSeconds: wrapSeconds })
  expect(later.frames[0]).toMatchObject({ ptsTicks: 2 ** 33 + 3000, dtsTicks: 2 ** 33 - 3000 })
  expect(later.audio).toBeUndefined()
})

for (const [seconds, keyframe] of [
  [-0.001, undefined],
  [0, { segmentIndex: 0, frameIndex: 0, startSeconds: 0 }],
  [2.001, { segmentIndex: 0, frameIndex: 0, startSeconds: 0 }],
  [2.002, { segmentIndex: 0, frameIndex: 3, startSeconds: 2.002 }],
  [4.003, { segmentIndex: 0, frameIndex: 3, startSeconds: 2.002 }],
  [4.004, { segmentIndex: 1, frameIndex: 0, startSeconds: 4.004 }],
  [99, { segmentIndex: 1, frameIndex: 0, startSeconds: 4.004 }],
] as const) {
  test(`keyframeAtOrBefore finds the IDR to start from at ${seconds} s`, () =>
    expect(keyframeAtOrBefore(outline, seconds)).toEqual(keyframe))
}

test('keyframeAtOrBefore finds nothing in an outline without segments', () => {
  expect(keyframeAtOrBefore(empty, 0)).toBeUndefined()
})

const { video: _, ...unseen } = outline
const soundAlone: Outline = {
  ...unseen,
  segments: outline.segments.map((segment, index) => {
    const sizesBytes = [100, 101, 102]
    return { ...segment, frames: [], audio: { firstPtsTicks: index * 5760, sizesBytes } } // 1920 ticks each at 48 kHz
  }),
}

for (const [ticks, unit] of [
  [-1, undefined],
  [0, [0, 0]],
  [1919, [0, 0]],
  [1920, [0, 1]],
  [5759, [0, 2]],
  [5760, [1, 0]],
  [900_000, [1, 2]],
] as const) {
  test(`keyframeAtOrBefore finds the access unit that is heard at ${ticks} ticks of sound alone`, () => {
    const found = keyframeAtOrBefore(soundAlone, ticks / 90_000)
    expect(found && [found.segmentIndex, found.frameIndex]).toEqual(unit)
    expect(found && keyframeAtOrBefore(soundAlone, found.startSeconds)).toEqual(found)
  })
}

test('an outline of sound alone is written and read', () => {
  expect(readOutline(writeOutline(soundAlone))).toEqual({ ok: true, value: soundAlone })
})
