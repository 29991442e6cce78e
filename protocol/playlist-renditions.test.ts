import * as HLS from 'hls-parser'
import { Parser } from 'm3u8-parser'
import { expect, test } from 'vitest'
import type { Rendition } from './playlist-renditions.ts'
import { writeMultivariantPlaylist, type VariantStream } from './playlist-writer.ts'

const variant: VariantStream = {
  uri: '720p/index.m3u8',
  bandwidthBitsPerSecond: 3_200_000,
  widthPixels: 1280,
  heightPixels: 720,
  framesPerSecond: 25,
  codecs: ['avc1.64001f', 'mp4a.40.2'],
}
const english: Rendition = {
  kind: 'audio',
  name: 'English',
  language: 'en',
  isDefault: true,
  isAutoselected: true,
  channelCount: 2,
}
const german: Rendition = { ...english, name: 'Deutsch', language: 'de', isDefault: false, uri: 'audio-1/index.m3u8' }
const forced: Rendition = {
  kind: 'subtitles',
  name: 'Deutsch',
  language: 'de',
  isDefault: false,
  isAutoselected: true,
  isForced: true,
  characteristics: ['public.accessibility.transcribes-spoken-dialog'],
  uri: 'subtitles-1/index.m3u8',
}

test('writeMultivariantPlaylist writes renditions first, and their groups with each variant', () => {
  expect(writeMultivariantPlaylist([variant], [english, german, forced])).toBe(`#EXTM3U
#EXT-X-VERSION:4
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",URI="audio-1/index.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,FORCED=YES,CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog",URI="subtitles-1/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=3200000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000,AUDIO="audio",SUBTITLES="subtitles"
720p/index.m3u8
`)
})

test('writeMultivariantPlaylist writes sound alone without size and frame rate', () => {
  const sound = {
    uri: 'audio/index.m3u8',
    bandwidthBitsPerSecond: 131_000,
    codecs: ['mp4a.40.2'],
    isSoundAlone: true,
  } as const
  expect(writeMultivariantPlaylist([sound]).split('\n').slice(3, 5)).toEqual([
    '#EXT-X-STREAM-INF:BANDWIDTH=131000,CODECS="mp4a.40.2"',
    'audio/index.m3u8',
  ])
})

test('renditions are read back by m3u8-parser and hls-parser', () => {
  const text = writeMultivariantPlaylist([variant], [english, german, forced])
  const parser = new Parser()
  parser.push(text)
  parser.end()
  const { mediaGroups } = parser.manifest as unknown as { mediaGroups: Record<string, Record<string, object>> }
  expect(mediaGroups['AUDIO']?.['audio']).toMatchObject({
    English: { default: true, autoselect: true, language: 'en' },
    Deutsch: { default: false, autoselect: true, language: 'de', uri: 'audio-1/index.m3u8' },
  })
  expect(mediaGroups['SUBTITLES']?.['subtitles']).toMatchObject({ Deutsch: { forced: true, language: 'de' } })
  const [read] = (HLS.parse(text) as HLS.types.MasterPlaylist).variants
  expect(read?.audio.map(({ name, channels, uri }) => [name, channels, uri])).toEqual([
    ['English', '2', undefined],
    ['Deutsch', '2', 'audio-1/index.m3u8'],
  ])
  expect(read?.subtitles.map(({ name, forced: isForced }) => [name, isForced])).toEqual([['Deutsch', true]])
})

const { uri: _, ...unplaced } = forced
for (const [name, renditions, message] of [
  ['two of a name', [english, { ...german, name: 'English' }], 'two renditions have the name "English"'],
  ['two defaults', [english, { ...german, isDefault: true }], 'two renditions are the default'],
  ['two for the same viewer', [english, { ...german, language: 'en' }], 'two renditions would be selected for'],
  ['a default that is not selected', [{ ...english, isAutoselected: false }], 'English is the default'],
  ['subtitles without a URI', [unplaced], 'subtitles need a URI: Deutsch'],
  ['forced sound', [{ ...german, isForced: true }], 'sound is never forced: Deutsch'],
  ['a quote in a name', [{ ...english, name: 'a"b' }], 'not text for a quoted attribute'],
  ['a line break in a URI', [{ ...german, uri: 'a\nb' }], 'not a URI'],
] as const) {
  test(`writeMultivariantPlaylist refuses ${name}`, () => {
    expect(() => writeMultivariantPlaylist([variant], renditions)).toThrow(message)
    expect(() => writeMultivariantPlaylist([variant], renditions)).toThrow(RangeError)
  })
}
