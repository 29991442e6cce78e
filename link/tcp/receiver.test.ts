import { expect, test } from 'vitest'
import { Receiver } from './receiver.ts'

function receiverAfter(...segments: number[]): Receiver {
  const receiver = new Receiver()
  for (const segment of segments) receiver.accept(segment, 100)
  return receiver
}

test('Receiver.accept counts bytes in order only', () => {
  const receiver = receiverAfter(0, 2, 3)
  expect(receiver).toMatchObject({ next: 1, inOrderBytes: 100, hasHole: true })
  expect(receiver.accept(1, 100)).toBe('fills-hole')
  expect(receiver).toMatchObject({ next: 4, inOrderBytes: 400, hasHole: false })
})

test.each([
  { segment: 1, arrival: 'in-order' }, // segment 5 still waits for a hole
  { segment: 4, arrival: 'out-of-order' },
  { segment: 0, arrival: 'duplicate' },
  { segment: 5, arrival: 'duplicate' },
])('Receiver.accept finds segment $segment to be $arrival after 0 and 5', ({ segment, arrival }) => {
  expect(receiverAfter(0, 5).accept(segment, 100)).toBe(arrival)
})

test('Receiver.takeSack tells of the newest block first, of three at most (RFC 2018)', () => {
  expect(receiverAfter(2, 4, 6, 8).takeSack()).toEqual({ blocks: [8, 9, 6, 7, 4, 5], duplicateFirst: false })
  expect(receiverAfter(2, 4, 6, 3).takeSack()).toEqual({ blocks: [2, 5, 6, 7], duplicateFirst: false })
})

test('Receiver.takeSack tells of a duplicate first, and once (RFC 2883)', () => {
  const receiver = receiverAfter(0, 2, 0)
  expect(receiver.takeSack()).toEqual({ blocks: [0, 1, 2, 3], duplicateFirst: true })
  expect(receiver.takeSack()).toEqual({ blocks: [2, 3], duplicateFirst: false })
})

test('Receiver.takeSack is undefined when nothing is missing', () => {
  expect(receiverAfter(0, 1).takeSack()).toBeUndefined()
})
