import { expect, test } from 'vitest'
import { ffmpegArguments } from './ffmpeg-arguments.ts'

const everywhere = ['-hide_banner', '-nostdin', '-loglevel', 'level+warning', '-progress', 'pipe:3']

test('ffmpegArguments keeps every element whole: spaces, quotes and brackets', () => {
  const args = ffmpegArguments({
    inputs: [{ options: ['-protocol_whitelist', 'file'], url: 'file:/a folder/it is "x".mp4' }],
    filters: ["[0:0]drawtext=text='two words'[v]", '[0:1]anull[a]'],
    output: {
      options: ['-map', '[v]', '-metadata', 'title=two words', '-f', 'tee'],
      url: "[select=\\'v:0,a\\']x|[f=hls]y",
    },
  })
  expect(args).toEqual([
    ...everywhere,
    ...['-protocol_whitelist', 'file', '-i', 'file:/a folder/it is "x".mp4', '-y'],
    ...['-filter_complex', "[0:0]drawtext=text='two words'[v];[0:1]anull[a]"],
    ...['-map', '[v]', '-metadata', 'title=two words', '-f', 'tee', "[select=\\'v:0,a\\']x|[f=hls]y"],
  ])
})

test('ffmpegArguments writes two inputs in order, each after its own options', () => {
  const args = ffmpegArguments({
    inputs: [
      { options: ['-f', 'lavfi'], url: 'testsrc' },
      { options: ['-f', 'lavfi'], url: 'sine' },
    ],
    filters: [],
    output: { options: ['-f', 'null'], url: 'pipe:1' },
  })
  expect(args).toEqual([
    ...everywhere,
    '-f',
    'lavfi',
    '-i',
    'testsrc',
    '-f',
    'lavfi',
    '-i',
    'sine',
    '-f',
    'null',
    'pipe:1',
  ])
})

test('ffmpegArguments refuses a single option, which fluent-ffmpeg would split at its space', () => {
  const one = { inputs: [{ options: ['-a b'], url: 'x' }], filters: [], output: { options: ['-f', 'null'], url: 'y' } }
  expect(() => ffmpegArguments(one)).toThrow(RangeError)
})
