import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium, type LaunchedChromium } from '../lab/test-support/chromium.ts'
import { startWeir, type WeirProcess } from '../lab/test-support/weir-process.ts'
import type { Benchmark } from './benchmark.ts'
import { addClip, makeNoisyClip, type SegmentedVideo } from './noisy-clip.ts'

const CLIP_SECONDS = 32 // as much as runs of 20 s need of a longer one
const WAIT_MS = 60_000

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-what-if-'))
let weir: WeirProcess
let browser: LaunchedChromium
let video: SegmentedVideo

async function prepare(): Promise<void> {
  weir = await startWeir({ mediaFolder: folder })
  const clip = makeNoisyClip(folder, { seconds: CLIP_SECONDS, videoKilobitsPerSecond: 5000, framesPerSecond: 30 })
  video = await addClip(weir.url, clip)
  browser = await launchChromium()
}

/** From the start of the workers, whose code nothing has warmed up, until each of the 25 places has its run of 20 s. */
async function firstMapMs(): Promise<number> {
  const page = await browser.context.newPage()
  try {
    await page.goto(
      `${weir.url}/what-if/${video.id}?preset=perfect&oneWayDelayMs=20&seed=7&variant=${video.bestVariant}`,
    )
    const told = await page.waitForFunction(
      () => (Reflect.get(window, 'weir') as { readonly firstMapMs?: number } | undefined)?.firstMapMs,
      undefined,
      { timeout: WAIT_MS },
    )
    return (await told.jsonValue()) ?? Infinity
  } finally {
    await page.close()
  }
}

export default {
  title: 'The first map of the what-if page: 25 networks, both sides, 20 s of a 5 Mbit/s video each',
  unit: 'ms',
  sides: { 'a fresh page': firstMapMs },
  prepare,
  finish: async () => {
    await browser.close()
    await weir.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  },
  bounds: [{ side: 'a fresh page', is: 'at most', limit: 1000 }],
} satisfies Benchmark
