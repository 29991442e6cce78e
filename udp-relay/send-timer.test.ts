import { expect, test } from 'vitest'
import { SharedSendTimer } from './send-timer.ts'

test('SharedSendTimer rings in order of the moments, none too early', async () => {
  const timer = new SharedSendTimer()
  const startMs = timer.nowMs()
  const rung: { name: string; lateMs: number }[] = []
  const ring = (name: string, afterMs: number): Promise<void> =>
    new Promise((resolve) => {
      timer.wakeAt(startMs + afterMs, () => {
        rung.push({ name, lateMs: timer.nowMs() - startMs - afterMs })
        resolve()
      })
    })
  await Promise.all([ring('last', 40), ring('first', 5), ring('second', 20)])
  expect(rung.map(({ name }) => name)).toEqual(['first', 'second', 'last'])
  expect(rung.every(({ lateMs }) => lateMs >= 0)).toBe(true)
})

test('SharedSendTimer rings no alarm that was called off, not even by one that rings at the same moment', async () => {
  const timer = new SharedSendTimer()
  const rung: string[] = []
  const dueMs = timer.nowMs() + 5
  await new Promise<void>((resolve) => {
    timer.wakeAt(dueMs, () => {
      rung.push('first')
      callOff()
    })
    const callOff = timer.wakeAt(dueMs, () => void rung.push('called off'))
    timer.wakeAt(dueMs + 10, resolve)
  })
  expect(rung).toEqual(['first'])
})

test('SharedSendTimer takes an alarm that another sets when it rings', async () => {
  const timer = new SharedSendTimer()
  await new Promise<void>((resolve) => {
    timer.wakeAt(timer.nowMs(), () => void timer.wakeAt(timer.nowMs() + 5, resolve))
  })
})
