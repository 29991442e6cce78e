import { expect, test } from 'vitest'
import { renditionArguments } from './rendition-encode.ts'

const source = { sourcePath: '/media/-i evil.mkv', originSeconds: 0.5, durationSeconds: 4 }
const sound = {
  folder: 'audio-1',
  streamIndex: 2,
  sampleRateHz: 44_100,
  layout: '5.1',
  bitsPerSecond: 384_000,
} as const
const subtitles = { folder: 'subtitles-1', streamIndex: 4 }

test('renditionArguments reads the source once, as a file, and writes each rendition to one of its own', () => {
  const args = renditionArguments(source, { audio: [sound], subtitles: [subtitles] })
  expect(args.filter((argument) => argument === '-i')).toHaveLength(1)
  expect(args).toContain('file:/media/-i evil.mkv')
  expect(args[args.indexOf('-filter_complex') + 1]).toBe(
    '[0:2]asetpts=PTS-(0.500000)/TB,aresample=44100:async=1:first_pts=0,apad=whole_len=176400,atrim=end_sample=176400,' +
      'aformat=sample_fmts=fltp:channel_layouts=5.1[sound0]',
  )
  expect(args.slice(args.indexOf('[sound0]') - 1)).toEqual([
    ...['-map', '[sound0]', '-c:a', 'aac', '-b:a', '384000', '-f', 'adts', 'audio-1.adts'],
    ...['-map', '0:4', '-c:s', 'webvtt', '-f', 'webvtt', 'subtitles-1.vtt'],
  ])
})

test('renditionArguments refuses to write nothing', () =>
  expect(() => renditionArguments(source, { audio: [], subtitles: [] })).toThrow(RangeError))
