import { expect, test } from 'vitest'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { SendPlan } from './send-plan.ts'
import { scheduleFacts, scheduleSegment } from './send-schedule.ts'

test('SendPlan plans each segment once, as the schedule has it', () => {
  const outline = testOutline({ seconds: 8, videoBitsPerSecond: 500_000 })
  const plan = new SendPlan(outline, 900)
  const [, second] = outline.segments
  expect(plan.packetsOf(1)).toEqual(second && scheduleSegment(second, { maxRtpBytes: 900, ...scheduleFacts(outline) }))
  expect(plan.packetsOf(1)).toBe(plan.packetsOf(1))
  expect([plan.packetsOf(2), plan.maxRtpBytes]).toEqual([[], 900])
})
