import fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeMultivariantPlaylist } from '../protocol/playlist-writer.ts'
import { planRenditions } from './rendition-plan.ts'
import type { AudioTrack, SourceTracks, SubtitleTrack } from './source-tracks.ts'

const sound: AudioTrack = { streamIndex: 1, sampleRateHz: 48_000, channelCount: 2, isDescription: false }
const english = { ...sound, language: 'en' }
const german = { ...sound, streamIndex: 2, language: 'de' }
const text: SubtitleTrack = { streamIndex: 3, isForced: false, isForDeaf: false }
const nothing: SourceTracks = { otherAudio: [], subtitles: [], pictureSubtitles: [] }

test('planRenditions makes none of one stereo sound', () =>
  expect(planRenditions({ ...nothing, main: english })).toEqual({ audio: [], subtitles: [], warnings: [] }))

test('planRenditions names languages as their speakers do, the main one without a URI', () => {
  const { main, audio } = planRenditions({ ...nothing, main: english, otherAudio: [german] })
  const common = { kind: 'audio', isAutoselected: true, channelCount: 2 }
  expect(main).toEqual({ ...common, name: 'English', language: 'en', isDefault: true })
  expect(audio.map(({ folder, layout, rendition }) => ({ folder, layout, rendition }))).toEqual([
    {
      folder: 'audio-1',
      layout: 'stereo',
      rendition: { ...common, name: 'Deutsch', language: 'de', isDefault: false, uri: 'audio-1/index.m3u8' },
    },
  ])
})

test('planRenditions offers 5.1 beside the stereo of the main sound, for who chooses it', () => {
  const { main, audio } = planRenditions({ ...nothing, main: { ...english, channelCount: 6 } })
  expect(main?.name).toBe('English')
  expect(audio).toMatchObject([{ folder: 'audio-1', layout: '5.1', streamIndex: 1, bitsPerSecond: 384_000 }])
  expect(audio[0]?.rendition).toMatchObject({ name: 'English 5.1', channelCount: 6, isAutoselected: false })
})

test('planRenditions makes 5.1 and other languages folders of their own', () => {
  const { audio } = planRenditions({ ...nothing, main: { ...english, channelCount: 8 }, otherAudio: [german] })
  expect(audio.map(({ folder, rendition }) => `${folder} ${rendition.name} ${rendition.uri}`).toSorted()).toEqual([
    'audio-1 Deutsch audio-1/index.m3u8',
    'audio-2 English 5.1 audio-2/index.m3u8',
  ])
})

test('planRenditions takes subtitles with what they are for', () => {
  const { subtitles } = planRenditions({
    ...nothing,
    subtitles: [
      { ...text, language: 'de' },
      { ...text, language: 'de', isForced: true },
      { ...text, language: 'de', isForDeaf: true, title: 'für "Gehörlose"\n' },
      { ...text, language: 'de' },
      text,
    ],
  })
  expect(subtitles.map(({ rendition }) => [rendition.name, rendition.isAutoselected, rendition.isForced])).toEqual([
    ['Deutsch', true, undefined],
    ['Deutsch (2)', true, true],
    ["für 'Gehörlose'", true, undefined],
    ['Deutsch (3)', false, undefined],
    ['Subtitles 5', true, undefined],
  ])
  expect(subtitles[2]?.rendition.characteristics).toHaveLength(2)
})

test('planRenditions tells what is left out', () => {
  const { audio, subtitles, warnings } = planRenditions({
    main: sound,
    otherAudio: Array<AudioTrack>(20).fill(german),
    subtitles: Array<SubtitleTrack>(40).fill(text),
    pictureSubtitles: [{ language: 'fr' }, {}],
  })
  expect([audio.length, subtitles.length]).toEqual([16, 32])
  expect(warnings).toEqual([
    'Subtitles that are pictures, not text, were left out: français, number 2.',
    'Of 20 other sounds the first 16 were kept.',
    'Of 40 subtitles the first 32 were kept.',
  ])
})

test('planRenditions makes what a playlist can hold, whatever a source calls its tracks', () => {
  const label = fc.record(
    { language: fc.constantFrom('en', 'de', 'gsw', 'zh'), title: fc.string({ maxLength: 80, unit: 'binary' }) },
    { requiredKeys: [] },
  )
  const variant = { uri: 'a.m3u8', bandwidthBitsPerSecond: 1, codecs: ['mp4a.40.2'], isSoundAlone: true } as const
  fc.assert(
    fc.property(fc.array(label, { maxLength: 6 }), fc.constantFrom(1, 2, 6, 8), (labels, channelCount) => {
      const tracks = labels.map((told, streamIndex) => ({ ...sound, ...text, channelCount, ...told, streamIndex }))
      const { main, audio, subtitles } = planRenditions({
        ...nothing,
        ...(tracks[0] && { main: tracks[0] }),
        otherAudio: tracks.slice(1),
        subtitles: tracks,
      })
      const made = [...(main ? [main] : []), ...[...audio, ...subtitles].map(({ rendition }) => rendition)]
      const lines = writeMultivariantPlaylist([variant], made).split('\n')
      return lines.filter((line) => line.startsWith('#EXT-X-MEDIA:')).length === made.length
    }),
    { seed: 8216 },
  )
})
