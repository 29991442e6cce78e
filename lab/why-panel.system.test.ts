import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Outline } from '../protocol/outline.ts'
import { predictDamage } from '../stream/predict-damage.ts'
import type { RunEvent } from '../stream/record.ts'
import { RunSeries } from '../stream/run-series.ts'
import { SentVideo } from '../stream/sent-video.ts'
import { needs } from './test-support/clients.ts'
import { untilPage, type UdpState } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { keepTold, toldEvents } from './test-support/told-events.ts'
import { inLongRun } from './test-support/long-run.ts'

const FRAME_INTERVAL_MS = 40
const THROUGHPUT = { shows: 'Newest 60 s', shownMs: 60_000, plot: 0, heightRatio: 0.3 }
const LOSSES_OF_UDP = { shows: 'Whole run', shownMs: 10_000, plot: 2, heightRatio: 0.375 } // at least 10 s; row 2 of 4

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 10, size: '320x180' })
}, 120_000)
afterAll(() => clip?.stop())

/** What the outline says of a lost packet, in the panel's words; frames count from the first of the video. */
type Expected = {
  readonly packets: readonly number[] // of the frame to blame: their sequence numbers
  readonly frame: string
  readonly spread: string
  readonly states: readonly string[] // of the whole group of pictures
  readonly end: RegExp
}

/** From sizes and losses alone, by stream/predict-damage.ts over the whole video. */
class Expectation {
  readonly #video: SentVideo
  readonly #lost: ReadonlySet<number>
  readonly #predicted: ReturnType<typeof predictDamage>

  constructor(outline: Outline, { startSeconds, tracks, lostSequenceNumbers }: UdpState) {
    const firstSequenceNumber = tracks.find(({ kind }) => kind === 'video')?.sequenceNumber ?? 0
    this.#video = new SentVideo(outline, { startSeconds, firstSequenceNumber })
    this.#lost = new Set(lostSequenceNumbers.video.map((number) => (number - firstSequenceNumber) & 0xffff))
    this.#predicted = predictDamage(this.#video.frames, this.#video.maxRtpBytes, this.#lost)
  }

