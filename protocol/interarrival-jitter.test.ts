import { expect, test } from 'vitest'
import { InterarrivalJitter } from './interarrival-jitter.ts'

test('InterarrivalJitter moves a sixteenth of the way towards each change of transit time', () => {
  const jitter = new InterarrivalJitter(8000)
  jitter.add(0, 0)
  jitter.add(160, 22) // sent 20 ms apart, came 22 ms apart: 16 ticks
  expect(jitter.ticks).toBe(1)
  jitter.add(320, 42) // in step with the one before
  expect(jitter.ticks).toBe(1 - 1 / 16)
})

test('InterarrivalJitter stays zero when a timestamp wraps on an evenly paced stream', () => {
  const jitter = new InterarrivalJitter(90000)
  for (let frame = 0; frame < 10; frame += 1) jitter.add((0xffff_ffff - 9000 + frame * 3600) >>> 0, frame * 40)
  expect(jitter.ticks).toBe(0)
})

test('InterarrivalJitter nears the mean change of an alternating delay', () => {
  const jitter = new InterarrivalJitter(1000)
  for (let packet = 0; packet < 200; packet += 1) jitter.add(packet * 20, packet * 20 + (packet % 2) * 5)
  expect(jitter.ticks).toBeCloseTo(5, 3)
})
