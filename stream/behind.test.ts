import { expect, test } from 'vitest'
import { BehindFold } from './behind.ts'
import type { ViewerEvent } from './record.ts'

function behind(events: readonly ViewerEvent[]) {
  const fold = new BehindFold(40)
  events.forEach((event) => fold.add(event))
  return fold.behind
}
const shown = (atMs: number): ViewerEvent => ({ kind: 'frame-shown', atMs, state: 'intact' })
const playhead = (atMs: number, positionSeconds: number): ViewerEvent => ({ kind: 'playhead', atMs, positionSeconds })

test('a viewer is behind by its startup, and drifts by its stall', () => {
  const events = [{ kind: 'play-asked', atMs: 1000, fromSeconds: 4 } as const, playhead(1200, 4), shown(1512)]
  expect(behind([...events, playhead(1512, 4)])).toEqual({ msP50: 512, msP95: 512, driftMs: 0, from: 'playhead' })
  const stalled = [playhead(1512, 4), playhead(2512, 5), playhead(3512, 5)]
  expect(behind([...events, ...stalled])).toMatchObject({ msP50: 512, driftMs: 1000 })
})

test('a pause puts nobody behind', () => {
  const events: ViewerEvent[] = [{ kind: 'play-asked', atMs: 0 }, playhead(0, 0), shown(256), playhead(256, 0)]
  const paused: ViewerEvent[] = [{ kind: 'paused', atMs: 1256 }, playhead(3000, 1), { kind: 'resumed', atMs: 9256 }]
  expect(behind([...events, ...paused, playhead(10_256, 2)])).toMatchObject({ msP95: 256, driftMs: 0 })
})

test('the code in the picture counts more than the playhead', () => {
  const events: ViewerEvent[] = [{ kind: 'play-asked', atMs: 0, fromSeconds: 0 }, shown(200), playhead(200, 0)]
  expect(behind([...events, { kind: 'code-read', atMs: 1512, frameNumber: 25 }])).toMatchObject({
    msP50: 512,
    from: 'code',
  })
})

test('who watches something live is as far behind as the capture of what is shown, whatever the playhead says', () => {
  const latency = { captureToPublishMs: 256, publishToReceivedMs: 64, receivedToShownMs: 192 }
  const events: ViewerEvent[] = [{ kind: 'play-asked', atMs: 0 }, playhead(0, 3600), shown(5000), playhead(5000, 3600)]
  const live: ViewerEvent[] = [{ kind: 'picture-latency', atMs: 5000, ...latency }, playhead(6000, 3601)]
  expect(behind([...events, ...live])).toEqual({ msP50: 512, msP95: 512, driftMs: 0, from: 'capture' })
})

test('a seek is a new wish to play: what went before does not count in the drift', () => {
  const events: ViewerEvent[] = [{ kind: 'play-asked', atMs: 0, fromSeconds: 0 }, shown(100), playhead(100, 0)]
  const seek: ViewerEvent[] = [{ kind: 'play-asked', atMs: 5000, fromSeconds: 60 }, playhead(5200, 60), shown(5256)]
  expect(behind([...events, ...seek, playhead(5256, 60), playhead(6256, 61)])).toMatchObject({ driftMs: 0, msP95: 256 })
  expect(behind([{ kind: 'play-asked', atMs: 0 }, playhead(40, 0)])).toBeUndefined()
})

test('BehindFold gives each sample, of the playhead only while no code was read', () => {
  const fold = new BehindFold(40)
  const told = (
    [
      { kind: 'play-asked', atMs: 0, fromSeconds: 0 },
      { kind: 'frame-shown', atMs: 100, state: 'intact' },
      { kind: 'playhead', atMs: 100, positionSeconds: 0 },
      { kind: 'code-read', atMs: 400, frameNumber: 5 },
      { kind: 'playhead', atMs: 500, positionSeconds: 0.4 },
      { kind: 'play-asked', atMs: 600, fromSeconds: 60 },
      { kind: 'frame-shown', atMs: 700, state: 'intact' },
      { kind: 'playhead', atMs: 700, positionSeconds: 60 },
    ] as const
  ).map((event) => fold.add(event))
  expect(told).toEqual([undefined, undefined, 100, 200, undefined, undefined, undefined, 100])
})
