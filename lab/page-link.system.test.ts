import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import { TcpConnection } from '../link/tcp/connection.ts'
import type { RunEvent } from '../stream/record.ts'
import { needs } from './test-support/clients.ts'
import { untilPage } from './test-support/page-state.ts'
import { ServedClip, type Summary } from './test-support/served-clip.ts'
import { inLongRun, matrix } from './test-support/long-run.ts'

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 20, size: '320x180' })
}, 120_000)
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
    const { kind, lane, direction, flow, sizeBytes, atMs } = event
    if (lane !== 'tcp') continue // its flows have numbers of their own
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

/** By how much a time is off beyond 3 % or 5 ms. */
const offMs = (ms: number, expectedMs: number): number =>
  Math.max(0, Math.abs(ms - expectedMs) - Math.max(5, 0.03 * expectedMs))

/** All of them are right. Of a run that by its own word does not count, because the machine is too busy, the middle one is
 *  off by no more than the link says that it was late. */
function expectRight(offsMs: readonly number[], { warning, timerLagMsP99 }: Summary): void {
  if (warning === undefined) return expect(offsMs).toEqual(offsMs.map(() => 0))
  const middleMs = offsMs.toSorted((a, b) => a - b)[Math.floor(offsMs.length / 2)]
  expect(middleMs, `off by ${offsMs.join(', ')} ms`).toBeLessThan(timerLagMsP99)
}

/** All but the worst: the browser is another process, whose own pauses the link knows nothing of. One of its five times may
 *  hold such a pause. */
const allButWorst = (offsMs: readonly number[]): number[] => offsMs.toSorted((a, b) => a - b).slice(0, -1)

for (const congestionControl of matrix(['cubic', 'reno', 'bbr'])) {
  test(`hls.js over ${congestionControl} gets each segment in the time of the model, and follows a new rate within three segments`, async (context) => {
    needs(context, 'chromium')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const [rate, newRate, delayMs] = [2_400_000, 1_200_000, 10]
    const link = await clip.makeLink({
      seed: 1,
      downlink: { rateBitsPerSecond: rate, queueMs: 2000, oneWayDelayMs: delayMs }, // holds a whole segment: no loss at all
      uplink: { oneWayDelayMs: delayMs },
      tcp: { congestionControl },
    })
    const record = await link.record()
    const page = await clip.openPage(context, `?side=hls&link=${link.id}`)
    const before = await untilPage(page, ({ segments }) => segments?.length === 2)
    await link.patch({ downlink: { rateBitsPerSecond: newRate } })
    const after = await untilPage(page, ({ segments }) => segments.length === 5)
    expect(before.bandwidthEstimateBitsPerSecond).toBeGreaterThan(1.25 * newRate)
    expect(Math.abs(after.bandwidthEstimateBitsPerSecond / newRate - 1)).toBeLessThan(0.25)

    const summary = await link.get()
    const [, , ...modelled] = transfersOf((await record.end()).events) // after the playlists
    const seenMs = await segmentTimesMs(page)
    expect(seenMs.length).toBe(5)
    expectRight(
      allButWorst(modelled.map(({ askedMs, arrivedMs }, index) => offMs(seenMs[index] ?? 0, arrivedMs - askedMs))),
      summary,
    )
    const atOneRate = modelled.flatMap((transfer, index) => {
      if (index === 2) return [] // the rate changed while it came
      return [{ ...transfer, rateBitsPerSecond: index < 2 ? rate : newRate }]
    })
    expectRight(
      atOneRate.map(({ askedMs, arrivedMs, deliveredBytes, rateBitsPerSecond }) => {
        const packets = Math.ceil(deliveredBytes / MSS_BYTES) // goodput is rate x 1448 / 1500
        return offMs(arrivedMs - askedMs, 2 * delayMs + msOf(packets, rateBitsPerSecond))
      }),
      summary,
    )
  })
}

if (inLongRun)
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

/** How long the answer to each request takes in the model, asked one after the other on one connection, and when the first
 *  one left: no server's and no player's time is in it. */
function modelledFetches(profile: LinkProfile, responseBytes: readonly number[]) {
  const link = new AccessLink(profile)
  const askedMs: number[] = []
  const tookMs: number[] = []
  let arrivedBytes = 0
  const ask = (atMs: number): void => {
    askedMs.push(atMs)
    connection.request(LEAST_REQUEST_BYTES, atMs)
  }
  const connection = new TcpConnection(
    link,
    { congestionControl: 'cubic', tlsRoundTrips: 0 },
    {
      established: ask,
      requestArrived: (_bytes, atMs) => void connection.write(responseBytes[tookMs.length] ?? 0, atMs),
      responseArrived: (bytes, atMs) => {
        arrivedBytes += bytes
        if (arrivedBytes < (responseBytes[tookMs.length] ?? 0)) return
        arrivedBytes = 0
        tookMs.push(atMs - (askedMs.at(-1) ?? 0))
        if (tookMs.length < responseBytes.length) ask(atMs)
      },
    },
  )
  connection.open(0)
  link.advance(60_000)
  return { handshakeMs: askedMs[0] ?? 0, tookMs, allMs: (askedMs.at(-1) ?? 0) + (tookMs.at(-1) ?? 0) }
}

