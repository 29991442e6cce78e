import { expect, test } from 'vitest'
import { FullPipe } from './full-pipe.ts'

test('FullPipe is full after three rounds that did not bring a quarter more', () => {
  const pipe = new FullPipe()
  for (const rate of [1, 2, 4, 4.9, 4.9]) pipe.noteRound(rate)
  expect(pipe.isFull).toBe(false)
  pipe.noteRound(4.9)
  expect(pipe.isFull).toBe(true)
})

test('FullPipe counts anew when the rate grows by a quarter, and stays full once it is', () => {
  const pipe = new FullPipe()
  for (const rate of [4, 4, 4, 5, 5, 5]) pipe.noteRound(rate)
  expect(pipe.isFull).toBe(false)
  for (const rate of [5, 50, 50]) pipe.noteRound(rate)
  expect(pipe.isFull).toBe(true)
})

test('FullPipe measures growth anew after a timeout', () => {
  const pipe = new FullPipe()
  for (const rate of [8, 8, 8]) pipe.noteRound(rate)
  pipe.forgetBandwidth()
  for (const rate of [1, 2, 4, 8]) pipe.noteRound(rate)
  expect(pipe.isFull).toBe(false)
})
