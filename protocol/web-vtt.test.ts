import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { readWebVttCues, writeWebVttSegment, type WebVttCue } from './web-vtt.ts'

const cue: WebVttCue = { startSeconds: 1, endSeconds: 2.5, settings: '', text: 'Hello' }

for (const { name, text, cues } of [
  { name: 'a cue', text: 'WEBVTT\n\n00:01.000 --> 00:02.500\nHello\n', cues: [cue] },
  {
    name: 'two lines, settings and an identifier',
    text: 'WEBVTT\n\n7\n01:00:01.000 --> 01:00:02.000 line:0 align:start\n<i>Hello</i>\nthere\n',
    cues: [{ startSeconds: 3601, endSeconds: 3602, settings: 'line:0 align:start', text: '<i>Hello</i>\nthere' }],
  },
  { name: 'line ends of Windows', text: 'WEBVTT\r\n\r\n00:01.000 --> 00:02.500\r\nHello\r\n', cues: [cue] },
  {
    name: 'no notes, styles, empty cues, nor such that end before they begin',
    text:
      'WEBVTT\n\nNOTE 00:01.000\n\nSTYLE\n::cue {}\n\n00:01.000 --> 00:02.000\n\n00:03.000 --> 00:02.000\nback\n\n' +
      '00:01.000 --> 00:02.500\nHello\n',
    cues: [cue],
  },
  { name: 'nothing of what is no WebVTT', text: '{"a": 1}', cues: [] },
]) {
  test(`readWebVttCues reads ${name}`, () => expect(readWebVttCues(text)).toEqual(cues))
}

test('writeWebVttSegment tells where its clock begins, then each cue', () => {
  const cues = [cue, { startSeconds: 3661.001, endSeconds: 3662, settings: 'line:0', text: 'two\nlines' }]
  expect(writeWebVttSegment(cues, 128_520)).toBe(`WEBVTT
X-TIMESTAMP-MAP=MPEGTS:128520,LOCAL:00:00:00.000

00:00:01.000 --> 00:00:02.500
Hello

01:01:01.001 --> 01:01:02.000 line:0
two
lines
`)
})

test('writeWebVttSegment writes a segment without cues', () =>
  expect(writeWebVttSegment([], 0)).toBe('WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n'))

test('readWebVttCues reads back what writeWebVttSegment writes', () => {
  const times = fc.tuple(fc.integer({ min: 0, max: 40_000_000 }), fc.integer({ min: 1, max: 100_000 }))
  const words = fc.stringMatching(/^[a-z][a-z .]{0,20}$/)
  const texts = fc.array(words, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'))
  const cues = fc.tuple(times, texts).map(([[startMs, lastsMs], text]) => ({
    startSeconds: startMs / 1000,
    endSeconds: (startMs + lastsMs) / 1000,
    settings: '',
    text,
  }))
  fc.assert(
    fc.property(fc.array(cues, { maxLength: 5 }), (written) => {
      const read = readWebVttCues(writeWebVttSegment(written, 7))
      expect(read.map(({ text }) => text)).toEqual(written.map(({ text }) => text))
      for (const [index, { startSeconds, endSeconds }] of read.entries()) {
        expect(startSeconds).toBeCloseTo(written[index]?.startSeconds ?? -1, 6)
        expect(endSeconds).toBeCloseTo(written[index]?.endSeconds ?? -1, 6)
      }
    }),
    { seed: 8216, numRuns: fuzzRuns(100) },
  )
})

test('readWebVttCues takes any text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => Array.isArray(readWebVttCues(`WEBVTT\n\n${text}`))),
    { seed: 8216, numRuns: fuzzRuns(200) },
  )
})
