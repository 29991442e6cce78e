import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Channel, SignedUrls, Video } from '../protocol/weir-api.ts'
import { lintUrl } from '../segmenter/lint/lint.ts'
import { followParts, partNames } from '../server/test-support/follow-parts.ts'
import { needs } from './test-support/clients.ts'
import { hlsPages, livePages } from './test-support/hls-pages.ts'
import { hlsPrograms, livePrograms } from './test-support/hls-programs.ts'
import { ServedClip } from './test-support/served-clip.ts'

const SECONDS = 14 // four segments, each with a key of its own
const FRAME_SECONDS = 1 / 25
const MOST_AGAIN = 8 // pictures that a page's player decodes twice where it leaps to the beginning of its buffer
const env = {
  WEIR_SEGMENTS: 'fmp4',
  WEIR_HLS_SECRET: 'a-secret-of-the-long-tests',
  WEIR_SIGNED_URLS: 'demanded',
  WEIR_ENCRYPT_HLS: 'true',
  WEIR_SEGMENTS_PER_KEY: '1',
}

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: SECONDS, size: '320x180' }, env)
}, 120_000)
afterAll(() => clip?.stop())

async function ask<Answer>(path: string, method = 'GET', body?: object, of = clip): Promise<Answer> {
  const response = await fetch(new URL(path, of?.weir.url), {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return (await response.json()) as Answer
}

const signed = async (): Promise<SignedUrls['urls']> =>
  (await ask<SignedUrls>(`/api/videos/${clip?.videoId}/signed-urls`, 'POST', { expiresInSeconds: 600 })).urls

const players = { ...hlsPrograms, ...hlsPages }
const kinds = { 'transport stream': 'hls', 'fragmented MP4': 'hlsFmp4' } as const
/** These take an initialization section for encrypted, though it stands before any key (RFC 8216 section 4.3.2.4). */
const withoutEncryptedMp4: readonly string[] = ['GStreamer', 'the browser itself']
const rows = (Object.keys(players) as (keyof typeof players)[]).flatMap((player) =>
  (Object.keys(kinds) as (keyof typeof kinds)[])
    .filter((kind) => kind === 'transport stream' || !withoutEncryptedMp4.includes(player))
    .map((kind) => [player, kind] as const),
)

/** What is the player's own doing, with clear packages too (players.system.test.ts). */
const ownDoings: Partial<Record<string, { readonly lostPictures?: number; readonly complaint?: RegExp }>> = {
  'VLC, transport stream': { lostPictures: 1 },
  'hls.js, transport stream': { complaint: /^hls\.js: bufferSeekOverHole .* seeking from 0 to 0\.1/ },
}

for (const [player, kind] of rows) {
  test(`${player} plays a signed and encrypted ${kind} over four keys from start to end`, async (context) => {
    if (clip === undefined) return needs(context, 'ffmpeg')
    const url = (await signed())[kinds[kind]] ?? ''
    const { pictures, seconds, complaints } = await players[player](context, url)
    const { lostPictures = 0, complaint } = ownDoings[`${player}, ${kind}`] ?? {}
    expect(complaints.filter((text) => complaint?.test(text) !== true)).toEqual([])
    const fewest = SECONDS / FRAME_SECONDS - lostPictures
    expect(pictures).toBeGreaterThanOrEqual(fewest)
    expect(pictures).toBeLessThanOrEqual(fewest + (player in hlsPages ? MOST_AGAIN : 0))
    expect(Math.abs(seconds - SECONDS)).toBeLessThan(FRAME_SECONDS + 0.001)
  })
}

test('weir lint decrypts all of it and finds nothing wrong, clear of the token or behind a link', async (context) => {
  if (clip === undefined) return needs(context, 'ffmpeg')
  needs(context, 'ffprobe')
  for (const url of Object.values(await signed()).filter((address) => address.endsWith('.m3u8'))) {
    const result = await lintUrl(new URL(url), 'test', { ffprobe: undefined })
    expect(result.findings).toEqual([])
    expect(result.segments).toBeGreaterThanOrEqual(4)
  }
})

test('without a token nothing plays: ffmpeg says 403, and so of a key', async (context) => {
  if (clip === undefined) return needs(context, 'ffmpeg')
  const { hls = '' } = await signed()
  const plain = hls.replace(/~[^/]*\//, '')
  await expect(hlsPrograms.ffmpeg(context, plain)).rejects.toThrow('ffprobe') // there is nothing to count pictures in
  const folder = join(new URL(plain).pathname, '..', clip.variant)
  for (const name of ['index.m3u8', '00000.ts', 'ts-0.key']) {
    expect([name, (await fetch(`${clip.weir.url}${folder}/${name}`)).status]).toEqual([name, 403])
  }
})

test('the compare page plays both sides, with what it looks up beside them', async (context) => {
  if (clip === undefined) return needs(context, 'ffmpeg')
  needs(context, 'chromium')
  const page = await clip.openPage(context, '?side=both')
  const refused: string[] = []
  page.on('response', (response) => {
    if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`)
  })
  const lit = (): Promise<readonly number[]> =>
    page.evaluate(() => {
      const { sides } = Reflect.get(window, 'weir') as { sides: Record<string, { positionSeconds: number }> }
      return Object.values(sides).map(({ positionSeconds }) => positionSeconds)
    })
  await expect.poll(() => lit().catch(() => []), { timeout: 30_000 }).toHaveLength(2)
  await expect.poll(async () => Math.min(...(await lit())), { timeout: 30_000 }).toBeGreaterThan(9) // three keys
  expect(refused).toEqual([])
})

test('a live channel is encrypted and signed as well, and has no parts', async (context) => {
  if (clip === undefined) return needs(context, 'ffmpeg')
  const { id } = await ask<Channel>('/api/channels', 'POST', { loop: clip.videoId })
  context.onTestFinished(async () => void (await fetch(`${clip?.weir.url}/api/channels/${id}`, { method: 'DELETE' })))
  await expect.poll(async () => (await ask<Video>(`/api/videos/${id}`)).status, { timeout: 20_000 }).toBe('playable')
  const { urls } = await ask<SignedUrls>(`/api/videos/${id}/signed-urls`, 'POST')
  expect(Object.keys(urls).sort()).toEqual(['hls', 'poster'])
  const { hls = '' } = urls
  const inParts = await fetch(hls.replace('master', 'low-latency'))
  expect([inParts.status, ((await inParts.json()) as { readonly code: string }).code]).toEqual([409, 'not-encryptable'])
  const result = await lintUrl(new URL(hls), 'test', { ffprobe: undefined, reloads: 2 })
  expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  for (const play of [livePrograms(5).ffmpeg, livePages(5)['hls.js'], livePages(5)['Shaka Player']]) {
    const { pictures, seconds, complaints } = await play(context, hls)
    expect(complaints).toEqual([])
    expect(pictures / seconds).toBeGreaterThan(23)
  }
})

test('low latency by a signed address: reloads are held for their parts, and hls.js plays them, behind a link too', async (context) => {
  if (clip === undefined) return needs(context, 'ffmpeg')
  const { WEIR_HLS_SECRET, WEIR_SIGNED_URLS } = env
  const other = await ServedClip.start({ seconds: 4, size: '320x180' }, { WEIR_HLS_SECRET, WEIR_SIGNED_URLS })
  context.onTestFinished(() => other?.stop())
  const { id } = await ask<Channel>('/api/channels', 'POST', { loop: other?.videoId }, other)
  const video = (): Promise<Video> => ask<Video>(`/api/videos/${id}`, 'GET', undefined, other)
  await expect.poll(async () => (await video()).status, { timeout: 20_000 }).toBe('playable')
  const { lowLatencyHls = '' } = (await video()).urls // listed, and so signed
  const url = `${other?.weir.url}${lowLatencyHls}`
  const parts = await followParts(url.replace('.m3u8', '/index.m3u8'), 12)
  expect(parts.map(({ name }) => name)).toEqual(partNames(parts[0]?.name ?? '', 12))
  const seconds = ((parts.at(-1)?.atMs ?? 0) - (parts[0]?.atMs ?? 0)) / 1000 // ms to s
  expect(seconds / 11).toBeCloseTo(0.2, 1)
  expect((await fetch(url.replace(/~[^/]*\//, ''))).status).toBe(403)
  for (const address of [url, `${other?.weir.url}/link/default${lowLatencyHls}`]) {
    const played = await livePages(5)['hls.js'](context, address)
    // Of a channel that has just begun it wants the place 0, which is before its first picture.
    expect(played.complaints.filter((text) => !/bufferSeekOverHole .* seeking from 0 to/.test(text))).toEqual([])
    expect(played.pictures / played.seconds).toBeGreaterThan(23)
  }
})
