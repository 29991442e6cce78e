import { expect, test } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import { runExperiment, type SideSpec } from './experiment.ts'
import { modelVideo } from './model-video.ts'

const variants = [{ name: '720p', bitsPerSecond: 2_500_000, heightPixels: 720, framesPerSecond: 30 }]
const video = modelVideo({ kind: 'model', seconds: 30, variants })
const profile: LinkProfile = {
  seed: 7,
  downlink: { oneWayDelayMs: 50, loss: { kind: 'random', lossRatio: 0.02 } },
  uplink: { oneWayDelayMs: 50, loss: { kind: 'random', lossRatio: 0.02 } },
}

/** Packets of half a minute at 2 % random loss, a round trip of 100 ms and a jitter buffer. */
function watch(repair: (SideSpec & { readonly kind: 'udp' })['repair'], jitterBufferMs = 300) {
  const sides = [{ name: 'udp', spec: { kind: 'udp', repair, jitterBufferMs } as const }]
  const [outcome] = runExperiment({ video, sides, profile, durationSeconds: 40 })
  const { lostPackets, latePackets, repairedPackets, lateRepairs, residualLossRatio = 1 } = outcome?.measures ?? {}
  const { repairOverheadRatio = 0, repairDelayMs } = outcome?.measures ?? {}
  return {
    lostPackets,
    latePackets,
    repairedPackets,
    lateRepairs,
    residualPercent: Number((100 * residualLossRatio).toFixed(3)),
    overheadPercent: Number((100 * repairOverheadRatio).toFixed(1)),
    ...(repairDelayMs === undefined ? {} : { repairDelayMs: Math.round(repairDelayMs) }),
  }
}

// What a link loses under a seed is always the same, and so is what is left of it in each way.
test('at 2 % random loss, 100 ms RTT and a buffer of 300 ms, RTX leaves at most 0.1 % of the packets missing', () => {
  const raw = watch('off')
  const rtx = watch('rtx')
  expect(rtx.residualPercent).toBeLessThanOrEqual(0.1)
  const inTime = { latePackets: 0, lateRepairs: 0 }
  expect([raw, rtx]).toEqual([
    { ...inTime, lostPackets: 230, repairedPackets: 0, residualPercent: 1.983, overheadPercent: 0 },
    { ...inTime, lostPackets: 0, repairedPackets: 230, residualPercent: 0, overheadPercent: 2, repairDelayMs: 105 },
  ])
})

test('the same packets are lost with parity, and most of them come back at once', () => {
  expect(watch('fec')).toEqual({
    lostPackets: 33,
    latePackets: 0,
    repairedPackets: 197,
    lateRepairs: 0,
    residualPercent: 0.285,
    overheadPercent: 13.2,
    repairDelayMs: 10,
  })
})

test('with a buffer shorter than the round trip, retransmissions come too late', () => {
  expect(watch('rtx', 100)).toEqual({
    lostPackets: 230,
    latePackets: 0,
    repairedPackets: 0,
    lateRepairs: 221,
    residualPercent: 1.983,
    overheadPercent: 1.9,
  })
})
