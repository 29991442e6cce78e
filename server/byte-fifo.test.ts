import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { ByteFifo } from './byte-fifo.ts'

test('ByteFifo gives back what came, in order, in whatever amounts it is taken', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 20 }))
  const property = fc.property(chunks, fc.array(fc.nat({ max: 30 })), (pushed, amounts) => {
    const fifo = new ByteFifo()
    const whole = Buffer.concat(pushed)
    pushed.forEach((chunk) => fifo.push(chunk))
    const taken = [...amounts, whole.length].map((sizeBytes) => fifo.take(sizeBytes))
    expect(Buffer.concat(taken)).toEqual(whole)
    expect(
      taken
        .map(({ length }) => length)
        .slice(0, -1)
        .every((length, index) => length <= (amounts[index] ?? 0)),
    ).toBe(true)
    expect(fifo.sizeBytes).toBe(0)
  })
  fc.assert(property, { seed: 5, numRuns: fuzzRuns(200) })
})

test('ByteFifo takes no more than is asked while there is more', () => {
  const fifo = new ByteFifo()
  fifo.push(Uint8Array.of(1, 2, 3))
  fifo.push(Uint8Array.of(4))
  expect([...fifo.take(2)]).toEqual([1, 2])
  expect([...fifo.take(1)]).toEqual([3])
  expect(fifo.sizeBytes).toBe(1)
})
