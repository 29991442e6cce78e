import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test, type TestContext } from 'vitest'
import { temporaryFolder } from '../../lab/test-support/temporary-folder.ts'
import type { SignedUrls, Video } from '../../protocol/weir-api.ts'
import { createApp } from '../app.ts'
import { Gate } from '../gate.ts'
import { HlsAccess, type TokenDemand } from '../hls-access.ts'
import { HttpThroughLink } from '../http-through-link.ts'
import type { Jobs } from '../jobs.ts'
import { Library } from '../library.ts'
import { Links } from '../links.ts'
import { MediaFolder } from '../media-folder.ts'
import { writeVideoRecord, type VideoRecord } from '../video-record.ts'
import { videoRoutes } from './videos.ts'

const ID = 'abcdefghjk'
const QUEUED = 'abcdefghjm'
const TOKEN = 'token-of-the-tests'
const logger = pino({ level: 'silent' })
const variant = {
  name: '720p',
  widthPixels: 1280,
  heightPixels: 720,
  bandwidthBitsPerSecond: 1e6,
  codecs: 'avc1.64001f',
}
const ready: VideoRecord = {
  format: 'weir-video',
  version: 1,
  id: ID,
  title: 'clip',
  createdUnixMs: 1000,
  status: 'ready',
  attempt: 1,
  source: 'source.mp4',
  sourceBytes: 4,
  variants: [variant],
}

type Access = { readonly secret?: string; readonly demand?: TokenDemand }

/** A library of one video that is ready and one that is not, over HTTP. */
async function start(context: TestContext, { secret, demand = 'nothing' }: Access) {
  const root = temporaryFolder(context)
  for (const record of [ready, { ...ready, id: QUEUED, status: 'queued' as const, variants: [] }]) {
    await mkdir(join(root, record.id, 'hls'), { recursive: true })
    await writeFile(join(root, record.id, 'video.json'), writeVideoRecord(record))
    await writeFile(join(root, record.id, 'source.mp4'), 'clip')
    await writeFile(join(root, record.id, 'hls/master.m3u8'), '#EXTM3U\n')
  }
  const library = await Library.open({ folder: new MediaFolder(root), logger, nowUnixMs: () => 1000, onEvent() {} })
  const access = new HlsAccess({ secret, demand, nowUnixMs: Date.now })
  const gate = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: TOKEN })
  const addresses = { publicUrl: undefined, rtspPort: 8554, access }
  const channels = { list: () => [], find: () => undefined, end: async () => {} }
  const jobs = undefined as unknown as Jobs // nothing here begins one
  const routes = [videoRoutes({ library, jobs, addresses, channels, access, gate })]
  const app = createApp({ gate, routes, logger })
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = (method: string, path: string, body?: string, token = TOKEN): Promise<Response> =>
    fetch(url + path, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
    })
  return { root, app, url, ask, access }
}

test('POST /api/videos/:id/signed-urls gives whole addresses that are good for the time that was asked for', async (context) => {
  const { url, ask, access } = await start(context, { secret: 'a secret of the tests' })
  for (const [body, seconds] of [
    [undefined, 3600],
    ['{}', 3600],
    ['{"expiresInSeconds": 10}', 10],
  ] as const) {
    const response = await ask('POST', `/api/videos/${ID}/signed-urls`, body)
    const { expiresUnixMs, urls } = (await response.json()) as SignedUrls
    expect(response.status).toBe(200)
    expect(Math.abs(expiresUnixMs - Date.now() - 1000 * seconds)).toBeLessThan(5000)
    expect(Object.keys(urls)).toEqual(['hls', 'poster'])
    expect(urls.hls?.startsWith(`${url}/hls/~`)).toBe(true)
    const admitted = access.admit(urls.hls?.slice(url.length) ?? '')
    expect(admitted).toEqual({ path: `/hls/${ID}/master.m3u8`, validUntilUnixMs: expiresUnixMs })
  }
  const [video] = (await (await ask('GET', '/api/videos')).json()) as Video[]
  expect(video?.urls.hls).toBe(`/hls/${ID}/master.m3u8`) // none is demanded
})

const refused: readonly (readonly [string, Access, string, string | undefined, string])[] = [
  ['without a secret', {}, ID, undefined, 'signing-off'],
  ['for an unknown video', { secret: 'a secret of the tests' }, 'abcdefghjn', undefined, 'unknown-video'],
  ['for a video that cannot be played', { secret: 'a secret of the tests' }, QUEUED, undefined, 'wrong-state'],
  ['for no time', { secret: 'a secret of the tests' }, ID, '{"expiresInSeconds": 0}', 'bad-request'],
  ['for a part of a second', { secret: 'a secret of the tests' }, ID, '{"expiresInSeconds": 0.5}', 'bad-request'],
  ['for ever', { secret: 'a secret of the tests' }, ID, '{"expiresInSeconds": 1e9}', 'bad-request'],
  ['for something else', { secret: 'a secret of the tests' }, ID, '{"video": "x"}', 'bad-request'],
]

for (const [name, access, id, body, code] of refused) {
  test(`POST /api/videos/:id/signed-urls gives none ${name}`, async (context) => {
    const { ask } = await start(context, access)
    expect(await (await ask('POST', `/api/videos/${id}/signed-urls`, body)).json()).toMatchObject({ code })
  })
}

test('where signed addresses are demanded, the library lists such, and only who has the token signs and downloads', async (context) => {
  const { ask, access } = await start(context, { secret: 'a secret of the tests', demand: 'all' })
  const [video] = (await (await ask('GET', '/api/videos', undefined, 'none')).json()) as Video[]
  for (const [address = '', file] of [
    [video?.urls.hls, 'master.m3u8'],
    [video?.urls.poster, 'poster.jpg'],
  ]) {
    expect(access.admit(address)).toMatchObject({ path: `/hls/${ID}/${file}` })
  }
  for (const [method, what] of [
    ['GET', 'source'],
    ['GET', 'package'],
    ['GET', 'SOURCE/'], // as Express takes it, too
    ['POST', 'signed-urls'],
  ] as const) {
    const path = `/api/videos/${ID}/${what}`
    expect([what, (await ask(method, path, undefined, 'none')).status]).toEqual([what, 401])
    expect([what, (await ask(method, path)).status]).toEqual([what, 200])
  }
})

test('where none is demanded, whoever watches may download', async (context) => {
  const { ask } = await start(context, { secret: 'a secret of the tests' })
  expect((await ask('GET', `/api/videos/${ID}/source`, undefined, 'none')).status).toBe(200)
  expect((await ask('GET', `/api/videos/${ID}/package`, undefined, 'none')).status).toBe(200)
})

test('GET /api/videos/:id/source comes whole through a link, though its file has long been read', async (context) => {
  const { root, app } = await start(context, {})
  const file = Buffer.alloc(3_000_000, 'more than is written ahead; ')
  await writeFile(join(root, ID, 'source.mp4'), file)
  const links = new Links({
    defaultProfile: { seed: 1, downlink: { rateBitsPerSecond: 40_000_000, oneWayDelayMs: 20 } },
  })
  const throughLink = new HttpThroughLink(links)
  const server = createServer((request, response) =>
    throughLink.answer('default', request, response, () => app(request, response)),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.onTestFinished(() => {
    server.close()
    links.close()
  })
  const { port } = server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/api/videos/${ID}/source`)
  expect(Buffer.from(await answer.arrayBuffer()).equals(file)).toBe(true)
})
