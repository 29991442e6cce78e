import { join } from 'node:path'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import type { RunUpload } from '../player/run-upload.ts'
import type { LinkFeed } from '../player/link-feed.ts'
import type { RunLog } from '../player/run-log.ts'
import type { RunEvent } from '../stream/record.ts'
import { readRecord } from '../stream/run-record.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { repositoryFolder } from './test-support/shared-files.ts'

type Parts = {
  readonly RunUpload: typeof RunUpload
  readonly LinkFeed: typeof LinkFeed
  readonly RunLog: typeof RunLog
}
declare const parts: Parts

/** What a page is made of, as a script that leaves `parts`. */
async function bundledParts(): Promise<string> {
  const contents = ['run-upload', 'link-feed', 'run-log']
    .map((name) => `export * from './player/${name}.ts'`)
    .join('\n')
  const bundled = await build({
    stdin: { contents, resolveDir: join(repositoryFolder) },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'parts',
  })
  return bundled.outputFiles[0]?.text ?? ''
}

type OnPage = {
  readonly log: RunLog
  readonly heard: RunEvent[]
  readonly feed: LinkFeed
  readonly upload: RunUpload
}

const heardBy = (page: Page): Promise<RunEvent[]> => page.evaluate(() => (window as unknown as OnPage).heard)

const arrived = (events: readonly RunEvent[]) =>
  events.filter((event) => event.kind === 'packet-delivered' && event.direction === 'down')

async function recordText(url: string, id: string): Promise<string> {
  return (await fetch(`${url}/api/runs/${id}/record.jsonl`)).text()
}

/** The run of the page, once the server has such an event of it. */
async function untilRecorded(page: Page, url: string, kind: RunEvent['kind']): Promise<string> {
  return vi.waitFor(
    async () => {
      const state = await page.evaluate(() => (window as unknown as OnPage).upload.state.value)
      const id = 'id' in state ? (state.id ?? '') : ''
      expect(await recordText(url, id)).toContain(`"kind":"${kind}"`)
      return id
    },
    { timeout: 10_000, interval: 50 },
  )
}

test('a page’s run is on the server: what it told, what the link did, and all clocks; the page hears the link as well', async (context) => {
  needs(context, 'ffmpeg')
  const clip = await ServedClip.start({ seconds: 4 })
  context.onTestFinished(() => clip!.stop())
  const link = await clip!.makeLink({ seed: 7, downlink: { oneWayDelayMs: 20 } })
  const { page } = await openChromium(context)
  await page.goto(clip!.weir.url)
  await page.evaluate(await bundledParts())

  const sizeBytes = await page.evaluate(
    async ([video, linkId, variant]) => {
      const log = new parts.RunLog()
      const heard: RunEvent[] = []
      log.listen((events) => heard.push(...events))
      const feed = new parts.LinkFeed(linkId, log)
      feed.open()
      const scenario = { page: '?seed=7' }
      const upload = new parts.RunUpload({ log, video, link: linkId, scenario, onServerClock: () => {} })
      Object.assign(window, { log, heard, feed, upload })
      const wallMs = () => performance.timeOrigin + performance.now()
      const askedMs = wallMs()
      log.tell([{ kind: 'play-asked', side: 'hls', atMs: askedMs }])
      await upload.begin()
      const uri = `/link/${linkId}/hls/${video}/${variant}/00000.ts`
      const sizeBytes = (await (await fetch(uri)).arrayBuffer()).byteLength
      const segment = { uri: '00000.ts', variant, sizeBytes, askedMs, atMs: wallMs() }
      log.tell([{ kind: 'segment-received', side: 'hls', ...segment }])
      return sizeBytes
    },
    [clip!.videoId, link.id, clip!.variant] as const,
  )
  const id = await untilRecorded(page, clip!.weir.url, 'segment-received')
  await vi.waitFor(async () => {
    const { tcp } = await link.get()
    expect(arrived(await heardBy(page)).length).toBe(tcp.downlink.deliveredPackets)
  })
  const told = await page.evaluate(async () => {
    const { log, heard, feed, upload } = window as unknown as OnPage
    log.tell([{ kind: 'ended', side: 'hls', atMs: performance.timeOrigin + performance.now() }])
    await upload.end()
    feed.close()
    return { heard, state: upload.state.value }
  })

  expect(told.state).toMatchObject({ phase: 'ended', id })
  const record = readRecord(await recordText(clip!.weir.url, id))
  if (!record.ok) throw new Error(JSON.stringify(record.fault))
  const { head, events } = record.value
  expect(head.scenario).toMatchObject({ page: '?seed=7', video: clip!.videoId, framesPerSecond: 25 })
  const ofSide = events.filter((event) => 'side' in event).map(({ kind }) => kind)
  expect(ofSide).toEqual(['play-asked', 'segment-received', 'ended'])
  const clocks = events.filter((event) => event.kind === 'clock')
  expect(new Set(clocks.map(({ of }) => of))).toEqual(new Set(['hls', 'udp', 'link']))
  for (const { of, atMs, unixMs } of clocks) if (of !== 'link') expect(Math.abs(unixMs - atMs)).toBeLessThan(20)

  const arrivedBytes = arrived(events).reduce(
    (sum, event) => sum + ('sizeBytes' in event ? event.sizeBytes - 52 : 0),
    0,
  )
  expect(arrivedBytes).toBeGreaterThan(sizeBytes) // and its head
  expect(arrived(told.heard).length).toBe(arrived(events).length)
  expect(told.heard.some(({ kind }) => kind === 'tcp-state')).toBe(true)
}, 60_000)

