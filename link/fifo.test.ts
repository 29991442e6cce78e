import { expect, test } from 'vitest'
import { Fifo } from './fifo.ts'

test('Fifo gives back 1000 items in order while it grows and wraps', () => {
  const fifo = new Fifo<number>()
  const out: (number | undefined)[] = []
  for (let item = 0; item < 1000; item += 1) {
    fifo.push(item)
    if (item % 3 === 0) out.push(fifo.shift())
  }
  expect([...fifo].length).toBe(fifo.size)
  while (fifo.size > 0) out.push(fifo.shift())
  expect(out).toEqual(Array.from({ length: 1000 }, (_, index) => index))
})

test('Fifo answers undefined when empty, and goes on', () => {
  const fifo = new Fifo<string>()
  expect([fifo.peek(), fifo.shift(), fifo.size]).toEqual([undefined, undefined, 0])
  fifo.push('a')
  expect([fifo.peek(), fifo.shift(), fifo.shift()]).toEqual(['a', 'a', undefined])
})
