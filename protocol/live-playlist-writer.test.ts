import { Parser } from 'm3u8-parser'
import { expect, test } from 'vitest'
import { skippableSegments, writeLivePlaylist, type LiveMediaPlaylist } from './live-playlist-writer.ts'

const BEGAN_MS = Date.UTC(2026, 10, 30, 8, 0, 0)

function segment(sequence: number, parts = 2) {
  return {
    uri: `${sequence}.m4s`,
    durationSeconds: parts * 0.2,
    dateTime: new Date(BEGAN_MS + sequence * 400).toISOString(),
    isDiscontinuity: false,
    parts: Array.from({ length: parts }, (_, part) => {
      return { uri: `${sequence}.${part}.m4s`, durationSeconds: 0.2, isIndependent: part === 0 }
    }),
  }
}

const plain: LiveMediaPlaylist = {
  targetDurationSeconds: 2,
  mediaSequence: 7,
  discontinuitySequence: 0,
  segments: [
    { uri: '7.ts', durationSeconds: 2, parts: [], dateTime: new Date(BEGAN_MS).toISOString(), isDiscontinuity: false },
  ],
  isIndependent: true,
  ended: false,
}

test('writeLivePlaylist writes a sliding window without a playlist type', () => {
  expect(writeLivePlaylist(plain)).toBe(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=6.0
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-PROGRAM-DATE-TIME:2026-11-30T08:00:00.000Z
#EXTINF:2.00000,
7.ts
`)
})

const lowLatency: LiveMediaPlaylist = {
  ...plain,
  targetDurationSeconds: 1,
  mediaSequence: 0,
  segments: [0, 1].map((sequence) => segment(sequence)),
  initUri: 'init.mp4',
  lowLatency: {
    partTargetSeconds: 0.2,
    open: segment(2, 1),
    nextPartUri: '2.1.m4s',
    reports: [{ uri: '../other/index.m3u8', lastSequence: 2, lastPart: 0 }],
  },
}

test('writeLivePlaylist writes parts, the hint at the next one and where other renditions are', () => {
  expect(writeLivePlaylist(lowLatency)).toBe(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:1
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=6.0,HOLD-BACK=3.0,PART-HOLD-BACK=0.60000
#EXT-X-PART-INF:PART-TARGET=0.20000
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-30T08:00:00.000Z
#EXT-X-PART:DURATION=0.20000,URI="0.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.20000,URI="0.1.m4s"
#EXTINF:0.40000,
0.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-30T08:00:00.400Z
#EXT-X-PART:DURATION=0.20000,URI="1.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.20000,URI="1.1.m4s"
#EXTINF:0.40000,
1.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-30T08:00:00.800Z
#EXT-X-PART:DURATION=0.20000,URI="2.0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="2.1.m4s"
#EXT-X-RENDITION-REPORT:URI="../other/index.m3u8",LAST-MSN=2,LAST-PART=0
`)
})

test('m3u8-parser reads what writeLivePlaylist says of parts, control and hint', () => {
  const parser = new Parser()
  parser.push(writeLivePlaylist(lowLatency))
  parser.end()
  const { manifest } = parser as unknown as { readonly manifest: Record<string, unknown> }
  expect(manifest).toMatchObject({
    mediaSequence: 0,
    partTargetDuration: 0.2,
    serverControl: { canBlockReload: true, canSkipUntil: 6, partHoldBack: 0.6, holdBack: 3 },
    preloadSegment: { parts: [{ uri: '2.0.m4s' }], preloadHints: [{ type: 'PART', uri: '2.1.m4s' }] },
  })
})

const long = { ...lowLatency, segments: Array.from({ length: 20 }, (_, sequence) => segment(sequence)) }

test('writeLivePlaylist leaves out the parts of what is over three target durations from the end', () => {
  const listed = writeLivePlaylist(long).matchAll(/URI="(\d+)\.0\.m4s"/g)
  // 3 s from the end: 0.2 s of the open segment, then seven of 0.4 s
  expect([...listed].map(([, sequence]) => Number(sequence))).toEqual([13, 14, 15, 16, 17, 18, 19, 2])
})

test('writeLivePlaylist lists no parts and no hint once it has ended', () => {
  const text = writeLivePlaylist({ ...lowLatency, ended: true })
  expect(text).not.toMatch(/EXT-X-PART:|PRELOAD-HINT|RENDITION-REPORT/)
  expect(text).toMatch(/\n1\.m4s\n#EXT-X-ENDLIST\n$/)
})

test('a delta update skips what is before the skip boundary, and is the rest of the whole playlist', () => {
  const skipped = skippableSegments(long)
  expect(skipped).toBe(6) // 6 s from the end: 0.2 s, then fourteen of 0.4 s
  const delta = writeLivePlaylist(long, skipped)
  expect(delta).toContain('\n#EXT-X-SKIP:SKIPPED-SEGMENTS=6\n')
  const whole = writeLivePlaylist(long)
  const rest = whole.slice(whole.indexOf('#EXT-X-PROGRAM-DATE-TIME:2026-11-30T08:00:02.400Z'))
  expect(delta.endsWith(rest)).toBe(true)
  expect(delta).not.toContain('\n5.m4s\n')
  expect(skippableSegments(lowLatency)).toBe(0)
})

test.each([
  ['a segment that outlasts its target', { ...plain, segments: [{ ...segment(0), durationSeconds: 2.6 }] }],
  [
    'a part that outlasts its target',
    { ...lowLatency, lowLatency: { ...lowLatency.lowLatency!, partTargetSeconds: 0.1 } },
  ],
  ['a name with a line break', { ...plain, segments: [{ ...segment(0), uri: 'a\nb' }] }],
])('writeLivePlaylist throws RangeError for %s', (_, playlist) => {
  expect(() => writeLivePlaylist(playlist)).toThrow(RangeError)
})
