import { expect, test } from 'vitest'
import { ProcessCost } from './process-cost.ts'

function open() {
  const now = { ms: 0, cpuMs: 0 }
  const cost = new ProcessCost({
    nowMs: () => now.ms,
    cpuUsage: () => ({ user: now.cpuMs * 900, system: now.cpuMs * 100 }),
    residentBytes: () => 7,
  })
  const after = (ms: number, cpuMs: number, viewers = { http: 1, page: 1, rtsp: 2 }) => {
    now.ms += ms
    now.cpuMs += cpuMs
    return cost.read(viewers)
  }
  return { after }
}

test('ProcessCost measures the processor since the first question, and estimates the share of a viewer', () => {
  const { after } = open()
  expect([after(0, 0), after(900, 90)]).toEqual([undefined, undefined])
  expect(after(1100, 310)).toMatchObject({ measuredSeconds: 2, cpuRatio: 0.2, estimatedCpuRatioPerViewer: 0.05 })
  expect(after(0, 0, { http: 0, page: 0, rtsp: 0 })).not.toHaveProperty('estimatedCpuRatioPerViewer')
})

test('ProcessCost forgets what was 30 s ago', () => {
  const { after } = open()
  after(0, 0)
  after(10_000, 10_000)
  expect(after(21_000, 0)).toMatchObject({ measuredSeconds: 21, cpuRatio: 0 })
})
