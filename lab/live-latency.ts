import type { BrowserContext } from 'playwright-core'
import type { Channel } from '../protocol/weir-api.ts'
import { liveSettings } from '../stream/live-settings.ts'
import { measureGlassToGlass, type GlassToGlass } from './glass-to-glass.ts'
import { playWithHls } from './hls-page.ts'

/** A way of watching a live channel, and how late its pictures may be. */
export type LiveWay = {
  readonly name: string
  readonly boundMs: number // p50, capture to screen, browser and encoder on one machine
  readonly settleMs: number // until the player is where it wants to be
  readonly open: (context: BrowserContext, base: string, channel: Channel) => Promise<LivePlayer>
}

type LivePlayer = { readonly page: Awaited<ReturnType<BrowserContext['newPage']>>; readonly selector: string }

const JITTER_BUFFER_MS = 100

export const liveWays: readonly LiveWay[] = [
  {
    ...{ name: 'LL-HLS, parts of 200 ms', boundMs: 900, settleMs: 12_000 },
    open: (context, base, { urls }) => withHls(context, `${base}${urls.lowLatencyHls}`),
  },
  {
    ...{ name: 'live HLS, segments of 2 s', boundMs: 7000, settleMs: 15_000 },
    open: (context, base, { urls }) => withHls(context, `${base}${urls.hls}`),
  },
  {
    ...{ name: `UDP, jitter buffer of ${JITTER_BUFFER_MS} ms`, boundMs: 250, settleMs: 5000 },
    open: async (context, base, { id }) => {
      const page = await context.newPage()
      await page.goto(`${base}/compare/${id}?side=udp&jitterBufferMs=${JITTER_BUFFER_MS}`)
      return { page, selector: 'canvas' }
    },
  },
]

/** With the settings of our own page. */
async function withHls(context: BrowserContext, address: string): Promise<LivePlayer> {
  const page = await context.newPage()
  await playWithHls(page, address, liveSettings)
  return { page, selector: 'video' }
}

/** One run: the player is opened, comes to rest, and is read for so long. */
export async function measureWay(
  { open, settleMs }: LiveWay,
  context: BrowserContext,
  base: string,
  channel: Channel,
  seconds: number,
): Promise<GlassToGlass> {
  const { page, selector } = await open(context, base, channel)
  try {
    await page.waitForTimeout(settleMs)
    return await measureGlassToGlass(page, selector, seconds)
  } finally {
    await page.close()
  }
}

/** Loops a video of the library. */
export function loopChannel(base: string, videoId: string): Promise<Channel> {
  return makeChannel(base, { loop: videoId })
}

/** As `POST /api/channels` is asked for it. Rejects with what it answers otherwise. */
export async function makeChannel(base: string, wish: object): Promise<Channel> {
  const answer = await fetch(`${base}/api/channels`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(wish),
  })
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Channel
}
