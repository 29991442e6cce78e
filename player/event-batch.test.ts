import { expect, test } from 'vitest'
import type { RunEvent } from '../stream/record.ts'
import { EventBatch } from './event-batch.ts'

test('EventBatch hands on what was told since the last time, with its side, and nothing when nothing was', () => {
  const handed: (readonly RunEvent[])[] = []
  const batch = new EventBatch('udp', (events) => void handed.push(events))
  batch.add({ kind: 'paused', atMs: 1 })
  batch.add({ kind: 'resumed', atMs: 2 })
  batch.flush()
  batch.flush()
  expect(handed).toEqual([
    [
      { kind: 'paused', atMs: 1, side: 'udp' },
      { kind: 'resumed', atMs: 2, side: 'udp' },
    ],
  ])
})

test('EventBatch never holds more than a thousand events', () => {
  const sizes: number[] = []
  const batch = new EventBatch('hls', ({ length }) => void sizes.push(length))
  for (let atMs = 0; atMs < 2500; atMs++) batch.add({ kind: 'ended', atMs })
  expect(sizes).toEqual([1000, 1000])
})