const ROUND_TRIP_MS = 300
const JITTER_BUFFER_MS = 200
const MARGIN_MS = 1000 // of a startup: what takes no time on the link, on a busy machine (the server, parsing, decoding)

const expectStartup = (ms: number | undefined, predictedMs: number): void => {
  expect(ms).toBeGreaterThan(predictedMs - 5)
  expect(ms).toBeLessThan(predictedMs + MARGIN_MS)
}

if (inLongRun)
  test('over a round trip of 300 ms HLS starts after handshake, two playlists and a segment, UDP after the conversation of RTSP', async (context) => {
    needs(context, 'chromium')
    needs(context, 'node-datachannel')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const far = { oneWayDelayMs: ROUND_TRIP_MS / 2 }
    const profile = { seed: 1, downlink: far, uplink: far }
    const link = await clip.makeLink(profile)
    const record = await link.record()
    const page = await clip.openPage(context, `?side=hls&link=${link.id}`)
    const hls = await untilPage(page, ({ measures }) => measures?.['startupMs'] !== undefined)
    await page.getByRole('radio', { name: 'UDP' }).check({ force: true })
    const udp = await untilPage(page, ({ side, measures }) => side === 'udp' && measures['startupMs'] !== undefined)

    const fetched = transfersOf((await record.end()).events).slice(0, 3)
    const modelled = modelledFetches(
      profile,
      fetched.map(({ deliveredBytes }) => deliveredBytes),
    )
    expect(modelled.handshakeMs).toBe(ROUND_TRIP_MS)
    expect(modelled.tookMs.slice(0, 2)).toEqual([ROUND_TRIP_MS, ROUND_TRIP_MS])
    expect(fetched[0]?.askedMs).toBe(ROUND_TRIP_MS)
    for (const [index, { askedMs, arrivedMs }] of fetched.entries()) {
      const serverMs = arrivedMs - askedMs - (modelled.tookMs[index] ?? 0)
      expect(serverMs).toBeGreaterThanOrEqual(0)
      expect(serverMs).toBeLessThan(ROUND_TRIP_MS / 2) // no round trip more
    }
    expectStartup(hls.measures['startupMs'], modelled.allMs)

    // Handshake, DESCRIBE, two SETUP, and the way of PLAY there; the first packet's way back and the jitter buffer.
    const { modelledMs = 0, transportMs = 0 } = udp.setup ?? {}
    expect(modelledMs).toBeCloseTo(4.5 * ROUND_TRIP_MS, 6)
    expect(transportMs).toBeGreaterThan(0)
    expectStartup(udp.measures['startupMs'], modelledMs + ROUND_TRIP_MS / 2 + JITTER_BUFFER_MS)
  })

if (inLongRun)
  test('the panel sets the link by mouse and keyboard, and its address makes the network again', async (context) => {
    needs(context, 'chromium')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const link = await clip.makeLink({ seed: 1, downlink: {} })
    const page = await clip.openPage(context, `?side=hls&link=${link.id}`)
    await untilPage(page, ({ phase }) => phase === 'playing')

    await page.getByLabel('Preset').selectOption('train')
    await page.getByRole('slider', { name: 'Loss' }).focus()
    await page.keyboard.press('End')
    await page.getByText('More of this network').press('Enter')
    await page.getByLabel('Losses come').selectOption('gilbert-elliott')
    await page.getByText('not the same moments').waitFor()
    await page.getByLabel('Congestion control').selectOption('bbr')
    await page.getByText('TCP modelled (BBR)').waitFor()
    await page.getByLabel('Seed', { exact: true }).fill('42')
    await page.keyboard.press('Enter')
    const set = {
      name: 'train',
      seed: 42,
      downlink: { loss: { kind: 'gilbert-elliott', lossRatio: 0.3, meanBurstPackets: 4 } },
      tcp: { congestionControl: 'bbr' },
    }
    await expect.poll(async () => (await link.get()).profile).toMatchObject(set)

    const { profile, startedUnixMs } = await link.get()
    await page.getByRole('button', { name: 'Start anew' }).click()
    await expect.poll(async () => (await link.get()).startedUnixMs).not.toBe(startedUnixMs)

    const other = await clip.makeLink({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000, jitterMs: 7 } })
    await page.goto(page.url().replace(link.id, other.id))
    await expect.poll(async () => (await other.get()).profile).toEqual(profile)
  })
