import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test, type TestContext } from 'vitest'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { LiveRenditions } from '../segmenter/live/live-renditions.ts'
import { HeldRequests } from './held-requests.ts'
import { LiveOrigin } from './live-origin.ts'
import { Origin } from './origin.ts'
import { PackageEncryption } from './package-encryption.ts'
import { refusalFor, sendProblem } from './refusal.ts'
import { encryptSegment, SegmentKeys } from './segment-keys.ts'

const sps = Uint8Array.from(Buffer.from('67640028acd940780227e5c044000003000400000300c83c60c658', 'hex'))
const pps = Uint8Array.from(Buffer.from('68ebe3cb22c0', 'hex'))
const CHANNEL = 'abcdefghij'
const limits = { idleMs: 60_000, slowestBitsPerSecond: 1 }

/** A channel of 10 pictures a second that stands still until pictures are pushed: two a part, ten a segment. */
class StillChannel {
  readonly held = new HeldRequests(100)
  readonly renditions: LiveRenditions
  hasEnded = false
  #pictures = 0

  constructor() {
    this.renditions = new LiveRenditions({ sps, pps }, 10, {
      ...{ segmentSeconds: 1, windowSeconds: 12, maxBytes: 1e8, bitsPerSecond: 1e6 },
      steady: { frameTicks: 9000, groupFrames: 10 },
    })
  }

