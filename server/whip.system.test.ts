import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test, type TestContext } from 'vitest'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { needs } from '../lab/test-support/clients.ts'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startWeir, type WeirProcess } from '../lab/test-support/weir-process.ts'
import type { Channel, Problem } from '../protocol/weir-api.ts'

async function makeChannel(weir: WeirProcess, wish: object = {}): Promise<Required<Pick<Channel, 'id' | 'ingest'>>> {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' } }
  const answer = await fetch(`${weir.url}/api/channels`, { ...init, body: JSON.stringify({ ingest: 'whip', ...wish }) })
  expect(answer.status).toBe(201)
  const { id, ingest } = (await answer.json()) as Channel
  if (ingest === undefined) throw new Error('the maker of a channel was not told how to send to it')
  return { id, ingest }
}

const toldOf = async (weir: WeirProcess, id: string): Promise<Channel> =>
  (await (await fetch(`${weir.url}/api/channels/${id}`)).json()) as Channel

/** Publishes as a program does that is no browser; gives the path of what is published. */
async function publish(context: TestContext, { ingest }: Pick<Channel, 'ingest'>, ffmpeg: string): Promise<string> {
  const args = [
    '--import',
    'tsx',
    'server/test-support/whip-publisher.ts',
    ingest?.url ?? '',
    ingest?.key ?? '',
    ffmpeg,
  ]
  const child = trackChild(spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }))
  const ended = once(child, 'exit')
  context.onTestFinished(async () => {
    child.stdin.end()
    await ended
  })
  const gone = ended.then(() => Promise.reject(new Error('the publisher ended before it was answered')))
  const [location] = (await Promise.race([once(child.stdout, 'data'), gone])) as [Buffer]
  return location.toString().trim()
}

test('what is published by WHIP is live over HLS and RTSP, takes one publisher, and ends with DELETE as a video', async (context) => {
  const ffmpeg = needs(context, 'ffmpeg')
  const ffprobe = needs(context, 'ffprobe')
  const weir = await startWeir({ mediaFolder: temporaryFolder(context) })
  const channel = await makeChannel(weir, { record: true })
  const { key, url } = channel.ingest
  const location = await publish(context, channel, ffmpeg)
  expect(location).toMatch(new RegExp(`^/api/channels/${channel.id}/whip/[\\w-]{36}$`))
  const near = `${weir.url}/hls/${channel.id}/low-latency/index.m3u8`
  await expect.poll(async () => (await fetch(near)).text(), { timeout: 15_000 }).toContain('#EXT-X-PART:')
  expect(await (await fetch(near)).text()).toContain('#EXT-X-PART-INF:PART-TARGET=0.20000')

  const second = { method: 'POST', headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${key}` } }
  const refused = await fetch(url, { ...second, body: OFFER })
  expect([refused.status, ((await refused.json()) as Problem).code]).toEqual([409, 'channel-in-use'])

  if (inLongRun) {
    const { urls } = await toldOf(weir, channel.id)
    const streams = ['-show_entries', 'stream=codec_name,width,sample_rate', '-of', 'csv=p=0']
    const read = (of: string) =>
      execFileSync(ffprobe, ['-v', 'error', ...streams, of])
        .toString()
        .trim()
        .split(/\s+/)
    expect(new Set(read(`${weir.url}${urls.hls}`))).toEqual(new Set(['h264,320', 'aac,48000']))
    expect(read(urls.rtsp ?? '')).toEqual(['h264,320', 'aac,48000'])
  }

  const ended = await fetch(`${weir.url}${location}`, { method: 'DELETE', headers: { Authorization: `Bearer ${key}` } })
  expect(ended.status).toBe(200)
  await expect.poll(() => toldOf(weir, channel.id)).toMatchObject({ state: 'ended', recordedVideo: expect.any(String) })
  expect((await fetch(`${weir.url}${location}`, { method: 'DELETE' })).status).toBe(401)
})

/** That of nobody: it can be read, and no answer to it is ever used. */
const OFFER = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
  'a=setup:actpass',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  'm=video 9 UDP/TLS/RTP/SAVPF 108',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=sendonly',
  'a=rtcp-mux',
  'a=rtpmap:108 H264/90000',
  'a=fmtp:108 packetization-mode=1;profile-level-id=42e01f',
  'a=ssrc:5 cname:nobody',
  '',
].join('\r\n')

test('WHIP tells why it refuses', async (context) => {
  const weir = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { id, ingest } = await makeChannel(weir)
  const { url, key } = ingest
  const ask = async (method: string, to: string, body?: string, headers: Record<string, string> = {}) => {
    const asked = { 'Content-Type': 'application/sdp', Authorization: `Bearer ${key}`, ...headers }
    const answer = await fetch(to, { method, headers: asked, ...(body === undefined ? {} : { body }) })
    const { code } = (await answer.json()) as Problem
    return [
      answer.status,
      code,
      ...(answer.headers.get('www-authenticate') ?? answer.headers.get('allow') ?? '').split('|'),
    ]
  }
  expect(await ask('POST', url, OFFER, { Authorization: 'Bearer nonsense' })).toEqual([
    401,
    'publishing-unauthorized',
    'Bearer',
  ])
  expect(await ask('POST', url, OFFER, { Authorization: '' })).toEqual([401, 'publishing-unauthorized', 'Bearer'])
  expect(await ask('POST', url, 'hello')).toEqual([400, 'bad-offer', ''])
  expect(await ask('POST', url, OFFER.replace('H264', 'VP9'))).toEqual([400, 'bad-offer', ''])
  expect(await ask('POST', url, OFFER.replace('a=ice-pwd', 'a=nothing'))).toEqual([400, 'bad-offer', ''])
  expect(await ask('POST', url, OFFER, { 'Content-Type': 'text/plain' })).toEqual([415, 'unsupported-media-type', ''])
  expect(await ask('POST', url, OFFER + 'a=x\r\n'.repeat(20_000))).toEqual([413, 'too-large', ''])
  expect(await ask('POST', url.replace(id, 'nothing'), OFFER)).toEqual([404, 'unknown-channel', ''])
  expect(await ask('PUT', url, OFFER)).toEqual([405, 'method-not-allowed', 'POST, OPTIONS'])
  expect(await ask('PATCH', `${url}/x`, 'a=candidate:1')).toEqual([405, 'method-not-allowed', 'DELETE'])
  expect(await ask('DELETE', `${url}/x`)).toEqual([404, 'unknown-publisher', ''])
  const options = await fetch(url, { method: 'OPTIONS' })
  expect([options.status, options.headers.get('accept-post')]).toEqual([204, 'application/sdp'])
  // None of them has taken the place of one who can be answered.
  const headers = { 'Content-Type': 'application/sdp', Authorization: `Bearer ${key}` }
  const taken = await fetch(url, { method: 'POST', headers, body: OFFER })
  expect([taken.status, taken.headers.get('content-type')]).toEqual([201, 'application/sdp'])
  expect(await taken.text()).toMatch(/a=recvonly\r\n/)
  expect(await ask('PUT', url.replace('/whip', `/ingest/${key}/stream.ts`), 'x')).toEqual([409, 'wrong-state', ''])
})
