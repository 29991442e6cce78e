import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeOutline } from '../protocol/outline.ts'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { toldRun } from '../simulation/test-support/told-run.ts'
import { RunLog } from './run-log.ts'
import { WhyStore } from './why-store.ts'

const outline = testOutline({ seconds: 20, videoBitsPerSecond: 2_000_000 })
const line = { rateBitsPerSecond: 6_000_000, oneWayDelayMs: 30 }
const uplink = { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 30 }
const run = toldRun(outline, { seed: 7, downlink: { ...line, loss: { kind: 'random', lossRatio: 0.02 } }, uplink })

const lossMs = run.find((event) => event.kind === 'packets-given-up' && event.track === 'video')?.atMs ?? 0

const asked: string[] = []
const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  response.end(writeOutline(outline))
})

beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)))
afterAll(() => new Promise((closed) => server.close(closed)))

function listenTo(log: RunLog): WhyStore {
  const { port } = server.address() as AddressInfo
  return new WhyStore({
    log,
    packageFolder: () => `http://127.0.0.1:${port}/hls/x`,
    jitterBufferMs: 200,
    frameIntervalMs: 1000 / 30,
  })
}

test('WhyStore shows the newest story, and holds what is being read', async () => {
  const log = new RunLog()
  const store = listenTo(log)
  log.tell(run.filter(({ atMs }) => atMs <= lossMs))
  await expect.poll(() => store.shown.value?.kind, { timeout: 3000 }).toBe('damage')
  store.unfold()
  const held = store.shown.value
  log.tell(run.filter(({ atMs }) => atMs > lossMs))
  await expect.poll(() => store.newest.value?.kind, { timeout: 3000 }).toBe('stall') // the last thing in this run
  expect(store.shown.value).toBe(held)
  store.fold()
  expect(store.shown.value).toBe(store.newest.value)
  store.close()
})

test('WhyStore says of a lost packet of sound, or of HLS, why it has no story', () => {
  const log = new RunLog()
  const store = listenTo(log)
  log.tell([
    { kind: 'rtp-started', atMs: 0, track: 'audio', variant: 'a', ssrc: 5, firstSequenceNumber: 0, startSeconds: 0 },
  ])
  const of = { direction: 'down', flow: 1, packet: 1, sizeBytes: 100, atMs: 10, cause: 'loss' } as const
  const dropped = { kind: 'packet-dropped', ...of } as const
  const sound = { ...dropped, lane: 'udp', traffic: 'rtp', ssrc: 5, sequenceNumber: 0 } as const
  expect(store.explainPacket({ atMs: 10, side: 'udp', event: sound })).toBeUndefined()
  expect([store.remark.value, store.choices.value]).toEqual(['sound', 1])
  const ofTcp = { ...dropped, lane: 'tcp', traffic: 'tcp' } as const
  expect(store.explainPacket({ atMs: 10, side: 'hls', event: ofTcp })).toBeUndefined()
  expect([store.remark.value, store.choices.value]).toEqual(['repaired', 2])
  store.close()
})

test('WhyStore explains what is chosen, having asked for the outline once', async () => {
  asked.length = 0
  const log = new RunLog()
  const store = listenTo(log)
  log.tell(run)
  expect(store.explainLoss({ sequenceNumber: 11 })).toBeUndefined() // the outline is on its way
  await expect.poll(() => store.explainLoss({ sequenceNumber: 11 })?.kind).toBe('damage')
  expect(store.isUnfolded.value).toBe(true)
  const frozen = run.find((event) => event.kind === 'frame-frozen')
  const story = store.explainFrame(frozen?.kind === 'frame-frozen' ? (frozen.ptsTicks ?? 0) : 0)
  expect(story?.kind === 'damage' && story.asked.state).toBe('frozen')
  expect(store.explainStall(-60_000)).toBeUndefined()
  expect(store.shown.value).toBe(story) // what cannot be explained changes nothing else
  expect(store.remark.value).toBe('unknown')
  expect(asked).toEqual(['/hls/x/made-up/outline.json'])
  store.close()
})
