import { afterAll, beforeAll, expect, test } from 'vitest'
import { findClient, needs } from '../lab/test-support/clients.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { Problem, UdpSessionStatus } from '../protocol/weir-api.ts'
import { runProgram, SessionServer } from './test-support/session-server.ts'

type Seen = { readonly packets: number; readonly sequenceNumbers: readonly number[]; readonly status: UdpSessionStatus }

const VIEWER = 'server/test-support/media-viewer.ts'

let server: SessionServer | undefined
let origin = ''

beforeAll(async () => {
  if (findClient('ffmpeg') === undefined) return // each test tells
  server = await SessionServer.start()
  origin = server.origin
})
afterAll(() => server?.stop())

const makeLink = async (downlink: LinkProfile['downlink']): Promise<string> => (await server?.makeLink(downlink)) ?? ''

async function watch(query: string): Promise<Seen> {
  const { child, output } = runProgram(VIEWER, JSON.stringify([`${origin}/api/videos/plain/whep?${query}`]))
  await new Promise((resolve) => child.once('close', resolve))
  const [seen] = JSON.parse(output().replace('playing\n', '')) as [Seen]
  return seen
}

/** `k` for the k-th packet, which is the same in every run. */
function lostPackets({ playing, dropped }: UdpSessionStatus): number[] {
  const first = playing?.tracks[0]?.sequenceNumber ?? 0
  return dropped.map(({ sequenceNumber }) => (sequenceNumber - first) & 0xffff)
}

const OFFER = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'a=setup:actpass'],
  ...['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx'],
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
  ...['m=video 9 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=recvonly', 'a=rtcp-mux'],
].join('\r\n')
const H264 = '\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=42e01f\r\n'
const VP8 = '\r\na=rtpmap:96 VP8/90000\r\n'

const ask = (method: string, path: string, body?: string): Promise<Response> =>
  fetch(origin + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/sdp' }, body }),
  })

test('POST …/whep sends all packets of the variant, and with one seed a link loses the same of them each time', async (context) => {
  needs(context, 'node-datachannel')
  needs(context, 'ffmpeg')
  const lossy = { loss: { kind: 'random', lossRatio: 0.05 }, oneWayDelayMs: 20 } as const
  const [first, second] = await Promise.all([
    watch(`startSeconds=4&link=${await makeLink(lossy)}`),
    watch(`startSeconds=4&nack=off&link=${await makeLink(lossy)}`),
  ])
  expect(lostPackets(first.status).length).toBeGreaterThan(3)
  expect(lostPackets(second.status)).toEqual(lostPackets(first.status))
  for (const { packets, status } of [first, second]) {
    expect(status).toMatchObject({ transport: 'webrtc-media', phase: 'ended', playing: { startSeconds: 4 } })
    expect(packets).toBe(status.offeredPackets - status.droppedPackets.loss)
  }
})

test('DELETE of the Location ends a session at once, and PATCH is told that it is not taken', async (context) => {
  needs(context, 'node-datachannel')
  needs(context, 'ffmpeg')
  const response = await ask('POST', '/api/videos/plain/whep', OFFER + H264)
  const answer = await response.text()
  expect([response.status, response.headers.get('content-type')]).toEqual([201, 'application/sdp; charset=utf-8'])
  expect(answer).toMatch(/^a=sendonly\r$/m)
  expect(answer).toMatch(/^a=candidate:/m)
  expect(answer).not.toMatch(/nack pli|goog-remb/)
  const path = response.headers.get('location') ?? ''
  const patched = await ask('PATCH', path, 'a=candidate:1')
  expect([patched.status, patched.headers.get('allow')]).toEqual([405, 'GET, DELETE'])
  expect((await ask('DELETE', path)).status).toBe(204)
  expect((await ask('GET', path)).status).toBe(404)
})

const refusals: readonly (readonly [name: string, path: string, body: string, code: string])[] = [
  ['a body that is no SDP', '/api/videos/plain/whep', 'hello', 'bad-offer'],
  ['an offer without ICE', '/api/videos/plain/whep', `${OFFER}${H264}`.replace(/a=ice-ufrag.*\r\n/, ''), 'bad-offer'],
  ['an offer without H.264', '/api/videos/plain/whep', OFFER + VP8, 'h264-not-offered'],
  ['a variant with B-frames', '/api/videos/clip/whep', OFFER + H264, 'not-for-webrtc'],
  ['a video that is not there', '/api/videos/none/whep', OFFER + H264, 'unknown-video'],
  ['a link that is not there', '/api/videos/plain/whep?link=none', OFFER + H264, 'unknown-link'],
  ['a word that is neither on nor off', '/api/videos/plain/whep?nack=maybe', OFFER + H264, 'bad-request'],
  ['a body too large', '/api/videos/plain/whep', OFFER + H264 + 'a=x\r\n'.repeat(20_000), 'too-large'],
]

for (const [name, path, body, code] of refusals) {
  test(`POST …/whep refuses ${name} with ${code}`, async (context) => {
    needs(context, 'node-datachannel')
    needs(context, 'ffmpeg')
    const response = await ask('POST', path, body)
    expect(((await response.json()) as Problem).code).toBe(code)
  })
}
