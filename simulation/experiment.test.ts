import { expect, test } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import type { RunEvent } from '../stream/record.ts'
import { runExperiment, UnplayableSide, type Experiment, type SideSpec } from './experiment.ts'
import { modelVideo } from './model-video.ts'
import { toldMeasures } from './test-support/told-measures.ts'

const variants = [
  { name: '240p', bitsPerSecond: 400_000, heightPixels: 240, framesPerSecond: 30 },
  { name: '480p', bitsPerSecond: 1_200_000, heightPixels: 480, framesPerSecond: 30 },
  { name: '720p', bitsPerSecond: 3_000_000, heightPixels: 720, framesPerSecond: 30 },
]
const video = modelVideo({ kind: 'model', seconds: 20, variants })
const longVideo = modelVideo({ kind: 'model', seconds: 60, variants })
const lossy: LinkProfile = {
  seed: 7,
  downlink: { rateBitsPerSecond: 4_000_000, oneWayDelayMs: 30, loss: { kind: 'random', lossRatio: 0.02 } },
  uplink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 30 },
}

function run(specs: Readonly<Record<string, SideSpec>>, changes: Partial<Experiment> = {}) {
  const sides = Object.entries(specs).map(([name, spec]) => ({ name, spec }))
  return runExperiment({ video, sides, profile: lossy, durationSeconds: 120, ...changes })
}

const everySide: Readonly<Record<string, SideSpec>> = {
  'hls fixed': { kind: 'hls', abr: 'fixed', variant: '480p' },
  'hls throughput': { kind: 'hls', abr: 'throughput' },
  'hls bola': { kind: 'hls', abr: 'bola', segmentSeconds: 2, maxBufferSeconds: 12 },
  'hls hls.js': { kind: 'hls', abr: 'hls.js', ladder: ['240p', '480p'] },
  udp: { kind: 'udp', repair: 'off', variant: '480p' },
  'udp rtx': { kind: 'udp', repair: 'rtx', variant: '480p', jitterBufferMs: 300 },
  'rtp over tcp': { kind: 'rtp-over-tcp', variant: '240p' },
  'll-hls': { kind: 'll-hls', variant: '480p', partMs: 250 },
}

test('runExperiment gives the same figures for the same seed, and others for another', () => {
  const first = run(everySide)
  expect(run(everySide)).toEqual(first)
  expect(first.map(({ name, side, hasEnded }) => [name, side, hasEnded])).toEqual([
    ['hls fixed', 'hls', true],
    ['hls throughput', 'hls', true],
    ['hls bola', 'hls', true],
    ['hls hls.js', 'hls', true],
    ['udp', 'udp', true],
    ['udp rtx', 'udp', true],
    ['rtp over tcp', 'udp', true],
    ['ll-hls', 'hls', true],
  ])
  const wireBytes = first.map(({ measures }) => measures.wireBytes)
  expect(wireBytes.slice(0, 4)).toEqual([3_657_607, 3_219_387, 2_560_415, 3_219_387])
  const [udp] = run({ udp: everySide['udp'] as SideSpec }, { profile: { ...lossy, seed: 8 } })
  expect([first[4]?.measures.lostPackets, udp?.measures.lostPackets]).toEqual([74, 87])
  expect(first[5]?.measures).toMatchObject({ lostPackets: 0, repairedPackets: 74, damagedFrames: 0 })
})

test.each(Object.keys(everySide))('runExperiment tells events from which the same measures come: %s', (name) => {
  const spec = everySide[name] as SideSpec
  for (const durationSeconds of [7.3, 120]) {
    const events: RunEvent[] = []
    const [told] = run({ [name]: spec }, { durationSeconds, tell: (_side, event) => events.push(event) })
    expect(run({ [name]: spec }, { durationSeconds })).toEqual([told])
    expect(toldMeasures(events, told?.side ?? 'hls', video, durationSeconds * 1000)).toEqual(told?.measures)
    const microseconds = events.map(({ atMs }) => Math.round(atMs * 1000)) // as fine as a packet's entry
    expect(microseconds).toEqual(microseconds.toSorted((a, b) => a - b))
  }
})

