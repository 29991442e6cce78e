import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import { needs } from './test-support/clients.ts'
import { pageState, untilSides, type BothState } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { inLongRun } from './test-support/long-run.ts'

const PRESETS = ['lossy', 'wifi', 'lte'] as const
const WATCH_SECONDS = Number(process.env['WEIR_TEST_WATCH_SECONDS'] ?? 1800) // less to try it
const WARM_UP_SECONDS = Math.min(60, WATCH_SECONDS / 3)
const READ_EVERY_MS = 1000
const MOST_APART_MS = 100
const MOST_READINGS_APART = 2 // in a row: of three the first and the last lie two seconds apart
const MOST_GROWTH_BYTES = 20e6

/** A page that watches one preset, and what is noticed meanwhile. */
type Watch = {
  readonly preset: string
  readonly page: Page
  readonly devTools: CDPSession
  readonly complaints: string[] // of the page: errors, and sides that failed
  readonly apartMs: (number | undefined)[] // a reading a second, while both play
  warmHeapBytes: number
}

async function openWatch(page: Page, served: ServedClip, preset: string): Promise<Watch> {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  const link = await served.makeLink({ downlink: {} })
  const query = `?side=both&inStep=true&preset=${preset}&seed=7&link=${link.id}&variant=${served.variant}`
  await page.goto(`${served.weir.url}/compare/${served.videoId}${query}`)
  await untilSides(page, ({ udp }) => udp.phase === 'playing', 60_000)
  const devTools = await page.context().newCDPSession(page)
  return { preset, page, devTools, complaints, apartMs: [], warmHeapBytes: 0 }
}

async function heapBytes({ devTools }: Watch): Promise<number> {
  await devTools.send('HeapProfiler.collectGarbage')
  return (await devTools.send('Runtime.getHeapUsage')).usedSize
}

/** One reading, by the positions or by the page's own figure, whichever is larger; true once both have ended. */
async function look(watch: Watch): Promise<boolean> {
  const { sides, aheadMs = 0 } = (await pageState(watch.page)) as BothState
  const { hls, udp } = sides
  for (const { side, phase } of [hls, udp]) if (phase === 'failed') watch.complaints.push(`${side} failed`)
  const bothPlay = hls.phase === 'playing' && udp.phase === 'playing'
  const byPositionsMs = (hls.positionSeconds - udp.positionSeconds) * 1000
  watch.apartMs.push(bothPlay ? Math.max(Math.abs(byPositionsMs), Math.abs(aheadMs)) : undefined)
  return hls.phase === 'ended' && udp.phase === 'ended'
}

/** How many readings in a row were beyond the bound, at most. */
function longestApart(apartMs: Watch['apartMs']): number {
  let [longest, current] = [0, 0]
  for (const ms of apartMs) {
    current = ms !== undefined && ms > MOST_APART_MS ? current + 1 : 0
    longest = Math.max(longest, current)
  }
  return longest
}

async function watchToTheEnd(watch: Watch): Promise<void> {
  const deadlineMs = performance.now() + (WATCH_SECONDS + 60) * 1000
  const warmMs = performance.now() + WARM_UP_SECONDS * 1000
  while (!(await look(watch))) {
    if (performance.now() > deadlineMs) throw new Error(`${watch.preset} has not ended`)
    if (watch.warmHeapBytes === 0 && performance.now() > warmMs) watch.warmHeapBytes = await heapBytes(watch)
    await watch.page.waitForTimeout(READ_EVERY_MS)
  }
}

/** The RTP packets that the viewer says it lost, and those that the link took. */
async function lostPackets({ page }: Watch, { weir }: ServedClip): Promise<{ seen: number; taken: number }> {
  const { measures, session } = ((await pageState(page)) as BothState).sides.udp
  const { droppedPackets } = (await (await fetch(`${weir.url}/api/udp-sessions/${session}`)).json()) as UdpSessionStatus
  return {
    seen: measures['lostPackets'] ?? -1,
    taken: droppedPackets.loss + droppedPackets.queue + droppedPackets.gateway,
  }
}

// Registered in the long run alone: half an hour has no short form.
if (inLongRun) {
  let clip: ServedClip | undefined
  beforeAll(async () => {
    clip = await ServedClip.start({ seconds: WATCH_SECONDS, size: '320x180', keyframeFrames: 50 })
  }, 1_200_000)
  afterAll(() => clip?.stop())

  test(`three pages on three presets play ${WATCH_SECONDS} s held in step, without an error, drift or growth`, async (context) => {
    needs(context, 'chromium')
    needs(context, 'node-datachannel')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const served = clip
    const first = await served.openPage(context, '?side=hls')
    const pages = [first, await first.context().newPage(), await first.context().newPage()]
    const watches = await Promise.all(PRESETS.map((preset, index) => openWatch(pages[index]!, served, preset)))
    await Promise.all(watches.map(watchToTheEnd))
    for (const watch of watches) {
      const { preset, complaints, apartMs, warmHeapBytes } = watch
      const grownBytes = (await heapBytes(watch)) - warmHeapBytes
      const { seen, taken } = await lostPackets(watch, served)
      const bothPlayed = apartMs.filter((ms) => ms !== undefined)
      const beyond = bothPlayed.filter((ms) => ms > MOST_APART_MS).length
      console.log(
        `${preset}: ${bothPlayed.length} readings, ${beyond} beyond ${MOST_APART_MS} ms, in a row ${longestApart(apartMs)}; ` +
          `lost ${seen} of ${taken}; heap ${warmHeapBytes} and ${grownBytes} more`,
      )
      expect(complaints).toEqual([])
      expect(bothPlayed.length).toBeGreaterThan(0.8 * WATCH_SECONDS)
      expect(longestApart(apartMs), preset).toBeLessThanOrEqual(MOST_READINGS_APART)
      expect(seen).toBe(taken)
      expect(grownBytes).toBeLessThan(MOST_GROWTH_BYTES)
    }
  })
}
