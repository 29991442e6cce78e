import { expect, test } from 'vitest'
import { allRules, judgePlaylist } from './judge.ts'
import { readPlaylist } from './playlist-reader.ts'
import { findingsOf, rulesOf } from './test-support/rules-of.ts'

const vod = `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
#EXT-X-DATERANGE:ID="ad",CLASS="a",START-DATE="2026-01-01T00:00:01Z",END-DATE="2026-01-01T00:00:03Z",DURATION=2
#EXTINF:4.000,
a.ts
#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x00112233445566778899AABBCCDDEEFF
#EXT-X-BYTERANGE:100@0
#EXTINF:4.000,
b.ts
#EXT-X-BYTERANGE:100
#EXTINF:3.000,title
b.ts
#EXT-X-ENDLIST
`

const lowLatency = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5,CAN-SKIP-UNTIL=12,HOLD-BACK=6
#EXT-X-PART-INF:PART-TARGET=0.5
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-MAP:URI="init.mp4"
#EXTINF:2.0,
s7.mp4
#EXTINF:2.0,
s8.mp4
#EXT-X-PART:DURATION=0.5,URI="s9.3.mp4"
#EXTINF:2.0,
s9.mp4
#EXT-X-PART:DURATION=0.5,URI="s10.0.mp4",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.5,URI="s10.1.mp4"
#EXT-X-PART:DURATION=0.5,URI="s10.2.mp4"
#EXT-X-PART:DURATION=0.5,URI="s10.3.mp4"
#EXTINF:2.0,
s10.mp4
#EXT-X-PART:DURATION=0.5,URI="s11.0.mp4",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.5,URI="s11.1.mp4"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="s11.2.mp4"
#EXT-X-RENDITION-REPORT:URI="../low/index.m3u8",LAST-MSN=11,LAST-PART=1
`

const multivariant = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="en.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Deutsch",LANGUAGE="de",AUTOSELECT=YES,CHANNELS="2",URI="de.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",LANGUAGE="en",FORCED=NO,URI="sub.m3u8"
#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="c",NAME="English",INSTREAM-ID="CC1"
#EXT-X-SESSION-DATA:DATA-ID="com.example.title",LANGUAGE="en",VALUE="This"
#EXT-X-SESSION-KEY:METHOD=AES-128,URI="key"
#EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1500000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=30.000,AUDIO="a",SUBTITLES="s",CLOSED-CAPTIONS="c"
high.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=30.000,AUDIO="a",SUBTITLES="s",CLOSED-CAPTIONS="c"
low.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=200000,CODECS="avc1.64001f",RESOLUTION=1280x720,URI="iframes.m3u8"
`

const right = { vod, 'low latency': lowLatency, multivariant }

for (const [name, text] of Object.entries(right)) {
  test(`judgePlaylist finds nothing wrong with a right playlist: ${name}`, () => {
    expect(findingsOf(text)).toEqual([])
  })
}

