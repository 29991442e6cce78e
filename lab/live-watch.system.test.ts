import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Channel } from '../protocol/weir-api.ts'
import { loopChannel } from './live-latency.ts'
import { needs } from './test-support/clients.ts'
import { runClient } from './test-support/run-client.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { weirProgram } from './test-support/weir-process.ts'

const SECONDS = 10

let clip: ServedClip | undefined
let channel: Channel
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 8, size: '320x180' })
  if (clip !== undefined) channel = await loopChannel(clip.weir.url, clip.videoId)
}, 120_000)
afterAll(() => clip?.stop())

async function watched(url: string | undefined): Promise<Record<string, number>> {
  const args = ['watch', `${clip?.weir.url}${url}`, '--for', `${SECONDS}s`, '--json']
  const run = await runClient(process.execPath, [...weirProgram(), ...args], { timeoutMs: 60_000 })
  expect(run.status, run.stdout + run.stderr).toBe(0)
  return (JSON.parse(run.stdout) as { readonly figures: Record<string, number> }).figures
}

test('weir watch plays a channel in parts, and is nearer to its capture than in segments', async (context) => {
  if (clip === undefined) return needs(context, 'ffmpeg')
  const inParts = await watched(channel.urls.lowLatencyHls)
  const inSegments = await watched(channel.urls.hls)
  // Five parts a second, none asked for twice, none missed.
  expect(inParts['segments']).toBeGreaterThan(5 * (SECONDS - 2))
  expect(inParts['stallRatio']).toBeLessThan(0.1)
  // Held back by three parts of 200 ms, and at the most by a picture group more; encoding comes on top.
  expect(inParts['behindMsP50']).toBeGreaterThan(600)
  expect(inParts['behindMsP50']).toBeLessThan(2500)
  expect(inSegments['behindMsP50']).toBeGreaterThan(4000) // three target durations of 2 s from the end of the list
  expect(inSegments['behindMsP50']).toBeLessThan(10_000)
})
