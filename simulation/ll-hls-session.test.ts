import { expect, test } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import type { RunEvent } from '../stream/record.ts'
import { runExperiment } from './experiment.ts'
import { modelVideo } from './model-video.ts'

const variants = [{ name: '720p', bitsPerSecond: 2_000_000, heightPixels: 720, framesPerSecond: 30 }]
const video = modelVideo({ kind: 'model', seconds: 20, variants })

function watch(downlink: LinkProfile['downlink'], partMs?: number) {
  const events: RunEvent[] = []
  const profile = { seed: 7, downlink, uplink: { oneWayDelayMs: downlink.oneWayDelayMs ?? 0 } }
  const spec = { kind: 'll-hls', ...(partMs === undefined ? {} : { partMs }) } as const
  const sides = [{ name: 'live', spec }]
  const [side] = runExperiment({ video, sides, profile, durationSeconds: 60, tell: (_, event) => events.push(event) })
  return { ...side, events }
}

test('LlHlsSession plays three parts behind what is live, every picture', () => {
  const { measures, hasEnded } = watch({ rateBitsPerSecond: 8_000_000, oneWayDelayMs: 10 })
  expect(hasEnded).toBe(true)
  expect(measures).toMatchObject({ startupMs: 600, stallCount: 0, freezeCount: 0, behindDriftMs: 0 })
  expect(measures?.presentedFrameRatio).toBeGreaterThan(0.99)
  expect(measures?.behindMsP50).toBeCloseTo(600, -1)
})

test('LlHlsSession of longer parts is further behind', () => {
  expect(watch({ oneWayDelayMs: 10 }, 500).measures?.behindMsP50).toBeCloseTo(1500, -2)
})

test('LlHlsSession asks for the playlist before there is a part more, and for the part once it is listed', () => {
  const { events } = watch({ oneWayDelayMs: 50 })
  const asked = events.flatMap((event) => (event.kind === 'segment-asked' ? [Math.round(event.atMs)] : []))
  // A round trip each for the connection and the multivariant playlist; the list of the first part is here at 300 ms. Its
  // connection and three windows later the next parts are asked for, a round trip each.
  expect(asked.slice(0, 4)).toEqual([300, 700, 800, 900])
  const received = events.flatMap((event) => (event.kind === 'segment-received' ? [event.uri] : []))
  expect(received).toHaveLength(100)
  expect([received[0], received[20], received.at(-1)]).toEqual(['0.0.m4s', '1.0.m4s', '4.19.m4s'])
})

test('LlHlsSession stands still where the line is away, and stays behind by that', () => {
  const changes = [
    { atSeconds: 8, set: { downlink: { rateBitsPerSecond: 100_000 } } },
    { atSeconds: 10, set: { downlink: { rateBitsPerSecond: 8_000_000 } } },
  ]
  const profile = { seed: 7, downlink: { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 10 }, changes }
  const sides = [{ name: 'live', spec: { kind: 'll-hls' } as const }]
  const [side] = runExperiment({ video, sides, profile, durationSeconds: 60 })
  expect(side?.hasEnded).toBe(true)
  const { stallCount, stallMs = 0, behindMsP95 = 0 } = side?.measures ?? {}
  expect([stallCount, Math.round(stallMs)]).toEqual([1, 1737])
  expect(Math.abs(behindMsP95 - 600 - stallMs)).toBeLessThan(50) // to a 64th
})