  push(pictures: number): void {
    for (const last = this.#pictures + pictures; this.#pictures < last; this.#pictures += 1) {
      const isKeyframe = this.#pictures % 10 === 0
      const ticks = this.#pictures * 9000
      const nals = isKeyframe ? [sps, pps, Uint8Array.of(0x65, 1, 2)] : [Uint8Array.of(0x41, 1, 2)]
      this.renditions.pushPicture({ ptsTicks: ticks, dtsTicks: ticks, nals, isKeyframe, unixMs: this.#pictures * 100 })
    }
    this.held.look()
  }

  end(): void {
    this.renditions.end()
    this.hasEnded = true
    this.held.look()
  }
}

async function serve(
  context: TestContext,
  channel: StillChannel,
  isCacheable = true,
  encryption?: PackageEncryption,
): Promise<string> {
  const live = new LiveOrigin({ served: (id) => (id === CHANNEL ? channel : undefined) }, encryption)
  const origin = new Origin({ packageFolders: () => [] }, { hotBytes: 1e8, limits, live, encryption })
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1)
    const options = { path, isCacheable, requestId: 'r' }
    if (origin.answerHot(request, response, options)) return
    origin.answer(request, response, options).catch((error: unknown) => {
      if (!response.destroyed) sendProblem(response, refusalFor(error)!)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.onTestFinished(() => void server.closeAllConnections())
  context.onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hls/${CHANNEL}`
}

/** The answer, or undefined as long as it is held; a question asked afterwards is answered first where that is so. */
async function orHeld(asked: Promise<Response>, folder: string): Promise<Response | undefined> {
  return Promise.race([asked, fetch(`${folder}/nothing.ts`).then(() => undefined)])
}

test('a reload that asks for the next part is held until it is there', async (context) => {
  const channel = new StillChannel()
  channel.push(12) // segment 0, and of segment 1 the first part
  const folder = await serve(context, channel)
  const asked = fetch(`${folder}/low-latency/index.m3u8?_HLS_msn=1&_HLS_part=1`)
  expect(await orHeld(asked, folder)).toBeUndefined()
  channel.push(2)
  const answer = await asked
  const text = await answer.text()
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/vnd.apple.mpegurl'])
  expect(['x-request-id', 'access-control-allow-origin'].map((name) => answer.headers.get(name))).toEqual(['r', '*'])
  expect(text).toContain('URI="1.1.m4s"')
  expect(text).toContain('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="1.2.m4s"')
  expect(channel.held.count).toBe(0)
})

test('a reload of the playlist without parts is held until its segment is there', async (context) => {
  const channel = new StillChannel()
  channel.push(12)
  const folder = await serve(context, channel)
  const asked = fetch(`${folder}/live/index.m3u8?_HLS_msn=1`)
  expect(await orHeld(asked, folder)).toBeUndefined()
  channel.push(8)
  expect(await (await asked).text()).toMatch(/\n1\.ts\n$/)
})

test('the hinted part is held until it is there, and any other that is not there is 404', async (context) => {
  const channel = new StillChannel()
  channel.push(12)
  const folder = await serve(context, channel)
  const asked = fetch(`${folder}/low-latency/1.1.m4s`)
  expect(await orHeld(asked, folder)).toBeUndefined()
  expect((await fetch(`${folder}/low-latency/1.2.m4s`)).status).toBe(404)
  channel.push(2)
  const part = await asked
  expect([part.status, part.headers.get('content-type')]).toEqual([200, 'video/mp4'])
  expect(Buffer.from(await part.arrayBuffer()).toString('latin1', 4, 8)).toBe('moof')
})

test('an encrypted channel has the key of each segment in its playlist, and nothing in parts', async (context) => {
  const keys = new SegmentKeys('a secret of the tests', 2)
  const channel = new StillChannel()
  channel.push(40)
  const folder = await serve(context, channel, true, new PackageEncryption(keys))
  const text = await (await fetch(`${folder}/live/index.m3u8?_HLS_msn=2`)).text()
  const lines = text.split('\n').filter((line) => /^(?:#EXT-X-KEY|\d)/.test(line))
  const key = (number: number): string => `#EXT-X-KEY:METHOD=AES-128,URI="ts-${number}.key"`
  expect(lines.slice(0, 5)).toEqual([key(0), '0.ts', '1.ts', key(1), '2.ts'])
  for (const sequence of [0, 1, 2, 0]) {
    const clear = channel.renditions.windows.live.file(`${sequence}.ts`)
    const encrypted = encryptSegment(
      clear?.kind === 'bytes' ? clear.bytes : Buffer.alloc(0),
      keys.of(CHANNEL, 'live', { ending: 'ts', sequence }),
    )
    const answer = await fetch(`${folder}/live/${sequence}.ts`)
    expect(Buffer.from(await answer.arrayBuffer()).equals(encrypted)).toBe(true)
    const part = await fetch(`${folder}/live/${sequence}.ts`, { headers: { Range: 'bytes=5-20' } })
    expect(Buffer.from(await part.arrayBuffer()).equals(encrypted.subarray(5, 21))).toBe(true)
  }
  expect((await (await fetch(`${folder}/live/ts-0.key`)).arrayBuffer()).byteLength).toBe(16)
  for (const name of ['low-latency.m3u8', 'low-latency/index.m3u8', 'low-latency/0.0.m4s', 'low-latency/0.m4s']) {
    expect([name, (await fetch(`${folder}/${name}`)).status]).toEqual([name, 409])
  }
})

test('a playlist is as the channel stands, however often it was asked for before', async (context) => {
  const channel = new StillChannel()
  channel.push(12)
  const folder = await serve(context, channel)
  const ask = async (): Promise<string> => (await fetch(`${folder}/low-latency/index.m3u8`)).text()
  for (let part = 1; part < 5; part += 1) {
    const texts = [await ask(), await ask()]
    expect(texts.map((text) => text.match(/URI="1\.\d+\.m4s"/g)?.at(-1))).toEqual(Array(2).fill(`URI="1.${part}.m4s"`))
    channel.push(2)
  }
})

test.each([
  ['_HLS_msn=3', 400, 'reload-too-far'],
  ['_HLS_msn=1&_HLS_part=99', 400, 'reload-too-far'],
  ['_HLS_part=1', 400, 'bad-request'],
  ['_HLS_msn=x', 400, 'bad-request'],
])('a reload with ?%s is %i %s', async (query, status, code) => {
  const finished: (() => unknown)[] = []
  const context = { onTestFinished: (each: () => unknown) => finished.push(each) } as unknown as TestContext
  const channel = new StillChannel()
  channel.push(12)
  const answer = await fetch(`${await serve(context, channel)}/low-latency/index.m3u8?${query}`)
  expect([answer.status, ((await answer.json()) as { readonly code: string }).code]).toEqual([status, code])
  finished.forEach((each) => each())
})

test('?_HLS_skip=YES leaves out what is before the skip boundary', async (context) => {
  const channel = new StillChannel()
  channel.push(120)
  const folder = await serve(context, channel)
  const [whole, delta] = await Promise.all(
    ['', '?_HLS_skip=YES'].map(async (query) => (await fetch(`${folder}/low-latency/index.m3u8${query}`)).text()),
  )
  expect(delta).toContain('#EXT-X-SKIP:SKIPPED-SEGMENTS=6')
  expect(whole).not.toContain('#EXT-X-SKIP')
})

test('a live playlist has a tag that changes with it, and is packed with a tag of its own', async (context) => {
  const channel = new StillChannel()
  channel.push(120)
  const url = `${await serve(context, channel)}/low-latency/index.m3u8`
  const ask = (headers: Record<string, string>) =>
    fetch(url, { headers: { 'Accept-Encoding': 'identity', ...headers } })
  const plain = await ask({})
  const packed = await ask({ 'Accept-Encoding': 'gzip' })
  const tags = [plain, packed].map(({ headers }) => headers.get('etag') ?? '')
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  expect(await packed.text()).toBe(await plain.text())
  expect(tags[1]).toBe(tags[0]?.replace(/"$/, '-gzip"'))
  expect(plain.headers.get('vary')).toBe('Accept-Encoding')
  const unchanged = await ask({ 'If-None-Match': tags[0]! })
  expect([unchanged.status, unchanged.headers.get('cache-control')]).toEqual([304, 'no-cache'])
  channel.push(2)
  const changed = await ask({ 'If-None-Match': tags[0]! })
  expect(changed.status).toBe(200)
  expect(await changed.text()).toContain('URI="12.0.m4s"')
})

test('a live segment and a part have tags and give ranges', async (context) => {
  const channel = new StillChannel()
  channel.push(12)
  const folder = await serve(context, channel)
  for (const file of ['live/0.ts', 'low-latency/1.0.m4s']) {
    const whole = await fetch(`${folder}/${file}`)
    const bytes = Buffer.from(await whole.arrayBuffer())
    const etag = whole.headers.get('etag') ?? ''
    expect([whole.headers.get('accept-ranges'), etag]).toEqual(['bytes', `"${file.split('/')[1]}"`])
    expect((await fetch(`${folder}/${file}`, { headers: { 'If-None-Match': etag } })).status).toBe(304)
    const part = await fetch(`${folder}/${file}`, { headers: { Range: 'bytes=8-19', 'If-Range': etag } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 8-19/${bytes.length}`])
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(8, 20))
  }
})

test('behind a link nothing of a channel is kept or revalidated', async (context) => {
  const channel = new StillChannel()
  channel.push(12)
  const folder = await serve(context, channel, false)
  for (const file of ['low-latency/index.m3u8', 'low-latency/1.0.m4s']) {
    const { headers } = await fetch(`${folder}/${file}`)
    expect([headers.get('cache-control'), headers.get('etag')]).toEqual(['no-store', null])
  }
})

test('the end of a channel answers all who wait, and the playlist says so', async (context) => {
  const channel = new StillChannel()
  channel.push(12)
  const folder = await serve(context, channel)
  const asked = fetch(`${folder}/low-latency/index.m3u8?_HLS_msn=1&_HLS_part=3`)
  const hinted = fetch(`${folder}/low-latency/1.1.m4s`)
  expect(await orHeld(asked, folder)).toBeUndefined()
  channel.end()
  expect(await (await asked).text()).toContain('#EXT-X-ENDLIST')
  expect((await hinted).status).toBe(404)
})

test('a channel that has not begun lets its first player wait', async (context) => {
  const channel = new StillChannel()
  const folder = await serve(context, channel)
  const asked = fetch(`${folder}/master.m3u8`)
  expect(await orHeld(asked, folder)).toBeUndefined()
  channel.push(10)
  expect(await (await asked).text()).toContain('live/index.m3u8')
})

if (inLongRun)
  test('a reload that waits in vain is 503 after three target durations', async (context) => {
    const channel = new StillChannel()
    channel.push(12)
    const folder = await serve(context, channel)
    const beganMs = performance.now()
    const answer = await fetch(`${folder}/low-latency/index.m3u8?_HLS_msn=1&_HLS_part=1`)
    expect(answer.status).toBe(503)
    expect((performance.now() - beganMs) / 1000).toBeCloseTo(3, 0)
  })
