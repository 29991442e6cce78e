import { expect, test } from 'vitest'
import { ReverseQueue } from './reverse-queue.ts'
import { TRACK_VIDEO, type PlannedPacket } from './send-schedule.ts'

/** Three packets of a picture at `sendMs`, a millisecond apart. */
const picture = (unitIndex: number, sendMs: number): PlannedPacket[] =>
  [0, 1, 2].map((packetOfUnit) => ({
    trackIndex: TRACK_VIDEO,
    unitIndex,
    packetOfUnit,
    sizeBytes: 100,
    marker: packetOfUnit === 2,
    ptsTicks: 90 * sendMs + 7200,
    sendMs: sendMs + packetOfUnit,
  }))

function takeAll(queue: ReverseQueue<PlannedPacket>) {
  const taken: { unit: number; part: number; dueMs: number; mediaTicks: number; isMidUnit: boolean }[] = []
  while (queue.nextSendMs !== Infinity) {
    const [dueMs, isMidUnit] = [queue.nextSendMs, queue.isMidUnit]
    const next = queue.take()
    if (next === undefined) throw new Error('there was one')
    const { packet, mediaTicks } = next
    taken.push({ unit: packet.unitIndex, part: packet.packetOfUnit, dueMs, mediaTicks, isMidUnit })
  }
  return taken
}

test('ReverseQueue gives the last picture first, its packets in their order, and times that only go down', () => {
  const queue = new ReverseQueue<PlannedPacket>()
  queue.add([...picture(0, 4000), ...picture(50, 6000)])
  expect(queue.isFilled).toBe(false)
  queue.add(picture(0, 0))
  expect(queue.isFilled).toBe(true)
  const taken = takeAll(queue)
  expect(taken.map(({ unit, part }) => [unit, part])).toEqual([
    [50, 0],
    [50, 1],
    [50, 2],
    [0, 0],
    [0, 1],
    [0, 2],
    [0, 0],
    [0, 1],
    [0, 2],
  ])
  expect(taken.map(({ dueMs }) => dueMs)).toEqual([6000, 5999, 5998, 4000, 3999, 3998, 0, -1, -2])
  expect(new Set(taken.map(({ mediaTicks }) => mediaTicks))).toEqual(new Set([547_200, 367_200, 7200]))
  expect(taken.map(({ isMidUnit }) => isMidUnit)).toEqual([false, true, true, false, true, true, false, true, true])
})

test('ReverseQueue has nothing to send of a segment without keyframes', () => {
  const queue = new ReverseQueue()
  queue.add([])
  expect([queue.isFilled, queue.isMidUnit, queue.nextSendMs, queue.take()]).toEqual([false, false, Infinity, undefined])
})

test('ReverseQueue goes on after a segment without keyframes', () => {
  const queue = new ReverseQueue<PlannedPacket>()
  queue.add([])
  queue.add(picture(0, 4000))
  expect([queue.isFilled, queue.nextSendMs]).toEqual([false, 4000])
})
