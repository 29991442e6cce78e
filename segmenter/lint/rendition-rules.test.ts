import { expect, test } from 'vitest'
import { alignmentRules, togetherRules } from './alignment-rules.ts'
import { applyRules, type Finding } from './finding.ts'
import { iFrameRules } from './i-frame-rules.ts'
import { rateRules } from './rate-rules.ts'
import type { Presentation, Rendition } from './rendition.ts'
import { averageBitsPerSecond, peakBitsPerSecond } from './segment-bitrate.ts'
import {
  audioTrack,
  builtPresentation,
  builtRendition,
  threeSegments,
  videoTrack,
  type Built,
} from './test-support/built.ts'
import { timelineRules } from './timeline-rules.ts'
import { variantRules } from './variant-rules.ts'

function ofRendition(rendition: Rendition): Finding[] {
  return applyRules([...timelineRules, ...iFrameRules], rendition, rendition.file)
}

function ofPresentation(presentation: Presentation): Finding[] {
  return applyRules(
    [...variantRules, ...rateRules, ...alignmentRules, ...togetherRules],
    presentation,
    presentation.file,
  )
}

function namesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ rule, severity }) => `${severity} ${rule}`))].sort()
}

test('the rules of a rendition find nothing wrong with segments that continue each other', () => {
  expect(ofRendition(builtRendition({ isIndependent: true }))).toEqual([])
})

const iFrames = threeSegments.replace('#EXTINF', '#EXT-X-I-FRAMES-ONLY\n#EXTINF')
const oneKey = { frames: 1, keyFrames: 1, endPtsSeconds: NaN } as const

const renditions: readonly { readonly rule: string; readonly built: Built }[] = [
  {
    rule: 'error independent-segment',
    built: { isIndependent: true, tracks: (index) => [videoTrack(4 * index, { startsWithKey: index !== 1 })] },
  },
  {
    rule: 'warning keyframe-start',
    built: { tracks: (index) => [videoTrack(4 * index, { startsWithKey: index !== 1 })] },
  },
  {
    rule: 'error parameter-sets',
    built: { tracks: (index) => [videoTrack(4 * index, { hasParameterSets: index !== 2 })] },
  },
  { rule: 'error timestamp-jump', built: { tracks: (index) => [videoTrack(index === 2 ? 9 : 4 * index)] } },
  {
    rule: 'warning timestamp-gap',
    built: { tracks: (index) => [videoTrack(4 * index), audioTrack(4 * index + (index === 2 ? 0.06 : 0))] },
  },
  { rule: 'error extinf-measured', built: { text: threeSegments.replace('4.000,\n1', '3.000,\n1') } },
  { rule: 'warning extinf-inexact', built: { text: threeSegments.replace('4.000,\n1', '3.900,\n1') } },
  {
    rule: 'error discontinuity-missing',
    built: { tracks: (index) => [videoTrack(4 * index, index === 2 ? { codec: 'hev1.1.6.L93' } : {})] },
  },
  {
    rule: 'warning track-missing',
    built: { tracks: (index) => [videoTrack(4 * index), ...(index === 1 ? [] : [audioTrack(4 * index)])] },
  },
  { rule: 'error bitrate', built: { text: threeSegments.replace('#EXTINF', '#EXT-X-BITRATE:300\n#EXTINF') } },
  {
    rule: 'error i-frame-single',
    built: { text: iFrames, tracks: (index) => [videoTrack(4 * index, { ...oneKey, frames: 2 })] },
  },
  {
    rule: 'error i-frame-single',
    built: { text: iFrames, tracks: (index) => [videoTrack(4 * index, { ...oneKey, startsWithKey: false })] },
  },
  { rule: 'warning i-frame-duration', built: { text: iFrames, tracks: (index) => [videoTrack(3 * index, oneKey)] } },
]

for (const [index, { rule, built }] of renditions.entries()) {
  test(`the rules of a rendition find ${rule} and nothing else, row ${index + 1}`, () => {
    expect(namesOf(ofRendition(builtRendition(built)))).toEqual([rule])
  })
}

