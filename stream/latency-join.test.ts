import { expect, test } from 'vitest'
import { LatencyJoin, type PublishedMoments } from './latency-join.ts'
import type { ViewerEvent } from './record.ts'

const FRAME_TICKS = 3000
const picture = (index: number): PublishedMoments => ({
  ...{ ptsTicks: index * FRAME_TICKS, capturedMs: 1000 + index * 33, publishedMs: 1100 + index * 33 },
})

function joined(receivedMs: (picture: PublishedMoments) => number | undefined) {
  const told: ViewerEvent[] = []
  return { told, join: new LatencyJoin(receivedMs, (event) => told.push(event)) }
}

const first = { captureToPublishMs: 100, publishToReceivedMs: 50, receivedToShownMs: 250 }

test('LatencyJoin tells a picture once all four moments are known, whichever side tells first', () => {
  const { told, join } = joined(() => 1150)
  join.show(2, 1400) // two ticks off: a player's timeline is rounded
  expect(told).toEqual([])
  join.publish([picture(0), picture(1)])
  expect(told).toEqual([{ kind: 'picture-latency', atMs: 1400, ...first }])
  expect(join.newestTicks).toBe(FRAME_TICKS)
})

test('LatencyJoin lets what is not published yet wait, and leaves out what the server or the viewer has forgotten', () => {
  const { told, join } = joined(({ ptsTicks }) => (ptsTicks === 3 * FRAME_TICKS ? undefined : 1200))
  for (const index of [1, 2, 3, 4]) join.show(index * FRAME_TICKS, 1400 + index)
  join.publish([picture(2), picture(3)])
  expect(told.map(({ atMs }) => atMs)).toEqual([1402])
  join.publish([picture(4)])
  expect(told.map(({ atMs }) => atMs)).toEqual([1402, 1404])
})

test.each([
  ['before it was published', 1000, { ...first, publishToReceivedMs: 0, receivedToShownMs: 300 }],
  ['after it was shown', 2000, { ...first, publishToReceivedMs: 300, receivedToShownMs: 0 }],
])(
  'LatencyJoin takes a picture that came %s for one that came just then: no stretch is negative',
  (_, cameMs, told) => {
    const run = joined(() => cameMs)
    run.join.publish([picture(0)])
    run.join.show(0, 1400)
    run.join.publish([picture(1)])
    expect(run.told).toEqual([{ kind: 'picture-latency', atMs: 1400, ...told }])
  },
)
