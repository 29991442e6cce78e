import { expect, test } from 'vitest'
import { Watching, type WatchEvent } from './watching.ts'

type Told = readonly [kind: 'stall' | 'freeze', fromMs: number, toMs: number]

function watch(events: readonly WatchEvent[]): {
  readonly told: readonly Told[]
  readonly watching: Watching
} {
  const told: Told[] = []
  const watching = new Watching(40, {
    stall: (fromMs, toMs) => told.push(['stall', fromMs, toMs]),
    freeze: (fromMs, toMs) => told.push(['freeze', fromMs, toMs]),
  })
  events.forEach((event) => watching.add(event))
  return { told, watching }
}

const shown = (atMs: number): WatchEvent => ({ kind: 'frame-shown', atMs, state: 'intact' })
const playhead = (atMs: number, positionSeconds: number): WatchEvent => ({ kind: 'playhead', atMs, positionSeconds })

test('Watching tells a stall from the last move of the playhead to the next', () => {
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

test('Watching tells a freeze from when the next frame was due until it came', () => {
  expect(watch([shown(0), shown(40), shown(300)]).told).toEqual([['freeze', 80, 300]])
})

test('Watching tells what was open when the viewer pauses, and knows since when it is', () => {
  const { told, watching } = watch([shown(0), playhead(0, 0)])
  expect(watching.stalls.openSinceMs(500)).toBe(0)
  expect(watching.freezes.openSinceMs(500)).toBe(40)
  watching.add({ kind: 'paused', atMs: 600 })
  expect(told).toEqual([
    ['stall', 0, 600],
    ['freeze', 40, 600],
  ])
  expect(watching.stalls.openSinceMs(900)).toBeUndefined()
})
