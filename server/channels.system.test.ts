import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { ServedClip } from '../lab/test-support/served-clip.ts'
import type { Channel, Video } from '../protocol/weir-api.ts'
import { lintUrl } from '../segmenter/lint/lint.ts'
import { startReceiver } from '../udp-relay/receiver.ts'
import { followParts, partNames } from './test-support/follow-parts.ts'
import { untilStatus } from './test-support/weir-client.ts'

let served: ServedClip | undefined

beforeAll(async () => {
  served = await ServedClip.start({ seconds: 3, size: '320x180' })
})
afterAll(() => served?.stop())

const clip = (): ServedClip => served as ServedClip

/** Of this test alone: there are only so many, and the next one may want them all. */
async function makeChannel(context: TestContext, body: object): Promise<Channel> {
  const answer = await postChannel(body)
  expect(answer.status).toBe(201)
  const channel = (await answer.json()) as Channel
  context.onTestFinished(() => endChannel(channel))
  return channel
}

async function endChannel({ id }: Channel): Promise<void> {
  await fetch(`${clip().weir.url}/api/channels/${id}`, { method: 'DELETE' })
}

function postChannel(body: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  return fetch(`${clip().weir.url}/api/channels`, { method: 'POST', headers, body: JSON.stringify(body) })
}

const textOf = async (path: string): Promise<string> => (await fetch(`${clip().weir.url}${path}`)).text()

test('a looped channel is live over HLS, in parts over LL-HLS and as it comes over RTSP, and becomes a video when it ends', async (context) => {
  needs(context, 'ffmpeg')
  const { weir, videoId } = clip()
  const { id, urls } = await makeChannel(context, { loop: videoId, record: true, title: 'On air' })
  expect(await textOf(urls.hls as string)).toMatch(/RESOLUTION=320x180,FRAME-RATE=25\.000\nlive\/index\.m3u8/)

  const parts = await followParts(`${weir.url}${urls.lowLatencyHls?.replace('.m3u8', '')}/index.m3u8`, 12)
  expect(parts.map(({ name }) => name)).toEqual(partNames(parts[0]?.name ?? '', 12))
  const betweenMs = parts.slice(1).map(({ atMs }, index) => atMs - (parts[index]?.atMs ?? 0))
  expect(betweenMs.reduce((sum, ms) => sum + ms, 0) / betweenMs.length).toBeCloseTo(200, -2)

  const listed = (await (await fetch(`${weir.url}/api/videos`)).json()) as Video[]
  const card = listed.find((video) => video.id === id)
  expect(card).toMatchObject({ kind: 'live', status: 'playable', title: 'On air' })
  expect((await fetch(`${weir.url}${card?.urls.poster}`)).headers.get('content-type')).toBe('image/jpeg')
  expect(await watch(`${weir.rtspUrl}/${id}`, 1500)).toMatchObject({ damagedFrames: 0, lostPackets: 0 })
  for (const master of [urls.hls, urls.lowLatencyHls]) {
    const { findings } = await lintUrl(new URL(`${weir.url}${master}`), 'test', { ffprobe: undefined, reloads: 0 })
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  }

  expect((await fetch(`${weir.url}/api/channels/${id}`, { method: 'DELETE' })).status).toBe(204)
  expect(await textOf(`/hls/${id}/live/index.m3u8`)).toContain('#EXT-X-ENDLIST')
  expect((await fetch(`${weir.url}/api/videos/${id}`)).status).toBe(404)
  const { recordedVideo } = (await (await fetch(`${weir.url}/api/channels/${id}`)).json()) as Channel
  const recorded = await untilStatus(weir.url, recordedVideo as string, ['ready'], 30_000)
  expect(recorded.durationSeconds).toBeGreaterThan(3)
})

if (inLongRun)
  test('behind a link of 100 ms a player of parts keeps up: waiting is the time of the server', async (context) => {
    needs(context, 'ffmpeg')
    const { weir, videoId } = clip()
    const { id } = await makeChannel(context, { loop: videoId })
    const line = { oneWayDelayMs: 50 }
    const link = await clip().makeLink({ downlink: line, uplink: line })
    const folder = `/link/${link.id}/hls/${id}/low-latency`
    const parts = await followParts(`${weir.url}${folder}/index.m3u8`, 30)
    expect(parts.map(({ name }) => name)).toEqual(partNames(parts[0]?.name ?? '', 30))
    const seconds = ((parts.at(-1)?.atMs ?? 0) - (parts[0]?.atMs ?? 0)) / 1000 // ms to s
    expect(seconds / 29).toBeCloseTo(0.2, 1)
    const hint = /PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec(await textOf(`${folder}/index.m3u8`))?.[1]
    const part = await fetch(`${weir.url}${folder}/${hint}`)
    expect([part.status, part.headers.get('cache-control')]).toEqual([200, 'no-store'])
  })

if (inLongRun)
  test('there are no more channels than the server may have, and a full place is free again at once', async (context) => {
    needs(context, 'ffmpeg')
    const made = await Promise.all(Array.from({ length: 4 }, () => makeChannel(context, { ingest: 'ts' })))
    expect((await postChannel({ ingest: 'ts' })).status).toBe(429)
    await endChannel(made[0] as Channel)
    await makeChannel(context, { ingest: 'ts' })
  })

async function watch(url: string, forMs: number) {
  const receiver = await startReceiver({ url, jitterBufferMs: 100, userAgent: 'weir tests' })
  await expect
    .poll(() => receiver.figures().measures.intactFrames ?? 0, { timeout: 10_000 })
    .toBeGreaterThan(forMs / 40)
  const { measures } = receiver.figures()
  await receiver.close()
  return measures
}

test('a channel takes what is sent with its key only, by one at a time, and of H.264', async (context) => {
  needs(context, 'ffmpeg')
  const { id, ingest } = await makeChannel(context, { ingest: 'ts' })
  const { weir } = clip()
  const url = ingest?.url ?? ''
  const put = async (address: string, body: BodyInit): Promise<[number, string?]> => {
    const answer = await fetch(address, { method: 'PUT', body, ...{ duplex: 'half' } })
    return answer.status === 204 ? [204] : [answer.status, ((await answer.json()) as { readonly code: string }).code]
  }
  expect(await put(url.replace(ingest?.key ?? '', 'f'.repeat(32)), 'x')).toEqual([403, 'wrong-key'])
  expect(await put(url.replace(id, 'nosuchchan'), 'x')).toEqual([404, 'unknown-channel'])
  expect(await put(url, new Uint8Array(1_100_000))).toEqual([422, 'bad-stream'])
  expect((await (await fetch(`${weir.url}/api/channels/${id}`)).text()).includes(ingest?.key ?? '')).toBe(false)
  const slow = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(188)) })
  const ending = new AbortController()
  const first = fetch(url, { method: 'PUT', body: slow, signal: ending.signal, ...{ duplex: 'half' } })
  first.catch(() => undefined)
  await expect.poll(() => put(url, 'x')).toEqual([409, 'channel-in-use'])
  ending.abort()
  await expect.poll(() => put(url, 'x')).toEqual([204])
})

test.each([
  [{ loop: 'nosuchvide' }, 404, 'unknown-video'],
  [{ loop: 1 }, 400, 'bad-request'],
  [{}, 400, 'bad-request'],
  [{ ingest: 'carrier-pigeon' }, 400, 'bad-request'],
])('POST /api/channels of %j is %i %s', async (body, status, code) => {
  if (served === undefined) return
  const answer = await postChannel(body)
  expect([answer.status, ((await answer.json()) as { readonly code: string }).code]).toEqual([status, code])
})
