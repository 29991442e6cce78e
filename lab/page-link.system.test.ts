import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { RunEvent } from '../stream/record.ts'
import { needs } from './test-support/clients.ts'
import { ServedClip, untilPage } from './test-support/link-page.ts'

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 20, size: '320x180' })
}, 60_000)
afterAll(() => clip?.stop())

const HEADER_BYTES = 52
const MSS_BYTES = 1448
const FULL_PACKET_BYTES = 1500
const LEAST_REQUEST_BYTES = 200 // more than an acknowledgement with all its options

const msOf = (packets: number, rateBitsPerSecond: number): number =>
  (packets * FULL_PACKET_BYTES * 8000) / rateBitsPerSecond // 8 bit, 1000 ms

type Transfer = { readonly askedMs: number; arrivedMs: number; deliveredBytes: number }

/** The requests of a record in their order, each with what came back before the next one on its connection. */
function transfersOf(events: readonly RunEvent[]): Transfer[] {
  const newest = new Map<number, Transfer>() // by connection
  const transfers: Transfer[] = []
  for (const event of events) {
    if (event.kind !== 'packet-accepted' && event.kind !== 'packet-delivered') continue
    const { kind, direction, flow, sizeBytes, atMs } = event
    if (kind === 'packet-accepted' && direction === 'up' && sizeBytes >= LEAST_REQUEST_BYTES) {
      const transfer = { askedMs: atMs, arrivedMs: atMs, deliveredBytes: 0 }
      newest.set(flow, transfer)
      transfers.push(transfer)
    }
    const current = newest.get(flow)
    const isData = direction === 'down' && sizeBytes > HEADER_BYTES
    if (kind !== 'packet-delivered' || !isData || current === undefined) continue
    current.arrivedMs = atMs
    current.deliveredBytes += sizeBytes - HEADER_BYTES
  }
  return transfers
}

/** How long each segment took, by the browser's own clock of its network. */
function segmentTimesMs(page: Page): Promise<number[]> {
  return page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(({ name }) => name.endsWith('.ts'))
      .map(({ requestStart, responseEnd }) => responseEnd - requestStart),
  )
}

const expectNear = (ms: number, expectedMs: number): void =>
  expect(Math.abs(ms - expectedMs), `${ms} ms, expected ${expectedMs}`).toBeLessThan(Math.max(5, 0.03 * expectedMs))

test('hls.js gets each segment in the time of the model, and follows a new rate within three segments', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const [rate, newRate, delayMs] = [2_400_000, 1_200_000, 10]
  const link = await clip.makeLink({
    seed: 1,
    downlink: { rateBitsPerSecond: rate, oneWayDelayMs: delayMs },
    uplink: { oneWayDelayMs: delayMs },
  })
  const record = await link.record()
  const page = await clip.openPage(context, `?side=hls&link=${link.id}`)
  const before = await untilPage(page, ({ segments }) => segments?.length === 2)
  await link.patch({ downlink: { rateBitsPerSecond: newRate } })
  const after = await untilPage(page, ({ segments }) => segments.length === 5)
  expect(Math.abs(before.bandwidthEstimateBitsPerSecond / rate - 1)).toBeLessThan(0.25)
  expect(Math.abs(after.bandwidthEstimateBitsPerSecond / newRate - 1)).toBeLessThan(0.25)

  const [, , ...modelled] = transfersOf((await record.end()).events) // after the playlists
  const seenMs = await segmentTimesMs(page)
  expect(seenMs.length).toBe(5)
  for (const [index, { askedMs, arrivedMs, deliveredBytes }] of modelled.entries()) {
    expectNear(seenMs[index] ?? 0, arrivedMs - askedMs)
    if (index === 2) continue // the rate changed while it came
    const packets = Math.ceil(deliveredBytes / MSS_BYTES) // goodput is rate x 1448 / 1500
    expectNear(arrivedMs - askedMs, 2 * delayMs + msOf(packets, index < 2 ? rate : newRate))
  }
})

test('a segment that is played twice crosses the link twice', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const link = await clip.makeLink({ seed: 1, downlink: { rateBitsPerSecond: 20_000_000 } })
  const page = await clip.openPage(context, `?side=hls&link=${link.id}`)
  const first = await untilPage(page, ({ segments }) => segments?.length === 5)
  const { tcp } = await link.get()
  await link.restart()
  await page.reload()
  const again = await untilPage(page, ({ segments }) => segments?.length === 5)
  expect(again.segments.map(({ path }) => path)).toEqual(first.segments.map(({ path }) => path))
  const { tcp: second } = await link.get()
  expect(second.http.requests).toBe(tcp.http.requests)
  const mediaBytes = first.segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  expect(second.downlink.deliveredBytes).toBeGreaterThan(mediaBytes)
})

test('a network that blocks UDP stops RTP and lets HLS play, and the page says why', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const link = await clip.makeLink({ seed: 1, downlink: { oneWayDelayMs: 5 } })
  const page = await clip.openPage(context, `?side=udp&link=${link.id}`)
  await untilPage(page, ({ phase, positionSeconds }) => phase === 'playing' && positionSeconds > 0.5)

  await page.getByRole('switch', { name: 'Block UDP' }).check()
  await page.getByText('This network blocks UDP').waitFor()
  const blocked = await vi.waitFor(async () => {
    const { udp } = await link.get()
    expect(udp.downlink.blockedPackets).toBeGreaterThan(100)
    return udp
  }, 10_000)
  expect(new URL(page.url()).searchParams.get('udpBlocked')).toBe('true')
  const { downlink } = (await link.get()).udp
  expect(downlink.acceptedPackets).toBe(blocked.downlink.acceptedPackets)

  await page.getByRole('radio', { name: 'HLS' }).check({ force: true })
  await untilPage(page, ({ side, phase }) => side === 'hls' && phase === 'playing')
  expect(await page.getByText('This network blocks UDP').count()).toBe(0)
})
