import { expect, test } from 'vitest'
import { PacketQueue } from './packet-queue.ts'
import type { PlannedPacket } from './send-schedule.ts'

const video = (sendMs: number, packetOfUnit = 0): PlannedPacket => ({
  trackIndex: 0,
  unitIndex: 0,
  packetOfUnit,
  sizeBytes: 13,
  marker: false,
  ptsTicks: sendMs * 90,
  sendMs,
})
const audio = (sendMs: number, packetOfUnit = 0): PlannedPacket => ({
  ...video(sendMs, packetOfUnit),
  trackIndex: 1,
})

function takeAll(queue: PacketQueue<PlannedPacket>): [sendMs: number, mediaTicks: number][] {
  const taken: [number, number][] = []
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    taken.push([next.packet.sendMs, next.mediaTicks])
  }
  return taken
}

test('PacketQueue merges the end of a segment with the start of the next', () => {
  const queue = new PacketQueue<PlannedPacket>(undefined)
  queue.add([video(0), video(40), audio(70)])
  queue.add([video(60), video(80), audio(93)])
  expect(takeAll(queue).map(([sendMs]) => sendMs)).toEqual([0, 40, 60, 70, 80, 93])
  expect(queue.nextSendMs).toBe(Infinity)
})

test('PacketQueue counts samples on from segment to segment, one time for all fragments of a unit', () => {
  const queue = new PacketQueue<PlannedPacket>({ sampleRateHz: 44_100, samplesPerFrame: 1024 })
  queue.add([audio(0), audio(23), audio(23, 1)])
  queue.add([audio(46), audio(1000)])
  expect(takeAll(queue)).toEqual([
    [0, 0],
    [23, 1024],
    [23, 1024],
    [46, 2048],
    [1000, 44_100], // a gap of the stream itself
  ])
})

test('PacketQueue knows when a frame is sent by half', () => {
  const queue = new PacketQueue<PlannedPacket>(undefined)
  queue.add([video(0), video(10, 1), audio(15), video(20, 2), video(40)])
  const isMidUnit = [queue.isMidUnit]
  while (queue.take() !== undefined) isMidUnit.push(queue.isMidUnit)
  expect(isMidUnit).toEqual([false, true, true, true, false, false])
})

test('PacketQueue is filled by two segments that have packets', () => {
  const queue = new PacketQueue<PlannedPacket>(undefined)
  queue.add([video(0)])
  queue.add([])
  expect(queue.isFilled).toBe(false)
  queue.add([video(40)])
  expect(queue.isFilled).toBe(true)
  queue.take()
  expect(queue.isFilled).toBe(false)
})
