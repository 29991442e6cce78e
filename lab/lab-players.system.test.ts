import { expect, test } from 'vitest'
import { makeClip } from '../server/test-support/clips.ts'
import type { NamedSide } from '../simulation/experiment.ts'
import { openLiveLab } from './live-lab.ts'
import { needs } from './test-support/clients.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { weirProgram } from './test-support/weir-process.ts'

const SECONDS = 6
const sides: readonly NamedSide[] = [
  { name: 'hls.js', spec: { kind: 'hls', abr: 'hls.js', player: 'hls.js' } },
  { name: 'ffmpeg', spec: { kind: 'hls', abr: 'fixed', player: 'ffmpeg' } },
  { name: 'ffmpeg udp', spec: { kind: 'udp', repair: 'off', player: 'ffmpeg' } },
  { name: 'gstreamer', spec: { kind: 'hls', abr: 'fixed', player: 'gstreamer' } },
  { name: 'gstreamer udp', spec: { kind: 'udp', repair: 'off', player: 'gstreamer' } },
]

test('real players watch in a live run, each measured by what can be seen of it', async (context) => {
  for (const name of ['ffmpeg', 'chromium', 'gst-launch-1.0'] as const) needs(context, name)
  const path = makeClip(context, temporaryFolder(context), { seconds: SECONDS, keyframeFrames: 50 })
  const { signal } = new AbortController()
  const source = { kind: 'file', path } as const
  const lab = await openLiveLab({ source, durationSeconds: 60, signal, tell: () => {}, program: weirProgram() })
  context.onTestFinished(() => lab.close())
  const profile = { seed: 1, downlink: { oneWayDelayMs: 50 }, uplink: { oneWayDelayMs: 50 } }
  const run = await lab.run({ index: 0, network: 'far', profile, sides, axes: {}, seed: 1 }, signal)
  const measures = run.sides.map((side) => side.measures)
  expect(run.sides.map(({ hasEnded }) => hasEnded)).toEqual(Array(5).fill(true))
  for (const { startupMs, watchedMs, wireBytes, linkOfferedPackets } of measures) {
    expect(startupMs).toBeGreaterThan(300) // a handshake and two requests at least
    expect(watchedMs).toBeGreaterThan(1000 * (SECONDS - 3))
    expect(linkOfferedPackets).toBeGreaterThan(100)
    expect(wireBytes ?? 1).toBeGreaterThan(0)
  }
  const [hlsJs, ffmpeg, , gstreamer] = measures
  expect(hlsJs?.receivedBytes).toBeGreaterThan(50_000)
  expect(ffmpeg).not.toHaveProperty('stallMs')
  expect([hlsJs, gstreamer].map((some) => (some?.presentedFrameRatio ?? 0) > 0.5)).toEqual([true, true])
})
