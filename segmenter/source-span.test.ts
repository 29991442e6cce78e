import { expect, test } from 'vitest'
import { SourceSpanReader } from './source-span.ts'

function spanOf(...pieces: string[]): unknown {
  const reader = new SourceSpanReader(2)
  for (const piece of pieces) reader.push(piece)
  return reader.end()
}

test('SourceSpanReader spans the pictures in whatever order they are coded', () => {
  expect(spanOf('0.08,0.00,0.04,K_\n0.16,0.04,0.04,__\n0.12,0.08,0.04,__\n')).toEqual({
    pictures: 3,
    startSeconds: 0.08,
    endSeconds: 0.2,
  })
})

test('SourceSpanReader reads a line that comes in two pieces', () => {
  expect(spanOf('1.0,1.0,0.5', ',K_\n1.5,1.5,0.5,__')).toEqual({ pictures: 2, startSeconds: 1, endSeconds: 2 })
})

test('SourceSpanReader adds what the decoder reorders where AVI has decode times alone', () => {
  expect(spanOf('N/A,0.00,0.04,K_\nN/A,0.04,0.04,__\n')).toEqual({ pictures: 2, startSeconds: 0.08, endSeconds: 0.16 })
})

test('SourceSpanReader takes no duration as none', () => {
  expect(spanOf('0.5,0.5,N/A,K_\n')).toEqual({ pictures: 1, startSeconds: 0.5, endSeconds: 0.5 })
})

test('SourceSpanReader leaves out what an edit list discards', () => {
  expect(spanOf('-0.04,-0.04,0.04,KD\n0.00,0.00,0.04,__\n')).toEqual({ pictures: 1, startSeconds: 0, endSeconds: 0.04 })
})

test('SourceSpanReader ends without a span when there was no picture', () => expect(spanOf('\n')).toBeUndefined())

for (const { name, second } of [
  { name: 'back', second: ['0.00', '0.04'] },
  { name: 'an hour forward', second: ['3600.00', '3600.04'] },
]) {
  test(`SourceSpanReader lets pictures follow each other where the clock of a transport stream jumps ${name}`, () => {
    const reader = new SourceSpanReader(2, { mayJump: true })
    for (const seconds of ['1.40', '1.44', '1.48', ...second]) reader.push(`${seconds},${seconds},0.04,__\n`)
    expect(reader.end()).toEqual({ pictures: 5, startSeconds: 1.4, endSeconds: expect.closeTo(1.6, 9) as number })
  })
}

test('SourceSpanReader keeps a gap of a few seconds', () => {
  const reader = new SourceSpanReader(2, { mayJump: true })
  for (const seconds of ['1.0', '6.0']) reader.push(`${seconds},${seconds},0.5,__\n`)
  expect(reader.end()).toEqual({ pictures: 2, startSeconds: 1, endSeconds: 6.5 })
})
