import type { Page } from 'playwright-core'
import { expect, test, vi, type TestContext } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import type { Outline } from '../protocol/outline.ts'
import { UDP_IPV4_HEADER_BYTES, type LinkPacket } from '../link/link-packet.ts'
import { predictDamage } from '../stream/predict-damage.ts'
import { PacketQueue } from '../stream/packet-queue.ts'
import { DEFAULT_MAX_RTP_BYTES, scheduleFacts, scheduleSegment, type PlannedPacket } from '../stream/send-schedule.ts'
import { makeClip } from '../server/test-support/clips.ts'
import { listVideos, untilStatus } from '../server/test-support/weir-client.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { fetchOutline } from './test-support/fetch-outline.ts'
import { untilPage, type UdpState } from './test-support/page-state.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { startWeir } from './test-support/weir-process.ts'

/** What else these tests read of `window.weir`. */
type Snapshot = UdpState & {
  readonly view: 'hls' | 'udp' | 'both'
  readonly transport: string
  readonly damagedFrames: readonly number[]
  readonly frozenFrames: readonly number[]
  readonly decoderResets: number
}

const GOP_SECONDS = 2

async function until(page: Page, isSo: (now: Snapshot) => boolean): Promise<Snapshot> {
  return (await untilPage(page, (now) => isSo(now as Snapshot), 60_000)) as Snapshot
}

async function startWithClip(context: TestContext, seconds: number) {
  needs(context, 'chromium')
  const clip = makeClip(context, temporaryFolder(context), { seconds, size: '320x180' })
  const weir = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { page } = await openChromium(context)
  await page.goto(weir.url)
  await page.getByLabel('Choose videos to upload').setInputFiles(clip)
  const id = await vi.waitFor(
    async () => {
      const [video] = await listVideos(weir.url)
      if (video === undefined) throw new Error('the upload is not in the library yet')
      return video.id
    },
    { timeout: 20_000, interval: 50 },
  )
  const { variants } = await untilStatus(weir.url, id, ['ready'])
  return { url: weir.url, page, id, variant: variants[0]?.name ?? '' }
}

test('a page uploads a video, plays it over HLS, and goes on over UDP at the same position', async (context) => {
  needs(context, 'node-datachannel')
  const { page, id } = await startWithClip(context, 8)
  await page.locator(`a[href="/compare/${id}"]`).first().click()
  await until(page, ({ view }) => view === 'both')
  await page.getByRole('radio', { name: 'HLS' }).check({ force: true })
  const hls = await until(page, ({ view, phase, positionSeconds }) => {
    return view === 'hls' && phase === 'playing' && positionSeconds > 2.5
  })
  expect(hls.measures['stallSeconds']).toBeLessThan(0.5) // two sides begin at once on a busy machine

  await page.getByRole('radio', { name: 'UDP' }).check({ force: true })
  const udp = await until(page, ({ side, phase }) => side === 'udp' && phase === 'playing')
  const switchedSeconds = (await until(page, ({ measures }) => measures['receivedPackets'] !== 0)).startSeconds
  expect(switchedSeconds % GOP_SECONDS).toBeCloseTo(0, 3) // a keyframe
  expect(switchedSeconds).toBeLessThanOrEqual(udp.positionSeconds)
  expect(hls.positionSeconds - switchedSeconds).toBeLessThan(GOP_SECONDS + 1)

  await page.keyboard.press('Space') // the switch has the focus
  await until(page, ({ phase }) => phase === 'paused')
  await page.keyboard.press('Space')

  const ended = await until(page, ({ phase }) => phase === 'ended')
  expect(ended.transport).toBe('RTP, no repair') // the WebSocket twin names TCP
  expect(ended).toMatchObject({
    lostSequenceNumbers: { video: [], audio: [] },
    damagedFrames: [],
    frozenFrames: [],
    decoderResets: 0,
  })

  await page.getByRole('radio', { name: 'HLS' }).check({ force: true })
  await until(page, ({ side, positionSeconds }) => side === 'hls' && positionSeconds > 7)
})

const rising = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b)

/** What the link does with the whole video: from sizes, schedule and seed, without a socket. */
function virtualLosses(outline: Outline, seed: number, lossRatio: number) {
  const lost = { video: new Set<number>(), audio: [] as number[] }
  const offered: { readonly trackIndex: number; readonly index: number }[] = []
  const counts = [0, 0]
  const link = new AccessLink({ seed, downlink: { loss: { kind: 'random', lossRatio } } })
  const dropped = ({ id }: LinkPacket): void => {
    const sent = offered[id]
    if (sent === undefined) return
    if (sent.trackIndex === 0) lost.video.add(sent.index)
    else lost.audio.push(sent.index)
  }
  const flow = link.openFlow({ down: { dropped } })
  const queue = new PacketQueue<PlannedPacket>(outline.audio)
  const schedule = { maxRtpBytes: DEFAULT_MAX_RTP_BYTES, ...scheduleFacts(outline) }
  for (const segment of outline.segments) {
    queue.add(scheduleSegment(segment, schedule))
  }
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    const { trackIndex, sizeBytes, sendMs } = next.packet
    offered.push({ trackIndex, index: counts[trackIndex] ?? 0 })
    counts[trackIndex] = (counts[trackIndex] ?? 0) + 1
    const packet = {
      id: offered.length - 1,
      flow,
      sizeBytes: sizeBytes + UDP_IPV4_HEADER_BYTES,
      traffic: 'rtp',
    } as const
    link.send('down', packet, sendMs)
  }
  link.advance(1e9)
  return lost
}

test('at 5 % with seed 7 the page misses what the link dropped, and sees the damage that the outline predicts', async (context) => {
  needs(context, 'node-datachannel')
  const { url, page, id, variant } = await startWithClip(context, 8)
  const outline = await fetchOutline(`${url}/hls/${id}/${variant}`)
  await page.goto(`${url}/compare/${id}?side=udp&variant=${variant}&lossRatio=0.05&seed=7`)
  const seen = await until(page, ({ phase }) => phase === 'ended')

  const first = (kind: string): number => seen.tracks.find((track) => track.kind === kind)?.sequenceNumber ?? 0
  const indices = (kind: 'video' | 'audio'): number[] =>
    rising(seen.lostSequenceNumbers[kind].map((number) => (number - first(kind)) & 0xffff))
  const lost = virtualLosses(outline, 7, 0.05)
  expect(lost.video.size).toBeGreaterThan(5)
  expect(indices('video')).toEqual(rising([...lost.video]))
  expect(indices('audio')).toEqual(rising(lost.audio))

  const status = (await (await fetch(`${url}/api/udp-sessions/${seen.session}`)).json()) as {
    readonly dropped: readonly { readonly sequenceNumber: number }[]
  }
  const told = [...seen.lostSequenceNumbers.video, ...seen.lostSequenceNumbers.audio]
  expect(rising(status.dropped.map(({ sequenceNumber }) => sequenceNumber))).toEqual(rising(told))

  const frames = outline.segments.flatMap((segment) => segment.frames)
  const predicted = predictDamage(frames, DEFAULT_MAX_RTP_BYTES, lost.video)
  const ofState = (state: string): number[] =>
    predicted.filter((frame) => frame.state === state).map(({ frame }) => frame.ptsTicks)
  expect(ofState('damaged').length).toBeGreaterThan(0)
  expect(rising(seen.damagedFrames)).toEqual(rising(ofState('damaged')))
  expect(rising(seen.frozenFrames)).toEqual(rising(ofState('frozen')))
  expect(seen.decoderResets).toBe(0)
})
