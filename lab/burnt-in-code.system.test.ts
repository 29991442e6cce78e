import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSampleClip } from '../segmenter/sample-clip.ts'
import { findTools } from '../segmenter/tools.ts'
import { BehindFold } from '../stream/behind.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { needs } from './test-support/clients.ts'
import { untilPage } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'

const SECONDS = 4
const FRAME_TICKS = 3000 // 90 kHz, 30 frames a second
const FRAME_INTERVAL_MS = 1000 / 30

let clip: ServedClip | undefined
beforeAll(async () => {
  const make = async (_ffmpeg: string, folder: string): Promise<string> => {
    const file = join(folder, 'sample.mp4')
    await makeSampleClip(file, { tools: await findTools(process.env), seconds: SECONDS })
    return file
  }
  clip = await ServedClip.startWith(make, SECONDS)
}, 120_000)
afterAll(() => clip?.stop())

function behindOf(events: readonly ViewerEvent[]) {
  const fold = new BehindFold(FRAME_INTERVAL_MS)
  for (const event of events) fold.add(event)
  return fold.behind!
}

/** Of each code that was read: its number, and that of the frame of which the page says it showed it then. */
function codesAndFrames(events: readonly ViewerEvent[]) {
  const shown = new Map<number, number>()
  for (const event of events) {
    if (event.kind === 'frame-shown' && event.ptsTicks !== undefined)
      shown.set(event.atMs, event.ptsTicks / FRAME_TICKS)
  }
  return events.flatMap((event) =>
    event.kind === 'code-read' ? [{ code: event.frameNumber, told: shown.get(event.atMs) }] : [],
  )
}

test('the frame that each side says it shows is the one whose number is in the picture, and so is the latency', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const link = await clip.makeLink({ seed: 7, downlink: { oneWayDelayMs: 40, rateBitsPerSecond: 8e6 } })
  const page = await clip.openPage(context, `?side=both&link=${link.id}&variant=${clip.variant}`)
  await untilPage(page, ({ phase }) => phase === 'ended', 40_000)
  const told = await clip.runEvents((await clip.endedRun()).id)
  for (const side of ['hls', 'udp'] as const) {
    const events = told.filter((event): event is ViewerEvent => 'side' in event && event.side === side)
    const read = codesAndFrames(events)
    expect(read.length).toBeGreaterThan(SECONDS * 10) // a busy page leaves pictures out
    expect(read.filter(({ code, told: frame }) => code !== frame)).toEqual([])

    const byCode = behindOf(events)
    const byPlayhead = behindOf(events.filter(({ kind }) => kind !== 'code-read'))
    expect([byCode.from, byPlayhead.from]).toEqual(['code', 'playhead'])
    expect(Math.abs(byCode.msP50 - byPlayhead.msP50)).toBeLessThanOrEqual(FRAME_INTERVAL_MS)
  }
})
