import { expect, test } from 'vitest'
import type { ViewerEvent } from './record.ts'
import { ViewerStandstills } from './viewer-standstills.ts'

type Told = readonly [kind: 'stall' | 'freeze', fromMs: number, toMs: number]

function watch(events: readonly ViewerEvent[]): {
  readonly told: readonly Told[]
  readonly standstills: ViewerStandstills
} {
  const told: Told[] = []
  const standstills = new ViewerStandstills(40, {
    stall: (fromMs, toMs) => told.push(['stall', fromMs, toMs]),
    freeze: (fromMs, toMs) => told.push(['freeze', fromMs, toMs]),
  })
  events.forEach((event) => standstills.add(event))
  return { told, standstills }
}

const shown = (atMs: number): ViewerEvent => ({ kind: 'frame-shown', atMs, state: 'intact' })
const playhead = (atMs: number, positionSeconds: number): ViewerEvent => ({ kind: 'playhead', atMs, positionSeconds })

test('ViewerStandstills tells a stall from the last move of the playhead to the next', () => {
  const { told } = watch([
    shown(0),
    playhead(0, 0),
    playhead(60, 0.06),
    shown(61),
    playhead(180, 0.06),
    playhead(190, 0.07),
  ])
  expect(told).toEqual([['stall', 60, 190]])
})

test('ViewerStandstills tells a freeze from when the next frame was due until it came', () => {
  expect(watch([shown(0), shown(40), shown(300)]).told).toEqual([['freeze', 80, 300]])
})

test('ViewerStandstills tells what was open when the viewer pauses, and knows since when it is', () => {
  const { told, standstills } = watch([shown(0), playhead(0, 0)])
  expect(standstills.stalls.openSinceMs(500)).toBe(0)
  expect(standstills.freezes.openSinceMs(500)).toBe(40)
  standstills.add({ kind: 'paused', atMs: 600 })
  expect(told).toEqual([
    ['stall', 0, 600],
    ['freeze', 40, 600],
  ])
  expect(standstills.stalls.openSinceMs(900)).toBeUndefined()
})
