import { expect, test } from 'vitest'
import { SideMeasuresFold } from './side-measures.ts'

test('SideMeasuresFold tells of a channel where its latency went and how long catching up took, and nothing of a video', () => {
  const fold = new SideMeasuresFold({ side: 'hls', frameIntervalMs: 40 })
  fold.add({ kind: 'play-asked', atMs: 0 })
  expect(fold.measures(undefined)).not.toHaveProperty('captureToPublishMsP50')
  const show = (atMs: number, receivedToShownMs: number): void =>
    fold.add({ kind: 'picture-latency', atMs, captureToPublishMs: 256, publishToReceivedMs: 256, receivedToShownMs })
  for (let atMs = 1000; atMs < 3000; atMs += 40) show(atMs, 512)
  show(5000, 2512)
  show(5100, 512)
  expect(fold.measures(undefined)).toMatchObject({
    ...{ captureToPublishMsP50: 256, publishToReceivedMsP95: 256, receivedToShownMsP50: 512 },
    ...{ behindMsP50: 1024, longestCatchUpMs: 100 },
  })
})
