import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { findClient, needs } from '../lab/test-support/clients.ts'
import type { LinkProfile } from '../link/profile.ts'
import { readOutline } from '../protocol/outline.ts'
import { makePackage } from '../segmenter/package.ts'
import { findTools } from '../segmenter/tools.ts'
import { compare } from '../simulation/comparison.ts'
import type { RunEvent, ViewerEvent, ViewerSide } from '../stream/record.ts'
import type { OpenPresentation } from '../udp-relay/presentation-source.ts'
import { measureDisplayedQuality } from './displayed-quality.ts'
import { makeClip } from './test-support/clips.ts'

const FRAME_INTERVAL_MS = 40
const FRAME_TICKS = 3600 // 90 kHz
const SECONDS = 5
const FRAMES = 125

let folder = ''
let variants: readonly OpenPresentation[] = []

beforeAll(async () => {
  if (findClient('ffmpeg') === undefined) return
  folder = mkdtempSync(join(tmpdir(), 'weir-test-'))
  const unskippable = { skip: (reason?: string) => Promise.reject(new Error(reason)) } as unknown as TestContext
  const clip = makeClip(unskippable, folder, { seconds: SECONDS, size: '640x360' })
  // Encoded: the clip's own pictures have one keyframe alone, and nothing comes back after the loss of that.
  const made = await makePackage(clip, join(folder, 'hls'), { tools: await findTools(process.env), copy: false })
  variants = await Promise.all(made.variants.map(({ name }) => openVariant(join(folder, 'hls', name), name)))
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function openVariant(variantFolder: string, variant: string): Promise<OpenPresentation> {
  const read = readOutline(await readFile(join(variantFolder, 'outline.json'), 'utf8'))
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  const outline = read.value
  return {
    packageKey: variant,
    title: 'clip',
    variant,
    outline: () => outline,
    readSegment: async (index) => readFile(join(variantFolder, outline.segments[index]?.uri ?? '')),
    close() {},
  }
}

/** The best first, as the segmenter names them. */
function variantAt(index: number): OpenPresentation {
  const found = variants[index]
  if (found === undefined) throw new Error(`the clip has ${variants.length} variants`)
  return found
}

/** What both sides tell of a variant, in virtual time. */
function eventsOf(presentation: OpenPresentation, downlink: LinkProfile['downlink']): readonly RunEvent[] {
  const events: RunEvent[] = []
  compare({
    outline: presentation.outline(),
    profile: { seed: 7, downlink },
    tell: (side, event) => events.push(toldBy(side === 'hls' ? 'hls' : 'udp', event)),
  })
  return events
}

function toldBy(side: ViewerSide, event: RunEvent): RunEvent {
  if ('lane' in event || event.kind === 'clock' || event.kind === 'events-left-out') return event
  return { ...event, side }
}

async function measure(events: readonly RunEvent[]) {
  return measureDisplayedQuality({
    events,
    variants,
    tools: await findTools(process.env),
    folder: join(folder, 'work'),
  })
}

/** From a frame to the end, each at its time, but for those for which the picture before stood still. */
function watched(askedMs: number, from: number, isLeftOut: (frame: number) => boolean): readonly ViewerEvent[] {
  const { variant } = variantAt(0)
  const firstMs = askedMs + 100
  const frames = Array.from({ length: FRAMES - from }, (_, index) => from + index).filter((frame) => !isLeftOut(frame))
  return [
    { kind: 'play-asked', side: 'hls', atMs: askedMs },
    { kind: 'variant-shown', side: 'hls', atMs: firstMs, variant, bitsPerSecond: 1_000_000 },
    ...frames.map((frame): ViewerEvent => {
      const atMs = firstMs + (frame - from) * FRAME_INTERVAL_MS
      return { kind: 'frame-shown', side: 'hls', atMs, state: 'intact', ptsTicks: frame * FRAME_TICKS }
    }),
    { kind: 'ended', side: 'hls', atMs: firstMs + (FRAMES - from) * FRAME_INTERVAL_MS },
  ]
}

/** By another way than the one that is tested: pictures cut out of a segment by ffmpeg, and compared by it. */
function likenessByFfmpeg(context: TestContext, shown: number, due: number): number {
  const segment = join(folder, 'hls', variantAt(0).variant, '00000.ts')
  const inputs = [shown, due].flatMap(() => ['-i', segment])
  const one = (input: number, frame: number): string => `[${input}:v]select=eq(n\\,${frame}),setpts=0[p${input}]`
  const graph = `${one(0, shown)};${one(1, due)};[p0][p1]ssim=stats_file=-`
  const output = ['-lavfi', graph, '-f', 'null', '-']
  const said = execFileSync(needs(context, 'ffmpeg'), ['-v', 'error', ...inputs, ...output], { encoding: 'utf8' })
  return Number(/ Y:([\d.]+)/.exec(said)?.[1])
}

test('displayed quality is 1 on both sides of a perfect network at the best variant, and less below it', async (context) => {
  needs(context, 'ffmpeg')
  const { hls, udp, notes } = await measure(eventsOf(variantAt(0), { oneWayDelayMs: 20 }))
  expect([hls, udp]).toEqual(
    Array(2).fill({ ssim: 1, slots: 125, otherThanDueSlots: 0, widthPixels: 640, heightPixels: 360 }),
  )
  expect(notes).toEqual([])

  const lower = await measure(eventsOf(variantAt(1), { oneWayDelayMs: 20 }))
  expect(lower.hls?.ssim).toBeLessThan(0.99)
  expect(lower.udp).toEqual(lower.hls)
}, 30_000)

test('displayed quality of UDP at 5 % loss is below 1, the same to the last digit whenever the seed is', async (context) => {
  needs(context, 'ffmpeg')
  const lossy = eventsOf(variantAt(0), { oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.05 } })
  const first = await measure(lossy)
  expect(first.hls).toMatchObject({ ssim: 1, slots: 125 })
  expect(first.udp?.ssim).toBeLessThan(0.99)
  expect(first.udp?.ssim).toBeGreaterThan(0.5)
  expect(first.udp?.ssimDb).toBeCloseTo(-10 * Math.log10(1 - (first.udp?.ssim ?? 0)), 9)
  expect(await measure(lossy)).toEqual(first)
}, 30_000)

test('a picture that stood still costs what ffmpeg says of it and each of those that were due; a seek costs nothing', async (context) => {
  needs(context, 'ffmpeg')
  const isLeftOut = (frame: number): boolean => frame > 20 && frame <= 24
  const { hls } = await measure([...watched(0, 0, isLeftOut), ...watched(9000, 70, (frame) => frame === 73)])
  const frozen = [21, 22, 23, 24].map((due) => likenessByFfmpeg(context, 20, due))
  frozen.push(likenessByFfmpeg(context, 72, 73)) // decoded from the keyframe before the seek's end
  const slots = FRAMES + FRAMES - 70
  const expected = (slots - frozen.length + frozen.reduce((sum, likeness) => sum + likeness, 0)) / slots
  expect(hls).toMatchObject({ slots, otherThanDueSlots: 5 })
  expect(hls?.ssim).toBeCloseTo(expected, 6)
  expect(expected).toBeLessThan(0.9999)
}, 30_000)

test('a comparison that is given up leaves nothing behind', async (context) => {
  needs(context, 'ffmpeg')
  const stop = new AbortController()
  const tools = await findTools(process.env)
  const measuring = measureDisplayedQuality(
    { events: watched(0, 0, () => false), variants, tools, folder: join(folder, 'work') },
    { signal: stop.signal },
  )
  setTimeout(() => stop.abort(new Error('enough')), 20)
  await expect(measuring).rejects.toThrow('enough')
  expect((await readdir(folder)).toSorted()).toEqual(['clip.mp4', 'hls'])
}, 30_000)
