import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { fetchOutline } from '../lab/test-support/fetch-outline.ts'
import { startWeir, type WeirProcess } from '../lab/test-support/weir-process.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { Outline } from '../protocol/outline.ts'
import type { Benchmark } from './benchmark.ts'
import { addClip, makeNoisyClip } from './noisy-clip.ts'
import { cpuTicks, TICKS_PER_SECOND } from '../lab/process-figures.ts'
import type { ViewersWish } from './viewers-load.ts'

const VIEWERS = 25 // of each kind
const CLIP_KILOBITS_PER_SECOND = 3000
const LEAST_KILOBITS_PER_SECOND = 2700 // of the best variant, as it is sent
const CLIP_SECONDS = 24
const SETTLE_MS = 5500 // everybody has begun: they do so over the 4 s of a segment
const MEASURED_MS = 5000 // more than a segment: what each fetches is spread evenly over it

/** With room for the rate, and without loss: what is measured is how much is sent, not how TCP recovers. */
const profile: LinkProfile = {
  seed: 7,
  downlink: { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 20 },
  uplink: { rateBitsPerSecond: 2_000_000, oneWayDelayMs: 20 },
}

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-viewers-'))
let weir: WeirProcess
let watched: Pick<ViewersWish, 'videoId' | 'variant' | 'segments'>

async function prepare(): Promise<void> {
  weir = await startWeir({ mediaFolder: folder })
  const clip = makeNoisyClip(folder, { seconds: CLIP_SECONDS, videoKilobitsPerSecond: CLIP_KILOBITS_PER_SECOND })
  const { id, bestVariant } = await addClip(weir.url, clip)
  const outline = await fetchOutline(`${weir.url}/hls/${id}/${bestVariant}`)
  checkRate(outline)
  watched = { videoId: id, variant: bestVariant, segments: outline.segments }
}

function checkRate({ segments }: Outline): void {
  const bytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const seconds = segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
  const kilobitsPerSecond = (bytes * 8) / 1000 / seconds
  if (kilobitsPerSecond >= LEAST_KILOBITS_PER_SECOND) return
  throw new Error(`the best variant has ${Math.round(kilobitsPerSecond)} kbit/s, too few for this benchmark`)
}

async function makeLinks(count: number): Promise<string[]> {
  const headers = { 'Content-Type': 'application/json' }
  const made = Array.from({ length: count }, async () => {
    const answer = await fetch(`${weir.url}/api/links`, { method: 'POST', headers, body: JSON.stringify({ profile }) })
    return ((await answer.json()) as { readonly id: string }).id
  })
  return Promise.all(made)
}

/** Per cent of a core that the server takes while they watch. Throws when they do not get what they watch. */
async function serverLoad(kinds: { readonly hls: number; readonly rtsp: number; readonly channel: number }) {
  const wish: ViewersWish = {
    url: weir.url,
    rtspUrl: weir.rtspUrl,
    ...watched,
    hlsLinks: await makeLinks(kinds.hls),
    rtspLinks: await makeLinks(kinds.rtsp),
    channelLinks: await makeLinks(kinds.channel),
  }
  const load = loadProcess(wish)
  await sleep(SETTLE_MS)
  await load.received()
  const [startTicks, startMs] = [cpuTicks(weir.pid), performance.now()]
  await sleep(MEASURED_MS)
  const [ticks, seconds] = [cpuTicks(weir.pid) - startTicks, (performance.now() - startMs) / 1000]
  const received = await load.received()
  await load.end()
  checkReceived(received, kinds, seconds)
  return (100 * ticks) / TICKS_PER_SECOND / seconds
}

function loadProcess(wish: ViewersWish) {
  const script = join(import.meta.dirname, 'viewers-load.ts')
  const args = ['--import', import.meta.resolve('tsx'), script, JSON.stringify(wish)]
  const child = trackChild(spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }))
  const lines = createInterface(child.stdout)
  return {
    received: async () => {
      child.stdin.write('\n')
      return JSON.parse(await nextLine(child, lines)) as Record<'hls' | 'rtsp' | 'channel', number>
    },
    end: async () => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

async function nextLine(child: ChildProcess, lines: Interface): Promise<string> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the viewers ended with ${code}`)))
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
  ended.catch(() => {}) // it may end later
  return line
}

/** Of the variant's rate; a data channel is slowed by its own congestion control when the machine is busy. */
const ENOUGH = { hls: 0.85, rtsp: 0.85, channel: 0.6 }

function checkReceived(
  received: Record<'hls' | 'rtsp' | 'channel', number>,
  kinds: Record<'hls' | 'rtsp' | 'channel', number>,
  seconds: number,
): void {
  for (const kind of ['hls', 'rtsp', 'channel'] as const) {
    const kilobitsPerSecond = (received[kind] * 8) / 1000 / seconds / Math.max(1, kinds[kind])
    if (kinds[kind] === 0 || kilobitsPerSecond >= ENOUGH[kind] * LEAST_KILOBITS_PER_SECOND) continue
    throw new Error(`a viewer by ${kind} got ${Math.round(kilobitsPerSecond)} kbit/s`)
  }
}

export default {
  title: `Live viewers at 3 Mbit/s, each behind a link of its own of 8 Mbit/s and 20 ms: the server's CPU`,
  unit: '% of a core',
  sides: {
    '25 HLS and 25 RTSP': () => serverLoad({ hls: VIEWERS, rtsp: VIEWERS, channel: 0 }),
    '25 by data channel': () => serverLoad({ hls: 0, rtsp: 0, channel: VIEWERS }),
  },
  prepare,
  finish: async () => {
    await weir.stop()
    rmSync(folder, { recursive: true, force: true })
  },
  bounds: [{ side: '25 HLS and 25 RTSP', is: 'at most', limit: 50 }],
} satisfies Benchmark
