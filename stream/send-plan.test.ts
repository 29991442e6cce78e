import { expect, test } from 'vitest'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { SendPlan } from './send-plan.ts'
import { scheduleFacts, scheduleSegment } from './send-schedule.ts'

const outline = testOutline({ seconds: 8, videoBitsPerSecond: 500_000 })

test('SendPlan gives a segment its packets as the schedule has them, none beyond the last', () => {
  const plan = new SendPlan(outline, 900)
  const [, second] = outline.segments
  expect(plan.packetsOf(1)).toEqual(second && scheduleSegment(second, { maxRtpBytes: 900, ...scheduleFacts(outline) }))
  expect([plan.packetsOf(2), plan.maxRtpBytes]).toEqual([[], 900])
})

test('SendPlan plans once what is sent from a keyframe on', () => {
  const plan = new SendPlan(outline, 900)
  expect(plan.courseFrom(3.5)).toBe(plan.courseFrom(2)) // a keyframe every 2 s
  expect(plan.courseFrom(3.5)).not.toBe(plan.courseFrom(4))
})
