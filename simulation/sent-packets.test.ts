import { expect, test } from 'vitest'
import { SendPlan } from '../stream/send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { SentPackets } from './sent-packets.ts'
import { testOutline } from './test-support/test-outline.ts'

const plan = new SendPlan(testOutline({ seconds: 12, videoBitsPerSecond: 2_000_000 }), DEFAULT_MAX_RTP_BYTES)
const course = plan.courseFrom(0)
const VIDEO = 0

/** Each of the first packets at the moment of its number. */
function sent(packets: number): SentPackets {
  const kept = new SentPackets(course)
  for (let place = 0; place < packets; place += 1) kept.keep(place, place)
  return kept
}

test('SentPackets gives a packet of a track again, two bytes longer', () => {
  const place = course.trackIndices.findIndex((track, at) => track === VIDEO && course.sequenceNumbers[at] === 20)
  const sizeBytes = (course.sizesBytes[place] ?? 0) + 2
  expect(sent(100).again(VIDEO, 20, 100)).toEqual({ place, sizeBytes })
})

test('SentPackets has no packet that was not sent, is a second old, or is 1,024 packets behind', () => {
  expect(sent(10).again(VIDEO, 20, 10)).toBeUndefined()
  const place = course.trackIndices.findIndex((track, at) => track === VIDEO && course.sequenceNumbers[at] === 20)
  expect(sent(100).again(VIDEO, 20, place + 1000)).toBeDefined()
  expect(sent(100).again(VIDEO, 20, place + 1001)).toBeUndefined()
  const last = course.trackIndices.findIndex((track, at) => track === VIDEO && course.sequenceNumbers[at] === 1044)
  expect(sent(last).again(VIDEO, 20, 0)).toBeDefined()
  expect(sent(last + 1).again(VIDEO, 20, 0)).toBeUndefined()
})

test('SentPackets gives 64 packets again at once, then one for every four that were sent', () => {
  const kept = sent(200)
  const again = () => Array.from({ length: 100 }, () => kept.again(VIDEO, 20, 200)).filter((one) => one !== undefined)
  expect(again()).toHaveLength(64)
  for (let place = 200; place < 208; place += 1) kept.keep(place, place)
  expect(again()).toHaveLength(2)
})
