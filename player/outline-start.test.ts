import { expect, test } from 'vitest'
import { readOutline, writeOutline } from '../protocol/outline.ts'
import { modelOutline } from '../simulation/model-outline.ts'
import { OutlineStart } from './outline-start.ts'

const model = modelOutline({ seconds: 120, videoBitsPerSecond: 500_000 })
const whole = { ...model, video: { ...model.video!, spsBase64: 'AAAA', ppsBase64: 'AAAA' } }
const text = writeOutline(whole)

/** As it comes over a network, in pieces of so many characters. */
function startOf(wholeText: string, pieceLength: number, seconds: number) {
  const start = new OutlineStart(seconds)
  let readLength = 0
  for (let at = 0; at < wholeText.length; at += pieceLength) {
    readLength = at + pieceLength
    if (start.add(wholeText.slice(at, at + pieceLength))) break
  }
  return { readLength, read: readOutline(start.text()) }
}

for (const pieceLength of [1000, 7919, 1_000_000]) {
  test(`OutlineStart reads the segments that 20 s need, in pieces of ${pieceLength}`, () => {
    const { read } = startOf(text, pieceLength, 20)
    expect(read).toEqual({ ok: true, value: { ...whole, segments: whole.segments.slice(0, 9) } })
  })
}

test('OutlineStart has read enough long before the end', () => {
  const { readLength } = startOf(text, 1000, 20)
  expect(readLength / text.length).toBeLessThan(0.32) // 9 of 30 segments
})

test('OutlineStart leaves a short outline as it is', () => {
  expect(startOf(text, 5000, 600).read).toEqual({ ok: true, value: whole })
})