  of(sequenceNumber: number): Expected {
    const packet = (sequenceNumber - this.#video.sequenceNumberOf(0)) & 0xffff
    const root = this.#frameOf(this.#predicted[this.#frameOf(packet)]?.cause ?? packet)
    const { firstFrame, endFrame } = this.#video.pictureGroupOf(root)
    const group = this.#predicted.slice(firstFrame, endFrame)
    const packets = [...this.#lost].filter((lost) => this.#frameOf(lost) === root)
    return {
      packets: packets.map((lost) => this.#video.sequenceNumberOf(lost)).toSorted((a, b) => a - b),
      frame: `${this.#slicesOf(root, packets)} of frame ${this.#number(root)} (${this.#letterOf(root)})`,
      states: group.toSorted((a, b) => a.frame.ptsTicks - b.frame.ptsTicks).map(({ state }) => state),
      ...this.#spreadOf(root, endFrame),
    }
  }

  #spreadOf(root: number, endFrame: number): Pick<Expected, 'spread' | 'end'> {
    if (this.#predicted[root]?.state === 'intact') return { spread: 'no damage', end: /^Nothing to end/ }
    if (this.#predicted[root]?.frame.kind === 'disposable')
      return { spread: '1 frame damaged', end: /^It ends with this/ }
    const broken = this.#predicted.slice(root, endFrame).filter(({ state }) => state !== 'intact').length
    const frames = broken === 1 ? '1 frame' : `${broken} frames`
    if (endFrame === this.#predicted.length) return { spread: `${frames} damaged`, end: /^There is no later keyframe/ }
    return { spread: `${frames} to IDR`, end: new RegExp(`^Frame ${this.#number(endFrame)} at .*: a keyframe`) }
  }

  #frameOf(packet: number): number {
    return this.#video.placeOf(packet)?.frameIndex ?? -1
  }

  #letterOf(index: number): string {
    const { kind, ptsTicks } = this.#video.frames[index]!
    if (kind === 'idr') return 'I'
    return this.#video.frames.slice(0, index).some((earlier) => earlier.ptsTicks > ptsTicks) ? 'B' : 'P'
  }

  #number(index: number): number {
    return (this.#predicted[index]?.frame.ptsTicks ?? 0) / 3600 // 90 kHz, 25 frames a second
  }

  #slicesOf(frameIndex: number, lost: readonly number[]): string {
    const parts = this.#video.partsOf(frameIndex)
    const lostParts = lost.map((packet) => parts[packet - this.#video.firstPacketOf(frameIndex)]!)
    const headers = this.#video.frames[frameIndex]?.headerNals ?? 0
    const nals = lostParts.flatMap(({ nalIndex, ...part }) =>
      Array.from({ length: part.kind === 'aggregate' ? part.nalCount : 1 }, (_, inPart) => nalIndex + inPart),
    )
    const slices = new Set(nals.filter((nalIndex) => nalIndex >= headers))
    return slices.size === 0 ? 'parameter sets' : slices.size === 1 ? 'slice' : `${slices.size} slices`
  }
}

const plain = (text: string): string => text.replaceAll('\u202f', '') // between thousands
const textsOf = async (page: Page, selector: string): Promise<readonly string[]> =>
  (await page.locator(selector).allTextContents()).map(plain)

/** The line, folded or not, and the unfolded story. */
async function expectStory(page: Page, { packets, frame, spread, states, end }: Expected): Promise<void> {
  const count = packets.length === 1 ? 'packet' : `${packets.length} packets,`
  await expect
    .poll(() => textsOf(page, '.why-link'))
    .toEqual([expect.stringMatching(`^${count} .*lost$`), frame, spread])
  expect((await textsOf(page, '.why-packets tbody td:first-child')).map(Number)).toEqual(packets.slice(0, 6))
  const cells = await page.locator('.strip [role=option]').all()
  const classes = await Promise.all(cells.map(async (cell) => (await cell.getAttribute('class'))?.split(' ')[1]))
  expect(classes).toEqual(states)
  expect((await textsOf(page, '.why-step:last-child > p'))[0]).toMatch(end)
}

function seriesOf(told: readonly RunEvent[]): RunSeries {
  const series = new RunSeries(FRAME_INTERVAL_MS)
  for (const event of told) series.add(event)
  return series
}

/** Clicks into the charts at a moment of the run, which is shorter than what they show. */
async function clickAt(
  page: Page,
  { bins, originMs }: RunSeries,
  atMs: number,
  { shows, shownMs, plot, heightRatio }: typeof LOSSES_OF_UDP,
): Promise<void> {
  const beginMs = Math.max(bins.firstMs, originMs)
  expect(bins.newestMs - beginMs, 'the run is too long for its axis to be known').toBeLessThan(shownMs)
  await page.getByText(shows).click()
  const over = page.locator('.u-over').nth(plot)
  const { width, height } = (await over.boundingBox())!
  await over.click({ position: { x: (width * (atMs - beginMs)) / shownMs, y: height * heightRatio } })
}

/** The one with the most room around it, so that no pixel decides. */
function loneliest<Item extends { readonly atMs: number }>(items: readonly Item[], among: readonly Item[]): Item {
  const roomMs = (item: Item): number =>
    Math.min(...among.filter((other) => other !== item).map(({ atMs }) => Math.abs(atMs - item.atMs)))
  return items.toSorted((a, b) => roomMs(b) - roomMs(a))[0]!
}

test('at 5 % with seed 7 the panel names the frames that the outline predicts: the newest loss, and the one clicked in the charts', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const link = await clip.makeLink({ seed: 7, downlink: { loss: { kind: 'random', lossRatio: 0.05 } } })
  const query = `?side=udp&link=${link.id}&variant=${clip.variant}&startSeconds=4`
  const page = await clip.openPage(context, query, keepTold)
  const seen = (await untilPage(page, ({ phase }) => phase === 'ended')) as UdpState
  const expectation = new Expectation(await clip.outline(), seen)

  await page.locator('.why-line').click()
  await expectStory(page, expectation.of(seen.lostSequenceNumbers.video.at(-1)!))

  const series = seriesOf(await toldEvents(page))
  const ofUdp = series.moments.lostPackets.filter(({ side }) => side === 'udp')
  const missed = ofUdp.filter(({ event: { sequenceNumber = -1 } }) => {
    return (
      seen.lostSequenceNumbers.video.includes(sequenceNumber) && expectation.of(sequenceNumber).spread.endsWith('IDR')
    )
  })
  const chosen = loneliest(missed, ofUdp)
  await clickAt(page, series, chosen.atMs, LOSSES_OF_UDP)
  await expectStory(page, expectation.of(chosen.event.sequenceNumber!))
})

/** Where the playhead stood for longest once it had moved, in the video. */
function stoodAtSeconds(events: readonly RunEvent[]): number {
  const heads = events.flatMap((event) => (event.kind === 'playhead' ? [event] : []))
  const moves = heads.filter(({ positionSeconds }, index) => positionSeconds !== heads[index - 1]?.positionSeconds)
  const stands = moves.slice(1, -1).map(({ atMs, positionSeconds }, index) => {
    return { positionSeconds, lastedMs: moves[index + 2]!.atMs - atMs }
  })
  return stands.toSorted((a, b) => b.lastedMs - a.lastedMs)[0]!.positionSeconds
}

/** The page leaves, and with it ends the run on this link. */
async function recordOf(page: Page, served: ServedClip, link: string): Promise<readonly RunEvent[]> {
  await page.goto('about:blank')
  await expect.poll(() => served.runs()).toContainEqual(expect.objectContaining({ link, state: 'ended' }))
  const { id } = (await served.runs()).find((run) => run.link === link)!
  return served.runEvents(id)
}

/** "+340 ms first byte" and "+3.1 s last byte", in milliseconds. */
function momentsMs(texts: readonly string[]): readonly number[] {
  return texts.map((text) => {
    const [, value, unit] = /^\+([\d.]+) (ms|s) /.exec(text) ?? []
    return Number(value) * (unit === 's' ? 1000 : 1)
  })
}

if (inLongRun)
  test('a click on a stall of HLS unfolds the download of the segment that the record says it waited for', async (context) => {
    needs(context, 'chromium')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const link = await clip.makeLink({ seed: 1, downlink: { rateBitsPerSecond: 2_000_000 } })
    const query = `?side=hls&link=${link.id}&variant=${clip.variant}&startSeconds=2`
    const page = await clip.openPage(context, query, keepTold)
    await untilPage(page, ({ phase }) => phase === 'playing')
    await link.patch({ downlink: { rateBitsPerSecond: 100_000 } })
    const stalled = await untilPage(page, ({ phase }) => phase === 'stalled')
    await page.waitForTimeout(1000)
    await link.patch({ downlink: { rateBitsPerSecond: 20_000_000 } })
    await untilPage(page, ({ positionSeconds }) => positionSeconds > stalled.positionSeconds + 0.5)

    const series = seriesOf(await toldEvents(page))
    const lengthMs = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): number => toMs - fromMs
    const stall = series.bands.filter(({ kind }) => kind === 'stall').toSorted((a, b) => lengthMs(b) - lengthMs(a))[0]!
    expect(lengthMs(stall)).toBeGreaterThan(1000)
    await clickAt(page, series, (stall.fromMs + stall.toMs) / 2, THROUGHPUT)
    await page.locator('.waterfall').waitFor()
    const [told = ''] = await textsOf(page, '.why-step:nth-child(2) > p')
    const shownMs = momentsMs(await textsOf(page, '.why-moments li'))
    const rows = await textsOf(page, '.waterfall title')
    const drawing = (await page.locator('.waterfall svg[role=img]').getAttribute('aria-label')) ?? ''

    const events = await recordOf(page, clip, link.id)
    const { segments } = await clip.outline()
    const stoodSeconds = stoodAtSeconds(events)
    const waitedFor = segments.findIndex(({ startSeconds }) => startSeconds > stoodSeconds)
    const uri = segments[waitedFor]?.uri
    const came = events.find((event) => event.kind === 'segment-received' && event.uri === uri)
    if (came?.kind !== 'segment-received') throw new Error(`the record tells of no ${uri}`)
    const name = `${clip.variant}/${uri}`
    expect(told).toContain(`${name}, ${(came.sizeBytes / 1000).toFixed(came.sizeBytes < 99_950 ? 1 : 0)} kB, asked for`)
    const recordedMs = [came.firstByteMs, came.atMs].map((atMs = 0) => atMs - came.askedMs)
    expect(recordedMs.map((ms, index) => Math.abs(ms - shownMs[index + 1]!) < (ms < 1000 ? 1 : 60))).toEqual([
      true,
      true,
    ])
    expect(rows).toContain(name)
    expect(drawing).toContain(`${name} came after`)
  }, 60_000)
