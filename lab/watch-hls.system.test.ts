import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { needs } from './test-support/clients.ts'
import { runClient } from './test-support/run-client.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { mediaList, serveSmallHls } from './test-support/small-hls.ts'
import { inLongRun } from './test-support/long-run.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { weirProgram } from './test-support/weir-process.ts'
import type { WatchedHls } from './watch-hls.ts'

const SECONDS = 4
let clip: ServedClip | undefined
beforeAll(async () => void (clip = await ServedClip.start({ seconds: SECONDS, keyframeFrames: 50 })))
afterAll(() => clip?.stop())

function served(context: TestContext): ServedClip {
  if (clip !== undefined) return clip
  needs(context, 'ffmpeg') // which skips the test
  throw new Error('there is ffmpeg, and no clip')
}

const watch = (folder: string, args: readonly string[], signal?: AbortSignal) =>
  runClient(process.execPath, [...weirProgram(), 'watch', ...args], {
    timeoutMs: 60_000,
    cwd: folder,
    env: { INIT_CWD: folder },
    ...(signal === undefined ? {} : { signal }),
  })

const openLinks = async ({ weir }: ServedClip): Promise<number> => {
  const metrics = await (await fetch(`${weir.url}/metrics`)).text()
  return Number(/^weir_links (\d+)$/m.exec(metrics)?.[1])
}

test.concurrent('weir watch plays HLS to its end, each frame known, and keeps its budgets', async (context) => {
  const { weir, videoId } = served(context)
  const folder = temporaryFolder(context)
  const url = `${weir.url}/hls/${videoId}/master.m3u8`
  const budgets = ['--budget', 'stallCount=0', '--budget', 'presentedFrameRatio>0.99']
  const run = await watch(folder, [url, '--json', '--junit', 'report.xml', ...budgets])
  expect([run.status, run.stderr]).toEqual([0, ''])
  const watched = JSON.parse(run.stdout) as WatchedHls
  expect(watched).toMatchObject({ url, abr: 'hls.js', end: { reason: 'complete' }, areFramesKnown: true, isGood: true })
  expect(watched.figures).toMatchObject({ stallMs: 0, segments: 1, cancelledSegments: 0, presentedFrameRatio: 1 })
  expect(watched.figures['watchedMs']).toBeCloseTo(1000 * SECONDS, 0)
  expect(readFileSync(join(folder, 'report.xml'), 'utf8')).toContain('tests="3" failures="0"')
})

if (inLongRun)
  test('weir watch --network watches through a link of its own, which goes at the end', async (context) => {
    const { weir, videoId, variant } = served(context)
    const folder = temporaryFolder(context)
    writeFileSync(
      join(folder, 'far.yaml'),
      'name: far\ndownlink: { oneWayDelayMs: 300 }\nuplink: { oneWayDelayMs: 300 }\n',
    )
    const url = `${weir.url}/hls/${videoId}/${variant}/index.m3u8`
    const run = await watch(folder, [url, '--network', 'far.yaml', '--for', '6s', '--budget', 'startupMs<1000'])
    expect([run.status, run.stdout]).toEqual([1, expect.stringMatching(/^✗ startupMs<1000: 1[89]\d\d|2\d\d\d/m)])
    expect(run.stdout).toMatch(/^stallCount +0 /m)
    const rtsp = [`${weir.rtspUrl}/${videoId}`, '--network', 'lossy', '--origin', weir.url, '--for', '3s', '--json']
    const ofRtsp = await watch(folder, rtsp)
    expect(ofRtsp.status).toBe(0)
    expect(JSON.parse(ofRtsp.stdout)).toMatchObject({
      url: expect.stringMatching(/\/link\/[-\w]{36}\//),
      transport: 'udp',
    })
  })

test.concurrent('weir watch through a link that is interrupted tells its figures and removes the link', async (context) => {
  const some = served(context)
  const folder = temporaryFolder(context)
  const url = `${some.weir.url}/hls/${some.videoId}/master.m3u8`
  const stop = new AbortController()
  const running = watch(folder, [url, '--network', 'slow', '--json'], stop.signal)
  await expect.poll(() => openLinks(some), { timeout: 20_000 }).toBeGreaterThan(1)
  await delay(500)
  stop.abort()
  const { status, stdout } = await running
  expect(status).toBe(130)
  expect(JSON.parse(stdout)).toMatchObject({ end: { reason: 'interrupted' } })
})

test.concurrent('weir watch says why HLS does not play, with exit code 1, and of what is no Weir', async (context) => {
  const folder = temporaryFolder(context)
  const { url } = await serveSmallHls(context, (path) => (path === '/page' ? { body: '<html>' } : undefined))
  const refused = await watch(folder, [`${url}/page`, '--junit', 'report.xml'])
  expect(refused).toMatchObject({ status: 1, stdout: '', stderr: `weir: ${url}/page is no HLS playlist\n` })
  expect(readFileSync(join(folder, 'report.xml'), 'utf8')).toContain('failures="1"')
  const foreign = await watch(folder, [`${url}/hls/a/master.m3u8`, '--network', 'slow'])
  expect(foreign).toMatchObject({
    status: 1,
    stderr: `weir: POST ${url}/api/links was answered 404: it is of no Weir\n`,
  })
})

test.concurrent('weir watch plays live HLS of anyone, for as long as it is asked to', async (context) => {
  const folder = temporaryFolder(context)
  const startMs = performance.now()
  const { url } = await serveSmallHls(context, (path) => {
    const grown = Math.floor((performance.now() - startMs) / 500)
    if (!path.endsWith('.m3u8')) return { body: Buffer.alloc(10_000) }
    return { body: mediaList(Array<number>(10).fill(0.5), { first: grown, ended: false }) }
  })
  const run = await watch(folder, [`${url}/live.m3u8`, '--for', '3s', '--json'])
  expect([run.status, run.stderr]).toEqual([0, ''])
  const watched = JSON.parse(run.stdout) as WatchedHls
  expect(watched).toMatchObject({ end: { reason: 'asked' }, areFramesKnown: false })
  expect(watched.figures['presentedFrameRatio']).toBeUndefined()
  expect(watched.figures['watchedMs']).toBeGreaterThan(2000)
})

const bad: [args: string[], messages: string[]][] = [
  [
    [
      'http://h/a.m3u8',
      '--out',
      'a.ts',
      '--network',
      'slow',
      '--variant',
      '720p',
      '--abr',
      'bola',
      '--budget',
      'lost<1',
    ],
    [
      '--out is for an rtsp address, got HLS',
      '--network needs an address of a Weir without a link',
      '--variant is watched all the time, and --abr bola changes it',
      "a budget's measure must be one of ",
    ],
  ],
  [['rtsp://h/a', '--abr', 'bola'], ['--abr is for HLS, got an rtsp address']],
]
for (const [args, messages] of bad) {
  test.concurrent(`weir watch ${args.join(' ')} is refused with exit code 2`, async (context) => {
    const { status, stderr } = await watch(temporaryFolder(context), args)
    expect(status).toBe(2)
    const lines = stderr.trim().split('\n')
    expect(lines).toEqual(messages.map((message) => expect.stringContaining(`weir: ${message}`)))
  })
}

test('of all links that weir watch has made none is left', async (context) => {
  expect(await openLinks(served(context))).toBe(1) // the configuration's own
})