/** The playlist, what stands there, what stands there instead, and the rule. */
const faults: readonly (readonly [keyof typeof right, string | RegExp, string, string])[] = [
  ['vod', '#EXTM3U\n', '', 'first-line'],
  ['vod', '#EXTM3U', '\ufeff#EXTM3U', 'byte-order-mark'],
  ['vod', 'title', 'ti\u0001tle', 'control-character'],
  ['vod', '\na.ts', '\n a.ts', 'whitespace'],
  ['vod', '#EXT-X-ENDLIST', '#EXT-X-ENDLIST ', 'whitespace'],
  ['vod', '#EXT-X-VERSION:4', '#EXT-X-VERSION:4\n#EXT-X-VERSION:4', 'tag-twice'],
  ['vod', '#EXT-X-ENDLIST', '#EXT-X-ENDLIST\n#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k"', 'mixed-tags'],
  ['vod', ':VOD', ':LIVE', 'tag-value'],
  ['vod', 'TARGETDURATION:4', 'TARGETDURATION:4.5', 'tag-value'],
  ['vod', '#EXTINF:4.000,\na', '#EXTINF:4.000\na', 'tag-value'],
  ['vod', '#EXTINF:4.000,\na', '#EXTINF:-4.000,\na', 'tag-value'],
  ['vod', '#EXT-X-ENDLIST', '#EXT-X-ENDLIST:', 'tag-value'],
  ['vod', ':100@0', ':100@', 'tag-value'],
  ['vod', ':2026-01-01T00:00:00.000Z', ':2026-01-01 00:00:00', 'tag-value'],
  ['vod', 'URI="key"', 'URI=key', 'attribute-type'],
  ['vod', 'METHOD=AES-128', 'METHOD="AES-128"', 'attribute-type'],
  ['vod', 'METHOD=AES-128', 'METHOD=AES-129', 'attribute-type'],
  ['vod', 'URI="key",IV', 'URI="key", IV', 'attribute-list'],
  ['vod', 'URI="key",IV', 'URI="key"IV', 'attribute-list'],
  ['vod', 'URI="key"', 'URI="key"\u002cURI="other"', 'attribute-twice'],
  ['vod', 'METHOD=AES-128,', '', 'attribute-missing'],
  ['vod', 'ID="ad",', '', 'attribute-missing'],
  ['vod', '#EXTINF:4.000,\na', 'a', 'uri-tag'],
  ['vod', 'a.ts\n', '', 'uri-tag'],
  ['vod', 'VERSION:4', 'VERSION:3', 'version-too-low'],
  ['vod', '#EXT-X-TARGETDURATION:4\n', '', 'target-duration-missing'],
  ['vod', '#EXTINF:4.000,\nb', '#EXTINF:4.600,\nb', 'extinf-over-target'],
  ['vod', /#EXT-X-MEDIA-SEQUENCE:0\n([^]*a\.ts\n)/, '$1#EXT-X-MEDIA-SEQUENCE:0\n', 'sequence-after-segment'],
  ['vod', ':100@0', ':100', 'byte-range-start'],
  ['vod', 'FF\n', 'FFF\n', 'key'],
  ['vod', 'METHOD=AES-128,URI="key",', 'METHOD=AES-128,', 'key'],
  ['vod', 'METHOD=AES-128', 'METHOD=NONE', 'key'],
  ['vod', '#EXT-X-KEY:', '#EXT-X-VERSION:6\n#EXT-X-MAP:URI="i",BYTERANGE="100"\n#EXT-X-KEY:', 'map-range'],
  ['vod', ',IV=0x00112233445566778899AABBCCDDEEFF', '\n#EXT-X-VERSION:6\n#EXT-X-MAP:URI="i"', 'map-iv'],
  ['vod', 'END-DATE="2026-01-01T00:00:03Z"', 'END-DATE="2026-01-01T00:00:00Z"', 'date-range'],
  ['vod', 'DURATION=2', 'DURATION=3', 'date-range'],
  ['vod', 'DURATION=2', 'DURATION=2,END-ON-NEXT=YES', 'date-range'],
  ['vod', /#EXT-X-PROGRAM-DATE-TIME:.*\n/, '', 'date-range-without-time'],
  ['low latency', '#EXT-X-PART-INF:PART-TARGET=0.5\n', '', 'part-inf-missing'],
  ['low latency', 'DURATION=0.5,URI="s11.0.mp4"', 'DURATION=0.6,URI="s11.0.mp4"', 'part-too-long'],
  ['low latency', 'DURATION=0.5,URI="s10.1.mp4"', 'DURATION=0.4,URI="s10.1.mp4"', 'part-too-short'],
  ['low latency', 'HOLD-BACK=6', 'HOLD-BACK=5', 'hold-back'],
  ['low latency', 'PART-HOLD-BACK=1.5', 'PART-HOLD-BACK=0.9', 'part-hold-back'],
  ['low latency', 'PART-HOLD-BACK=1.5,', '', 'part-hold-back'],
  ['low latency', 'CAN-SKIP-UNTIL=12', 'CAN-SKIP-UNTIL=11', 'skip-until'],
  ['low latency', 'URI="s11.2.mp4"', 'URI="s11.1.mp4"', 'preload-hint'],
  ['low latency', '#EXT-X-PRELOAD', '#EXT-X-ENDLIST\n#EXT-X-PRELOAD', 'preload-hint'],
  ['low latency', ',LAST-PART=1', '', 'rendition-report'],
  ['low latency', 'URI="../low', 'URI="http://a.example/low', 'rendition-report'],
  ['low latency', 'INDEPENDENT=YES\n#EXT-X-PART:DURATION=0.5,URI="s10.1.mp4"', 'INDEPENDENT=YES', 'parts-sum'],
  [
    'low latency',
    '#EXT-X-PART:DURATION=0.5,URI="s10.1',
    '#EXT-X-DISCONTINUITY\n#EXT-X-PART:DURATION=0.5,URI="s10.1',
    'tag-after-part',
  ],
  ['low latency', '#EXTINF:2.0,\ns7', '#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n#EXTINF:2.0,\ns7', 'skip-unasked'],
  [
    'multivariant',
    'AUDIO="a",SUBTITLES="s",CLOSED-CAPTIONS="c"\nlow',
    'AUDIO="b",SUBTITLES="s",CLOSED-CAPTIONS="c"\nlow',
    'group-missing',
  ],
  ['multivariant', 'LANGUAGE="de",AUTO', 'LANGUAGE="de",DEFAULT=YES,AUTO', 'default-twice'],
  ['multivariant', 'NAME="Deutsch"', 'NAME="English"', 'name-twice'],
  ['multivariant', 'DEFAULT=YES,AUTOSELECT=YES', 'DEFAULT=YES,AUTOSELECT=NO', 'autoselect'],
  ['multivariant', ',URI="sub.m3u8"', '', 'rendition-attributes'],
  ['multivariant', 'INSTREAM-ID="CC1"', 'INSTREAM-ID="CC5"', 'rendition-attributes'],
  ['multivariant', 'CLOSED-CAPTIONS="c"\nlow', 'CLOSED-CAPTIONS=NONE\nlow', 'captions-none'],
  ['multivariant', 'AVERAGE-BANDWIDTH=1500000', 'AVERAGE-BANDWIDTH=2500000', 'bandwidth-value'],
  ['multivariant', 'BANDWIDTH=800000,', '', 'attribute-missing'],
  ['multivariant', 'avc1.64001e', 'avc1.64001', 'codecs-form'],
  ['multivariant', 'RESOLUTION=640x360', 'RESOLUTION=640*360', 'attribute-type'],
  ['multivariant', 'BANDWIDTH=800000', 'BANDWIDTH=800000,ALLOWED-CPC="com.example.drm:hw"', 'allowed-cpc'],
  ['multivariant', 'VALUE="This"', 'VALUE="This",URI="this.json"', 'session-data'],
  ['multivariant', 'SESSION-KEY:METHOD=AES-128', 'SESSION-KEY:METHOD=NONE', 'session-key'],
  ['multivariant', 'low.m3u8\n', '', 'uri-tag'],
  ['multivariant', '#EXT-X-INDEP', '#EXT-X-TARGETDURATION:4\n#EXT-X-INDEP', 'mixed-tags'],
  ['multivariant', 'low.m3u8', '{$name}.m3u8\n#EXT-X-DEFINE:NAME="other",VALUE="x"', 'variable'],
]

for (const [name, what, instead, rule] of faults) {
  test(`${rule} tells of "${instead.slice(0, 60)}" in the place of "${String(what).slice(0, 60)}"`, () => {
    const text = right[name]
    const broken = text.replace(what, instead)
    expect(broken).not.toBe(text)
    expect(rulesOf(findingsOf(broken))).toContain(rule)
  })
}

const warnings: typeof faults = [
  ['vod', '#EXT-X-ENDLIST\n', '', 'vod-without-endlist'],
  ['vod', 'TARGETDURATION:4', 'TARGETDURATION:9', 'target-duration-loose'],
  ['vod', '#EXT-X-VERSION:4\n', '', 'version-missing'],
  ['vod', '\na.ts', '\na b.ts', 'uri-form'],
  ['vod', '#EXT-X-KEY', '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:14.000Z\n#EXT-X-KEY', 'program-date-time'],
  ['vod', '#EXT-X-MEDIA', '#EXT-X-START:TIME-OFFSET=-20\n#EXT-X-MEDIA', 'start-offset'],
  ['low latency', /#EXTINF:2.0,\ns7[^]*s9.mp4\n/, '', 'live-window-short'],
  ['low latency', 'PART-HOLD-BACK=1.5', 'PART-HOLD-BACK=1.2', 'part-hold-back-tight'],
  ['low latency', 'CAN-BLOCK-RELOAD=YES,', '', 'block-reload'],
  ['low latency', '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="s11.2.mp4"\n', '', 'preload-hint-missing'],
  ['multivariant', ',CODECS="avc1.64001e,mp4a.40.2"', '', 'codecs-missing'],
  ['multivariant', ',RESOLUTION=640x360', '', 'resolution-missing'],
  ['multivariant', 'BANDWIDTH=800000', 'BANDWIDTH=800000,SCORE=2.0', 'score'],
  ['multivariant', 'GROUP-ID="c"', 'GROUP-ID="d"', 'group-unused'],
  ['multivariant', /#EXT-X-STREAM-INF[^]*low.m3u8\n/, '#EXT-X-INDEPENDENT-SEGMENTS\n', 'no-variants'],
  [
    'multivariant',
    /(#EXT-X-MEDIA:TYPE=AUDIO),GROUP-ID="a",(NAME="English".*)/,
    '$&\n$1,GROUP-ID="b",$2',
    'group-members',
  ],
  ['vod', /#EXT-X-PROGRAM-DATE-TIME[^]*(?=#EXT-X-ENDLIST)/, '', 'no-segments'],
  ['vod', '#EXT-X-VERSION:4', '#EXT-X-VERSION:7\n#EXT-X-ALLOW-CACHE:YES', 'removed-tag'],
]

for (const [name, what, instead, rule] of warnings) {
  test(`${rule} warns of "${instead.slice(0, 60)}" in the place of "${String(what).slice(0, 60)}"`, () => {
    const broken = right[name].replace(what, instead)
    expect(broken).not.toBe(right[name])
    expect(rulesOf(findingsOf(broken), 'warning')).toContain(rule)
  })
}

const notes: typeof faults = [
  ['vod', '#EXT-X-ENDLIST', '#EXT-X-NEWS:1\n#EXT-X-ENDLIST', 'unknown-tag'],
  ['vod', 'METHOD=AES-128', 'METHOD=AES-128,NEWS=1', 'attribute-unknown'],
  ['multivariant', /,FRAME-RATE=30.000/g, '', 'frame-rate-missing'],
  ['multivariant', '#EXT-X-INDEPENDENT-SEGMENTS\n', '', 'independent-missing'],
]

for (const [name, what, instead, rule] of notes) {
  test(`${rule} notes "${instead.slice(0, 60)}" in the place of "${String(what).slice(0, 60)}"`, () => {
    const broken = right[name].replace(what, instead)
    expect(broken).not.toBe(right[name])
    expect(rulesOf(findingsOf(broken), 'note')).toContain(rule)
  })
}

test('utf-8 tells of bytes that are no text', () => {
  const bytes = new TextEncoder().encode(vod)
  bytes[bytes.indexOf('t'.charCodeAt(0))] = 0xff
  expect(rulesOf(judgePlaylist(readPlaylist(bytes), 'index.m3u8'))).toContain('utf-8')
})

test('a finding tells file, line and section, what was expected and what came', () => {
  expect(findingsOf(vod.replace('#EXTINF:4.000,\nb', '#EXTINF:4.600,\nb'))).toEqual([
    {
      rule: 'extinf-over-target',
      severity: 'error',
      section: '4.3.3.1',
      place: { file: 'index.m3u8', line: 13, segment: 'b.ts@0' },
      expected: 'EXTINF, rounded, of at most 4 s',
      got: '4.600',
    },
  ])
})

test('a fault that shows everywhere is told 20 times and then counted', () => {
  const text = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n${'#EXTINF:9,\na.ts\n'.repeat(1000)}`
  const found = findingsOf(text).filter(({ rule }) => rule === 'extinf-over-target')
  expect(found).toHaveLength(21)
  expect(found.at(-1)?.got).toBe('980 more of this kind')
})

test('no two rules have one name', () => {
  const ids = allRules.map(({ id }) => id)
  expect(ids.filter((id, index) => ids.indexOf(id) < index)).toEqual([])
})