test('a page’s run goes over a WebSocket alone, over HTTP where there is no way for one, and fails when the server ends it', async (context) => {
  needs(context, 'ffmpeg')
  const clip = await ServedClip.start({ seconds: 4 })
  context.onTestFinished(() => clip!.stop())
  const { page } = await openChromium(context)
  const posts: string[] = []
  page.on('request', (request) => request.method() === 'POST' && posts.push(new URL(request.url()).pathname))
  const bundle = await bundledParts()

  /** A run of two words on a link of its own; gives what became of it, and its POST requests without their id. */
  const record = async (isCutOff = false) => {
    const link = await clip!.makeLink({ seed: 7, downlink: {} })
    posts.length = 0
    await page.goto(clip!.weir.url)
    await page.evaluate(bundle)
    await page.evaluate(
      async ([video, linkId]) => {
        const log = new parts.RunLog()
        const upload = new parts.RunUpload({ log, video, link: linkId, scenario: {}, onServerClock: () => {} })
        Object.assign(window, { log, upload })
        await upload.begin()
        log.tell([{ kind: 'play-asked', side: 'hls', atMs: performance.timeOrigin }])
      },
      [clip!.videoId, link.id] as const,
    )
    const phase = () => page.evaluate(() => (window as unknown as OnPage).upload.state.value.phase)
    if (isCutOff) {
      await link.remove()
      await vi.waitFor(async () => expect(await phase()).toBe('failed'), { timeout: 10_000, interval: 50 })
    } else await untilRecorded(page, clip!.weir.url, 'play-asked')
    const state = await page.evaluate(async () => {
      const { log, upload } = window as unknown as OnPage
      log.tell([{ kind: 'ended', side: 'hls', atMs: performance.timeOrigin }])
      await upload.end()
      return upload.state.value
    })
    const id = 'id' in state ? (state.id ?? '') : ''
    const text = await recordText(clip!.weir.url, id)
    return {
      state,
      posts: [...new Set(posts)].map((path) => path.replace(id, ':id')),
      isWhole: text.includes('"ended"'),
    }
  }

  const [begin, events, end] = ['/api/runs', '/api/runs/:id/events', '/api/runs/:id/end']
  expect(await record()).toMatchObject({ state: { phase: 'ended' }, posts: [begin, end], isWhole: true })
  expect((await record(true)).state).toMatchObject({
    phase: 'failed',
    message: 'The server takes no more of this run: run-ended.',
  })
  await page.routeWebSocket(/events\/ws$/, (socket) => socket.close())
  expect(await record()).toMatchObject({ state: { phase: 'ended' }, posts: [begin, events, end], isWhole: true })
}, 60_000)
