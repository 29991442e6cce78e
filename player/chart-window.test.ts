import { expect, test } from 'vitest'
import { hold, letGo, pan, spanOf, zoom, type ChartWindow, type Span } from './chart-window.ts'

const newest: ChartWindow = { kind: 'following', follows: 'newest' }
const whole: ChartWindow = { kind: 'following', follows: 'whole' }
const run: Span = { fromSeconds: 0, toSeconds: 200 }
const span = (fromSeconds: number, toSeconds: number): Span => ({ fromSeconds, toSeconds })

test('spanOf shows the newest minute, which a run that has just begun fills from the left', () => {
  expect(spanOf(newest, run)).toEqual(span(140, 200))
  expect(spanOf(newest, span(-1, 7))).toEqual(span(-1, 59))
})

test('spanOf shows the whole run, at least ten seconds', () => {
  expect(spanOf(whole, run)).toEqual(span(0, 200))
  expect(spanOf(whole, span(0, 2))).toEqual(span(0, 10))
})

test('hold keeps a span while the run goes on, letGo follows again what was followed', () => {
  const held = hold(whole, span(10, 20))
  expect(spanOf(held, span(0, 999))).toEqual(span(10, 20))
  expect(letGo(held)).toEqual(whole)
})

test('zoom keeps the moment under the pointer in its place', () => {
  expect(spanOf(zoom(newest, run, 0.5, 155), run)).toEqual(span(147.5, 177.5))
})

test('zoom ends at one second, and outwards it follows the whole run', () => {
  expect(spanOf(zoom(hold(newest, span(10, 11)), run, 0.5), run)).toEqual(span(10, 11))
  expect(zoom(hold(newest, span(0, 150)), run, 2)).toEqual(whole)
})

test('pan stays within the run', () => {
  expect(spanOf(pan(newest, run, -0.5), run)).toEqual(span(110, 170))
  expect(spanOf(pan(newest, run, 0.5), run)).toEqual(span(140, 200))
  expect(spanOf(pan(hold(newest, span(5, 15)), run, -1), run)).toEqual(span(0, 10))
})
