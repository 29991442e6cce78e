import { expect, test } from 'vitest'
import type { WebVttCue } from '../protocol/web-vtt.ts'
import { cutCues, shownCues } from './subtitle-writer.ts'

const cue = (startSeconds: number, endSeconds: number, text = `${startSeconds}`): WebVttCue => ({
  startSeconds,
  endSeconds,
  settings: '',
  text,
})

test('shownCues moves cues to the clock of the package, and keeps what is shown of them', () => {
  const cues = [cue(5, 6), cue(0.5, 1), cue(0.5, 1.5, 'begins before'), cue(9, 12, 'outlasts'), cue(11, 12)]
  expect(shownCues(cues, 1, 10)).toEqual([cue(0, 0.5, 'begins before'), cue(4, 5, '5'), cue(8, 10, 'outlasts')])
})

test('cutCues repeats a cue in each segment in which it is shown', () => {
  const long = cue(1, 9, 'long')
  const texts = cutCues([cue(0, 1), long, cue(4, 5), cue(7.9, 8)], [4, 4, 4]).map((cues) =>
    cues.map(({ text }) => text),
  )
  expect(texts).toEqual([['0', 'long'], ['long', '4', '7.9'], ['long']])
})

test('cutCues gives a segment without cues none', () => {
  expect(cutCues([cue(9, 10)], [4, 4, 4])).toEqual([[], [], [cue(9, 10)]])
})
