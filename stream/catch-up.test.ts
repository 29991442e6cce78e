import { expect, test } from 'vitest'
import { CatchUpFold } from './catch-up.ts'

const FRAME_MS = 40

/** A viewer who has watched two seconds, 300 ms after the capture of each picture. */
function watching() {
  const fold = new CatchUpFold(FRAME_MS)
  const show = (atMs: number, latencyMs: number): void =>
    fold.add({
      ...{ kind: 'picture-latency', atMs, captureToPublishMs: 10, publishToReceivedMs: 20 },
      receivedToShownMs: latencyMs - 30,
    })
  for (let atMs = 0; atMs <= 2000; atMs += FRAME_MS) show(atMs, 300)
  return { fold, show }
}

const stall = { stalledAtMs: 2000, stalledMs: 3000, latencyBeforeMs: 300 }

test('CatchUpFold knows nothing of a viewer whose picture never stands still', () => {
  expect(watching().fold.catchUps).toEqual([])
})

test('CatchUpFold tells a viewer who leaves out what was missed as back at once, by a jump', () => {
  const { fold, show } = watching()
  for (let atMs = 5000; atMs <= 6000; atMs += FRAME_MS) show(atMs, 300)
  expect(fold.catchUps).toEqual([{ ...stall, highestLatencyMs: 300, backAfterMs: 0, by: 'jump' }])
})

test('CatchUpFold tells a viewer who plays a tenth faster as back once the latency is within 300 ms of what it was', () => {
  const { fold, show } = watching()
  let latencyMs = 3300
  for (let atMs = 5000; atMs <= 40_000; atMs += FRAME_MS) {
    show(atMs, latencyMs)
    latencyMs = Math.max(300, latencyMs - FRAME_MS / 10)
  }
  expect(fold.catchUps).toEqual([
    { ...stall, highestLatencyMs: 3300, backAfterMs: 27_000, by: 'rate' }, // from 3300 to 600 ms, 100 ms a second
  ])
})

test('CatchUpFold tells one who plays for a while and then jumps', () => {
  const { fold, show } = watching()
  for (let atMs = 5000; atMs < 6000; atMs += FRAME_MS) show(atMs, 3300)
  show(6000, 310)
  expect(fold.catchUps).toEqual([{ ...stall, highestLatencyMs: 3300, backAfterMs: 1000, by: 'jump' }])
})

test('CatchUpFold takes pictures that a busy viewer did not show on the way back for nothing that was left out', () => {
  const { fold, show } = watching()
  show(5000, 3300)
  for (let atMs = 5250, latencyMs = 3275; atMs <= 40_000; atMs += 250, latencyMs -= 25) show(atMs, latencyMs)
  expect(fold.catchUps[0]).toEqual({ ...stall, highestLatencyMs: 3300, backAfterMs: 27_000, by: 'rate' })
})

test('CatchUpFold takes pictures now late, now early, on a busy machine for no jumps', () => {
  const { fold, show } = watching()
  let latencyMs = 3300
  for (let atMs = 5000, late = 0; atMs <= 40_000; atMs += 2 * FRAME_MS, late = 60 - late) {
    show(atMs + late, latencyMs + late)
    latencyMs -= FRAME_MS / 5
  }
  expect(fold.catchUps).toMatchObject([{ stalledMs: 3000, by: 'rate' }])
})

test('CatchUpFold counts a standstill on the way back to the same catch-up, which may last', () => {
  const { fold, show } = watching()
  show(5000, 3300)
  show(5040, 3290)
  show(6040, 4290)
  expect(fold.catchUps).toEqual([{ ...stall, stalledMs: 4000, highestLatencyMs: 4290 }])
  show(6080, 400)
  expect(fold.catchUps).toEqual([{ ...stall, stalledMs: 4000, highestLatencyMs: 4290, backAfterMs: 1080, by: 'jump' }])
})

test('CatchUpFold takes a tenth of a long latency for the same: after six seconds six and a half need no catching up', () => {
  const { fold, show } = watching()
  for (let atMs = 2040; atMs <= 4000; atMs += FRAME_MS) show(atMs, 6000)
  show(4500, 6500)
  expect(fold.catchUps).toMatchObject([{ latencyBeforeMs: 6000, highestLatencyMs: 6500, backAfterMs: 0, by: 'none' }])
})

test('CatchUpFold takes no pause for a standstill, though pictures from before it are told after it', () => {
  const { fold, show } = watching()
  fold.add({ kind: 'paused', atMs: 2500 })
  for (let atMs = 2040; atMs <= 2480; atMs += FRAME_MS) show(atMs, 300)
  for (let atMs = 9000; atMs <= 10_000; atMs += FRAME_MS) show(atMs, 6800)
  expect(fold.catchUps).toEqual([])
})
