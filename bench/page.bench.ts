import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium, type LaunchedChromium } from '../lab/test-support/chromium.ts'
import { startWeir, type WeirProcess } from '../lab/test-support/weir-process.ts'
import type { Benchmark } from './benchmark.ts'
import { addClip, makeNoisyClip, type SegmentedVideo } from './noisy-clip.ts'

const CLIP_SECONDS = 20
const SETTLE_MS = 3000 // both play, and HLS has filled its buffer
const MEASURED_MS = 8000

type Page = LaunchedChromium['page']
type CDPSession = Awaited<ReturnType<LaunchedChromium['context']['newCDPSession']>>

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-page-'))
let weir: WeirProcess
let browser: LaunchedChromium
let video: SegmentedVideo

async function prepare(): Promise<void> {
  weir = await startWeir({ mediaFolder: folder })
  const clip = makeNoisyClip(folder, { seconds: CLIP_SECONDS, videoKilobitsPerSecond: 3000, framesPerSecond: 30 })
  video = await addClip(weir.url, clip)
  browser = await launchChromium({ flags: ['--autoplay-policy=no-user-gesture-required'] })
}

/** CPU time of the page's main thread since it began: what the rest of the machine does is not in it. */
async function workedSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0
}

/** Per cent of a core that the page's main thread takes while the sides play. Pictures of HLS are decoded by the media
 *  process, those of UDP in a worker. Throws when they do not play all the time. */
async function mainThreadLoad(query: string): Promise<number> {
  const page = await browser.context.newPage()
  try {
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable')
    await page.goto(`${weir.url}/compare/${video.id}${query}&variant=${video.bestVariant}`)
    await page.waitForTimeout(SETTLE_MS)
    const [positionSeconds, startSeconds, startMs] = [
      await position(page),
      await workedSeconds(session),
      performance.now(),
    ]
    await page.waitForTimeout(MEASURED_MS)
    const [worked, seconds] = [(await workedSeconds(session)) - startSeconds, (performance.now() - startMs) / 1000]
    const played = (await position(page)) - positionSeconds
    if (played < 0.9 * seconds) throw new Error(`it played ${played} s in ${seconds} s`)
    return (100 * worked) / seconds
  } finally {
    await page.close()
  }
}

const position = (page: Page): Promise<number> =>
  page.evaluate(() => (Reflect.get(window, 'weir') as { readonly positionSeconds: number }).positionSeconds)

export default {
  title: 'The compare page at 720p, 30 pictures a second: its own main thread, without decoding',
  unit: '% of a core',
  sides: {
    'both sides, in step': () => mainThreadLoad('?side=both&inStep=true'),
  },
  prepare,
  finish: async () => {
    await browser.close()
    await weir.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  },
  bounds: [{ side: 'both sides, in step', is: 'at most', limit: 15 }],
} satisfies Benchmark
