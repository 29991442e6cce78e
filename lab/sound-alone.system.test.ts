import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getVideo } from '../server/test-support/weir-client.ts'
import type { RunMeasures } from '../stream/run-measures.ts'
import { startReceiver } from '../udp-relay/receiver.ts'
import { needs } from './test-support/clients.ts'
import { untilSides } from './test-support/page-state.ts'
import { runClient } from './test-support/run-client.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { weirProgram } from './test-support/weir-process.ts'
import type { Watched } from './watch.ts'

const SECONDS = 9
const UNITS = Math.ceil((SECONDS * 44_100) / 1024) + 1 // with the encoder's priming
const LOSSY = { seed: 7, downlink: { oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.05 } } } as const
const WAIT = { timeout: 20_000, interval: 100 }

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.startWith(makeSound, SECONDS)
}, 60_000)
afterAll(() => clip?.stop())

function makeSound(ffmpeg: string, folder: string): string {
  const path = join(folder, 'clip.m4a')
  execFileSync(ffmpeg, ['-v', 'error', '-y', '-f', 'lavfi', '-i', `sine=500:d=${SECONDS}`, path])
  return path
}

for (const udp of ['data-channel', 'ws'] as const) {
  test(`a file of sound alone plays on both sides of the compare page to its end, over UDP by ${udp}`, async (context) => {
    needs(context, 'chromium')
    needs(context, 'node-datachannel')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const link = await clip.makeLink(LOSSY)
    const page = await clip.openPage(context, `?side=both&link=${link.id}&udp=${udp}`)
    const crashes: string[] = []
    page.on('pageerror', ({ message }) => crashes.push(message))
    await untilSides(page, ({ hls, udp: told }) => [hls, told].every(({ phase }) => phase === 'playing'))
    const words = await page.locator('.stage-word').allTextContents()
    expect(words).toEqual(Array(2).fill('No picture: this is sound alone'))
    const figures = page.locator('[data-pane="udp"] .main-figures dd')
    await expect.poll(() => figures.allTextContents(), WAIT).toEqual([expect.stringMatching(/^\d/), ...NO_PICTURES])
    const sides = await untilSides(page, ({ hls, udp: told }) => [hls, told].every(({ phase }) => phase === 'ended'))
    expect(Math.abs(sides.udp.positionSeconds - SECONDS)).toBeLessThan(0.1)
    const { playedUnits = 0, lateUnits } = Reflect.get(sides.udp, 'sound') as {
      playedUnits?: number
      lateUnits: number
    }
    const lost = sides.udp.lostSequenceNumbers.audio.length
    expect(lost).toBeGreaterThan(5)
    expect(playedUnits + lateUnits).toBeGreaterThan(UNITS - lost - 10)
    expect(crashes).toEqual([])
    expect(await page.locator('[role="alert"]').count()).toBe(0)

    const ofLink = async () => (await (clip as ServedClip).runs()).find((run) => run.link === link.id)
    await expect.poll(ofLink, WAIT).toMatchObject({ state: 'ended', endedBy: 'viewer' })
    const told = await fetch(`${clip.weir.url}/api/runs/${(await ofLink())?.id}`)
    const { measures } = (await told.json()) as { readonly measures: RunMeasures }
    expect(measures.udp).toMatchObject({ lostPackets: lost, expectedPackets: expect.closeTo(UNITS, -0.5) })
    expect(measures.udp.effectiveLossRatio).toBeCloseTo(lost / (measures.udp.expectedPackets ?? 0), 5)
    for (const side of [measures.hls, measures.udp]) {
      expect(side.startupMs).toBeGreaterThan(0)
      expect(side.watchedMs).toBeGreaterThan((SECONDS - 1) * 1000)
      expect([side.damagedFrames, side.presentedFrameRatio, side.freezeMs]).toEqual([undefined, undefined, undefined])
    }
    await link.remove()
  }, 60_000)
}

const NO_PICTURES = ['no pictures', 'no pictures']

test('a seek in sound alone begins at the very place over UDP, and a paused page goes on', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const page = await clip.openPage(context, '?side=udp&startSeconds=5')
  const weir = () => page.evaluate(() => Reflect.get(window, 'weir') as { phase: string; startSeconds: number })
  await expect.poll(async () => (await weir()).phase, WAIT).toBe('playing')
  expect((await weir()).startSeconds).toBeGreaterThan(5 - 1024 / 44_100)
  await page.keyboard.press(' ')
  await expect.poll(async () => (await weir()).phase, WAIT).toBe('paused')
  await page.keyboard.press(' ')
  await expect.poll(async () => (await weir()).phase, WAIT).toBe('ended')
})

test('RTSP viewers get sound alone through a link, and weir watch tells what there is to tell', async (context) => {
  if (clip === undefined) return needs(context, 'ffmpeg')
  const { weir, videoId } = clip
  const { urls } = await getVideo(weir.url, videoId)
  expect(urls).toEqual({ hls: `/hls/${videoId}/master.m3u8`, rtsp: `${weir.rtspUrl}/${videoId}` })
  const link = await clip.makeLink(LOSSY)
  const url = `${weir.rtspUrl}/link/${link.id}/${videoId}`
  const receiver = await startReceiver({ url, jitterBufferMs: 200, userAgent: 'weir tests', transport: 'udp' })
  expect((await receiver.ended).reason).toMatch(/^(bye|complete)$/)
  const truth = (await link.get()).udp.flows.find(({ what }) => what === 'rtp')?.downlink
  await receiver.close()
  const { measures, tracks } = receiver.figures()
  expect(tracks).toMatchObject([{ kind: 'audio', expectedPackets: truth?.acceptedPackets }])
  expect(truth?.lostPackets).toBeGreaterThan(5)
  expect(measures).toMatchObject({ isSoundAlone: true, lostPackets: truth?.lostPackets })

  const watching = await runClient(
    process.execPath,
    [...weirProgram(), 'watch', '--json', '--budget', 'lostPackets<1', `${weir.rtspUrl}/${videoId}`],
    { timeoutMs: 60_000 },
  )
  expect(watching).toMatchObject({ status: 0, stderr: '' })
  const { figures } = JSON.parse(watching.stdout) as Watched
  expect(figures).toMatchObject({ receivedPackets: expect.closeTo(UNITS, -0.5), lostPackets: 0 })
  expect(figures?.intactFrames).toBeUndefined()
  expect(figures?.startupMs).toBeGreaterThan(0)
}, 60_000)