test('extinf-drift adds up errors that are small by themselves', () => {
  const text = threeSegments.replace(/(#EXTINF:4.000,\n.\.ts\n)+/, '#EXTINF:3.970,\na.ts\n'.repeat(40))
  const built = { text, tracks: (index: number) => [videoTrack(4 * index)] }
  expect(namesOf(ofRendition(builtRendition(built)))).toEqual(['error extinf-drift'])
})

test('a clock that wraps after 2 to the 33 ticks is no jump', () => {
  const wrapSeconds = 2 ** 33 / 90_000
  const rendition = builtRendition({ tracks: (index) => [videoTrack(index === 2 ? 0 : wrapSeconds - 8 + 4 * index)] })
  expect(ofRendition(rendition)).toEqual([])
})

test('segments behind EXT-X-DISCONTINUITY need not continue what was before', () => {
  const text = threeSegments.replace('#EXTINF:4.000,\n1', '#EXT-X-DISCONTINUITY\n#EXTINF:4.000,\n1')
  expect(ofRendition(builtRendition({ text, tracks: (index) => [videoTrack(index === 0 ? 50 : 4 * index)] }))).toEqual(
    [],
  )
})

const master = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",CHANNELS="2",URI="sound.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=400000,AVERAGE-BANDWIDTH=400000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=25.000,AUDIO="a"
high.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=400000,AVERAGE-BANDWIDTH=400000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=25.000,AUDIO="a"
low.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=100000,CODECS="avc1.64001f",RESOLUTION=640x360,URI="iframes.m3u8"
`

type Files = Readonly<Record<string, Built>>

/** A right presentation, 200 kbit/s of pictures and 200 of sound, but for what is said. */
function presentationOf(text: string, change: Files = {}): Presentation {
  const pictures: Built = { tracks: (index) => [videoTrack(10 + 4 * index)] }
  const files: Files = {
    'high.m3u8': pictures,
    'low.m3u8': pictures,
    'sound.m3u8': { tracks: (index) => [audioTrack(10 + 4 * index)] },
    'iframes.m3u8': { text: iFrames, tracks: (index) => [videoTrack(10 + 4 * index, oneKey)] },
  }
  const all = Object.keys(files).map((file) => builtRendition({ ...files[file], ...change[file], file }))
  return builtPresentation(text, all)
}

test('the rules of a presentation find nothing wrong with one that keeps its word', () => {
  expect(ofPresentation(presentationOf(master))).toEqual([])
})

const presentations: readonly {
  readonly rule: string
  readonly from?: string | RegExp
  readonly to?: string
  readonly files?: Files
}[] = [
  { rule: 'error bandwidth', from: 'BANDWIDTH=400000,A', to: 'BANDWIDTH=300000,A' },
  { rule: 'warning bandwidth-loose', from: 'BANDWIDTH=400000,A', to: 'BANDWIDTH=500000,A' },
  { rule: 'error average-bandwidth', from: 'AVERAGE-BANDWIDTH=400000', to: 'AVERAGE-BANDWIDTH=300000' },
  { rule: 'error codecs', from: 'avc1.64001f', to: 'avc1.4d401f' },
  { rule: 'error codecs-extra', from: 'mp4a.40.2', to: 'mp4a.40.2,ec-3' },
  { rule: 'error resolution', from: '640x360', to: '1280x720' },
  { rule: 'error frame-rate', from: '25.000', to: '24.000' },
  { rule: 'warning frame-rate-high', from: '25.000', to: '30.000' },
  { rule: 'error channels', from: 'CHANNELS="2"', to: 'CHANNELS="6"' },
  { rule: 'error i-frames-only', files: { 'iframes.m3u8': { text: threeSegments } } },
  {
    rule: 'error variants-target-duration',
    files: { 'low.m3u8': { text: threeSegments.replace('DURATION:4', 'DURATION:5') } },
  },
  {
    rule: 'error variants-type',
    files: { 'low.m3u8': { text: threeSegments.replace('#EXTINF', '#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF') } },
  },
  {
    rule: 'error variants-duration',
    files: { 'low.m3u8': { text: threeSegments.replace(/#EXTINF:4.000,\n1[^]*2\.ts\n/, '') } },
  },
  {
    rule: 'warning variants-duration-apart',
    files: { 'low.m3u8': { text: threeSegments.replace(/4.000,\n2/, '3.000,\n2') } },
  },
  {
    rule: 'error variants-discontinuity',
    files: {
      'low.m3u8': { text: threeSegments.replace('#EXTINF:4.000,\n1', '#EXT-X-DISCONTINUITY\n#EXTINF:4.000,\n1') },
    },
  },
  {
    rule: 'warning variants-cuts',
    files: { 'low.m3u8': { text: threeSegments.replace('4.000,\n0', '3.000,\n0').replace('4.000,\n1', '5.000,\n1') } },
  },
  { rule: 'error variants-timestamps', files: { 'low.m3u8': { tracks: (index) => [videoTrack(20 + 4 * index)] } } },
]

for (const { rule, from = '', to = '', files = {} } of presentations) {
  test(`the rules of a presentation find ${rule}`, () => {
    const broken = master.replace(from, to)
    expect(namesOf(ofPresentation(presentationOf(broken, files)))).toContain(rule)
  })
}

test('HE-AAC whose frames say AAC-LC is told right by mp4a.40.5', () => {
  expect(ofPresentation(presentationOf(master.replaceAll('mp4a.40.2', 'mp4a.40.5')))).toEqual([])
})

test('peakBitsPerSecond looks at runs of 0.5 to 1.5 target durations', () => {
  const segments = [4, 4, 0.03].map((durationSeconds, index) => ({
    durationSeconds,
    sizeBytes: [1000, 2000, 900][index],
  }))
  expect(peakBitsPerSecond(segments, 4)).toBeCloseTo((2900 * 8) / 4.03, 6) // the last one does not count alone
  expect(averageBitsPerSecond(segments)).toBeCloseTo((3900 * 8) / 8.03, 6)
  expect(averageBitsPerSecond([{ durationSeconds: 4, sizeBytes: undefined }])).toBeUndefined()
})
