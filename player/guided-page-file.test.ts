import { expect, test } from 'vitest'
import { readGuidedPage } from './guided-page-file.ts'

const whole = `
title: Why?
question: Why is it so?
paragraphs: [Because.]
lesson: It is so.
names: { hls: HLS }
claims: { 'hls.stallRatio < 0.01': It plays through. }
figures: [stallRatio]
without: [{ title: Without it, says: Then it is not so., networks: { downlink: { loss: null } } }]
next: [{ says: Look elsewhere. }]
`

test('readGuidedPage reads what stands around an experiment', () => {
  expect(readGuidedPage(whole)).toMatchObject({
    title: 'Why?',
    claims: { 'hls.stallRatio < 0.01': 'It plays through.' },
    without: [{ title: 'Without it', networks: { downlink: { loss: null } } }],
  })
})

test('readGuidedPage tells all that is missing, unknown or no measure at once', () => {
  const text = whole
    .replace('title: Why?', 'titel: Why?')
    .replace('[stallRatio]', '[joy]')
    .replace('[Because.]', 'Because.')
  expect(() => readGuidedPage(text)).toThrow(
    'title must be a text; paragraphs must be a list; titel is unknown; figures must be measures, got "joy"',
  )
})

test('readGuidedPage refuses what is no map', () =>
  expect(() => readGuidedPage('- 1')).toThrow('question must be a text'))
