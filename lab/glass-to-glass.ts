import type { Page } from 'playwright-core'
import { decodeFrameCode, frameCodeGrid } from '../protocol/frame-code.ts'
import { STAMP_WRAP_MS } from '../server/capture-clock.ts'

/** How long after its capture a picture stood on the screen; of many pictures. */
export type GlassToGlass = {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly pictures: number // that were read
}

/** What the page saw: a moment of civil time and the cells of the picture that stood there then, a character a cell. */
type Seen = readonly [unixMs: number, cells: string]

/** Reads the codes that a channel burns into its pictures off a `video` or a `canvas` of the page, at each repaint, for so long. Page and
 *  encoder have one clock: they run on one machine. Rejects when no code could be read. */
export async function measureGlassToGlass(page: Page, selector: string, seconds: number): Promise<GlassToGlass> {
  await page.evaluate('globalThis.__name ??= (each) => each') // esbuild leaves calls of it in functions
  const seen = await page.evaluate(readCodes, { selector, forMs: seconds * 1000, ...frameCodeGrid }) // s to ms
  const firstSeen = new Map<number, number>()
  for (const [unixMs, cells] of seen) {
    const stamp = decodeFrameCode(Uint8Array.from(cells, Number))
    if (stamp !== undefined && !firstSeen.has(stamp)) firstSeen.set(stamp, unixMs)
  }
  const latenciesMs = [...firstSeen]
    .map(([stamp, unixMs]) => (Math.floor(unixMs) - stamp + STAMP_WRAP_MS) % STAMP_WRAP_MS)
    .sort((a, b) => a - b)
  const at = (share: number): number => latenciesMs[Math.floor(share * (latenciesMs.length - 1))] ?? NaN
  if (latenciesMs.length === 0) throw new Error(`no code could be read of ${seen.length} pictures of ${selector}`)
  return { p50Ms: at(0.5), p95Ms: at(0.95), pictures: latenciesMs.length }
}

type Reading = typeof frameCodeGrid & { readonly selector: string; readonly forMs: number }

/** Runs in the page. Of each cell the brightness of its middle, at four pixels a cell. */
function readCodes({
  selector,
  forMs,
  columns,
  rows,
  pictureWidthShare,
  pictureHeightShare,
}: Reading): Promise<Seen[]> {
  const PIXELS = 4
  const canvas = document.createElement('canvas')
  canvas.width = columns * PIXELS
  canvas.height = rows * PIXELS
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  const seen: [number, string][] = []
  const look = (): void => {
    const source = document.querySelector<HTMLVideoElement | HTMLCanvasElement>(selector)
    if (source === null) return
    const isVideo = source instanceof HTMLVideoElement
    const [width, height] = isVideo ? [source.videoWidth, source.videoHeight] : [source.width, source.height]
    if (width === 0 || (isVideo && source.readyState < 2)) return
    const [fromWidth, fromHeight] = [width * pictureWidthShare, height * pictureHeightShare]
    context.drawImage(source, 0, 0, fromWidth, fromHeight, 0, 0, canvas.width, canvas.height)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    let cells = ''
    for (let cell = 0; cell < columns * rows; cell += 1) {
      const x = (cell % columns) * PIXELS + PIXELS / 2
      const y = Math.floor(cell / columns) * PIXELS + PIXELS / 2
      cells += (data[(y * canvas.width + x) * 4 + 1] ?? 0) >= 128 ? '1' : '0'
    }
    if (cells !== seen.at(-1)?.[1]) seen.push([Date.now(), cells])
  }
  return new Promise((resolve) => {
    const untilMs = Date.now() + forMs
    const step = (): void => {
      look()
      if (Date.now() >= untilMs) resolve(seen)
      else requestAnimationFrame(step)
    }
    step()
  })
}
