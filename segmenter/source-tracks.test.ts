import { expect, test } from 'vitest'
import type { Stream } from './source-report.ts'
import { languageTag, sourceTracks } from './source-tracks.ts'

for (const [told, tag] of [
  ['ger', 'de'],
  ['deu', 'de'],
  ['eng', 'en'],
  ['fre', 'fr'],
  ['pt-BR', 'pt-BR'],
  ['gsw', 'gsw'],
  ['und', undefined],
  ['mul', undefined],
  ['', undefined],
  ['English', undefined],
  ['e"n', undefined],
  [undefined, undefined],
] as const) {
  test(`languageTag reads ${told} as ${tag}`, () => expect(languageTag(told)).toBe(tag))
}

const audio = (index: number, told: object = {}): Stream => ({
  index,
  codec_type: 'audio',
  codec_name: 'aac',
  sample_rate: 48_000,
  channels: 2,
  ...told,
})
const subtitles = (index: number, codec_name: string, told: object = {}): Stream => ({
  index,
  codec_type: 'subtitle',
  codec_name,
  ...told,
})

test('sourceTracks sorts what is heard and read', () => {
  const main = audio(1, { tags: { language: 'eng' } })
  const described = audio(2, { tags: { language: 'eng', title: ' Described ' }, disposition: { visual_impaired: 1 } })
  const silent = audio(3, { sample_rate: 0 })
  const streams = [
    ...[main, described, silent],
    subtitles(4, 'subrip', { tags: { language: 'ger' }, disposition: { forced: 1 } }),
    subtitles(5, 'mov_text', { disposition: { hearing_impaired: 1 } }),
    subtitles(6, 'hdmv_pgs_subtitle', { tags: { language: 'fre' } }),
    subtitles(7, 'eia_608'),
  ]
  const sound = { sampleRateHz: 48_000, channelCount: 2, language: 'en' }
  expect(sourceTracks(streams, main)).toEqual({
    main: { streamIndex: 1, ...sound, isDescription: false },
    otherAudio: [{ streamIndex: 2, ...sound, isDescription: true, title: 'Described' }],
    subtitles: [
      { streamIndex: 4, isForced: true, isForDeaf: false, language: 'de' },
      { streamIndex: 5, isForced: false, isForDeaf: true },
    ],
    pictureSubtitles: [{ language: 'fr' }],
  })
})