test('runExperiment leaves a side when its time is over, and measures it then', () => {
  const [hls, udp] = run(
    { hls: everySide['hls fixed'] as SideSpec, udp: everySide['udp'] as SideSpec },
    { durationSeconds: 7.3 },
  )
  for (const side of [hls, udp]) {
    const { startupMs = 0, watchedMs = 0 } = side?.measures ?? {}
    expect(side?.hasEnded).toBe(false)
    expect(startupMs + watchedMs).toBeCloseTo(7300, 9)
  }
})

test('runExperiment plays what is wanted of a video', () => {
  const [fixed, udp] = run({
    fixed: { kind: 'hls', abr: 'fixed' },
    udp: { kind: 'udp', repair: 'off', variant: '240p' },
  })
  expect(fixed?.measures.shownBitsPerSecond).toBeGreaterThan(3_000_000) // the best one
  expect(udp?.measures.shownBitsPerSecond).toBeLessThan(800_000)
})

test('runExperiment follows a change of the rate with another variant, which it tells when it is shown', () => {
  const changes = [{ atSeconds: 8, set: { downlink: { rateBitsPerSecond: 1_000_000 } } }]
  const profile: LinkProfile = { seed: 7, downlink: { rateBitsPerSecond: 6_000_000, oneWayDelayMs: 30 }, changes }
  const shown = (spec: SideSpec) => {
    const events: RunEvent[] = []
    run({ side: spec }, { video: longVideo, profile, tell: (_side, event) => events.push(event) })
    return events.flatMap((event) =>
      event.kind === 'variant-shown' ? [`${event.variant} at ${Math.round(event.atMs)}`] : [],
    )
  }
  expect(shown({ kind: 'hls', abr: 'throughput', maxBufferSeconds: 8 })).toEqual([
    '240p at 519',
    '720p at 4519',
    '240p at 16519',
    '480p at 20519',
    '240p at 24519',
  ])
  expect(shown({ kind: 'hls', abr: 'hls.js', maxBufferSeconds: 8 })).toEqual([
    '720p at 2386',
    '480p at 20973',
    '240p at 24973',
  ])
  expect(shown({ kind: 'hls', abr: 'bola' }).slice(0, 4)).toEqual([
    '240p at 519',
    '480p at 16519', // 16 s buffered
    '720p at 20519',
    '480p at 32519',
  ])
})
test('runExperiment cancels a segment that will be late, on a new connection', () => {
  const changes = [{ atSeconds: 6, set: { downlink: { rateBitsPerSecond: 300_000 } } }]
  const profile: LinkProfile = { seed: 7, downlink: { rateBitsPerSecond: 6_000_000, oneWayDelayMs: 30 }, changes }
  const events: RunEvent[] = []
  const spec: SideSpec = { kind: 'hls', abr: 'throughput', maxBufferSeconds: 4 }
  run({ side: spec }, { profile, tell: (_side, event) => events.push(event) })
  const cancelled = events.flatMap((event) =>
    event.kind === 'segment-cancelled' ? [`${event.variant}/${event.uri} after ${event.sizeBytes} bytes`] : [],
  )
  expect(cancelled).toEqual(['720p/00002.ts after 1048900 bytes'])
  const flows = new Set(
    events.flatMap((event) => (event.kind === 'packet-delivered' && event.direction === 'down' ? [event.flow] : [])),
  )
  expect(flows.size).toBe(cancelled.length + 1)
})

test('runExperiment refuses what a video has not', () => {
  const refusal = (spec: SideSpec) => {
    try {
      run({ mine: spec })
    } catch (error) {
      if (error instanceof UnplayableSide) return error.message
    }
    return undefined
  }
  expect(refusal({ kind: 'udp', repair: 'off', variant: '1080p' })).toBe('side mine: there is no variant 1080p')
  expect(refusal({ kind: 'hls', abr: 'bola', ladder: ['240p', 'best'] })).toBe('side mine: there is no variant best')
  expect(refusal({ kind: 'hls', abr: 'fixed', segmentSeconds: 1 })).toBe(
    'side mine: 240p has keyframes 2 s apart: no segments of 1 s can be cut',
  )
})
