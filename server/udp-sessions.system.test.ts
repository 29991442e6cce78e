import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { findClient, needs } from '../lab/test-support/clients.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import type { LinkProfile } from '../link/profile.ts'
import { decodeRtp } from '../protocol/rtp.ts'
import type { ControlMessage, ControlRequest, ControlTrack } from '../protocol/udp-control.ts'
import type { LinkSummary, UdpSessionStatus } from '../protocol/weir-api.ts'
import { makePackageClip, type PackageClip } from '../udp-relay/test-support/package-clip.ts'
import { runProgram, SessionServer } from './test-support/session-server.ts'
import { virtualSession } from './test-support/virtual-session.ts'

type Received = { readonly ssrc: number; readonly sequenceNumber: number }
type Seen = {
  readonly packets: readonly Received[]
  readonly messages: readonly ControlMessage[]
  readonly status: UdpSessionStatus
}

let server: SessionServer | undefined
let origin = ''
let clip: PackageClip

beforeAll(async () => {
  if (findClient('ffmpeg') === undefined) return // each test tells
  clip = makePackageClip() // the same bytes as the server's
  server = await SessionServer.start()
  origin = server.origin
})
afterAll(() => server?.stop())

const makeLink = async (downlink: LinkProfile['downlink']): Promise<string> => (await server?.makeLink(downlink)) ?? ''

const readStatus = async (id: string): Promise<UdpSessionStatus> =>
  (await (await fetch(`${origin}/api/udp-sessions/${id}`)).json()) as UdpSessionStatus

/** A page over the WebSocket twin. */
class SocketPage {
  readonly packets: Received[] = []
  readonly messages: ControlMessage[] = []
  readonly #socket: WebSocket
  readonly closed: Promise<number>

  constructor(query: string) {
    this.#socket = new WebSocket(`${origin.replace('http', 'ws')}/api/udp-sessions/ws?${query}`)
    this.closed = new Promise((resolve) => this.#socket.once('close', resolve))
    this.#socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) return void this.messages.push(JSON.parse(data.toString()) as ControlMessage)
      const packet = decodeRtp(data)
      if (!packet.ok || packet.value.payloadType < 96) return // RTCP
      this.packets.push({ ssrc: packet.value.ssrc, sequenceNumber: packet.value.sequenceNumber })
    })
  }

  send(message: ControlRequest | string): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** The first message of this kind after the first `after` ones. */
  async told<Kind extends ControlMessage['kind']>(
    kind: Kind,
    after = 0,
  ): Promise<ControlMessage & { readonly kind: Kind }> {
    const find = () => this.messages.slice(after).find((message) => message.kind === kind)
    await vi.waitFor(() => expect(find()).toBeDefined(), { timeout: 15_000 })
    return find() as ControlMessage & { readonly kind: Kind }
  }

  close(): void {
    this.#socket.close()
  }
}

async function watchBySocket(query: string): Promise<Seen> {
  const page = new SocketPage(query)
  const { id } = await page.told('session')
  page.send({ id: 1, method: 'play' })
  await page.told('ended')
  const seen = { packets: page.packets, messages: page.messages, status: await readStatus(id) }
  page.close()
  return seen
}

async function watchByDataChannel(query: string): Promise<Seen> {
  const { child, output } = runProgram(
    'server/test-support/data-channel-viewer.ts',
    `${origin}/api/udp-sessions?${query}`,
  )
  const exitCode = await new Promise((resolve) => child.once('close', resolve))
  expect(exitCode).toBe(0)
  return JSON.parse(output()) as Seen
}

const tracksOf = ({ messages }: Pick<Seen, 'messages'>): readonly ControlTrack[] =>
  messages.find((message) => message.kind === 'playing')?.tracks ?? []

/** `track:k` for the k-th packet of a track, which is the same in every run. */
function names(packets: readonly Received[], tracks: readonly ControlTrack[]): string[] {
  return packets.map(({ ssrc, sequenceNumber }) => {
    const track = tracks.findIndex((other) => other.ssrc === ssrc)
    return `${track}:${(sequenceNumber - (tracks[track]?.sequenceNumber ?? 0)) & 0xffff}`
  })
}

/** What the link does to the clip's last segment in virtual time. */
const virtually = (downlink: LinkProfile['downlink']) =>
  virtualSession(clip, { seed: 7, downlink }, { keyframe: LAST_SEGMENT, withSetup: true })
const LAST_SEGMENT = { segmentIndex: 1, frameIndex: 0, startSeconds: 4 }

const lossy = { loss: { kind: 'random', lossRatio: 0.05 }, oneWayDelayMs: 20 } as const
const hard = {
  rateBitsPerSecond: 250_000,
  queueMs: 100,
  oneWayDelayMs: 40,
  loss: { kind: 'bad-moments', lossRatio: 0.1, meanBurstMs: 60 },
} as const

type Way = readonly [name: string, watch: (query: string) => Promise<Seen>]
const overSocket: Way = ['WebSocket', watchBySocket]
const overDataChannel: Way = ['data channel', watchByDataChannel]

for (const [way, watch] of matrix([overDataChannel, overSocket])) {
  test(`over a ${way}, at 5 % with seed 7 exactly those packets are missing that virtual time loses`, async (context) => {
    if (way === 'data channel') needs(context, 'node-datachannel')
    needs(context, 'ffmpeg')
    const { offered, dropped } = await virtually(lossy)
    const seen = await watch(`video=clip&startSeconds=4&link=${await makeLink(lossy)}`)
    const { status } = seen
    const tracks = tracksOf(seen)

    expect(dropped.loss.length).toBeGreaterThan(3)
    expect(names(status.dropped, tracks)).toEqual(dropped.loss)
    expect(status).toMatchObject({
      phase: 'ended',
      offeredPackets: offered.length,
      droppedPackets: { loss: dropped.loss.length, queue: 0, gateway: 0 },
    })
    const arrived = names(seen.packets, tracks)
    const lost = new Set(dropped.loss)
    expect(arrived.toSorted()).toEqual(offered.filter((name) => !lost.has(name)).toSorted())

    const ended = seen.messages.find(({ kind }) => kind === 'ended')
    const last = tracks.map(({ payloadType, sequenceNumber }, track) => {
      const packets = offered.filter((name) => name.startsWith(`${track}:`)).length
      return [String(payloadType), (sequenceNumber + packets - 1) & 0xffff]
    })
    expect(ended).toEqual({ kind: 'ended', lastSequenceNumbers: Object.fromEntries(last) })
  })
}

for (const [way, watch] of matrix([overSocket, overDataChannel])) {
  test(`over a ${way}, a full queue and bad moments drop exactly the packets that they drop in virtual time`, async (context) => {
    if (way === 'data channel') needs(context, 'node-datachannel')
    needs(context, 'ffmpeg')
    const { dropped, setupMs } = await virtually(hard)
    const seen = await watch(`video=clip&startSeconds=4&link=${await makeLink(hard)}`)
    expect(Math.min(dropped.queue.length, dropped.loss.length)).toBeGreaterThan(3)
    expect(names(seen.status.dropped, tracksOf(seen)).toSorted()).toEqual(
      [...dropped.queue, ...dropped.loss].toSorted(),
    )
    const playing = seen.messages.find((message) => message.kind === 'playing')
    expect(playing?.setup?.modelledMs).toBe(setupMs)
  })
}

test('without a link every packet arrives', async (context) => {
  needs(context, 'ffmpeg')
  const { offered } = await virtually({})
  const seen = await watchBySocket('video=clip&startSeconds=4')
  expect(names(seen.packets, tracksOf(seen)).toSorted()).toEqual(offered.toSorted())
  expect(seen.status).toMatchObject({ video: 'clip', variant: '240p', transport: 'websocket', dropped: [] })
})

test('over TCP every packet arrives, in order, and with one seed the line loses the same segments', async (context) => {
  needs(context, 'ffmpeg')
  const { offered } = await virtually({})
  const lostOf = async (): Promise<number> => {
    const link = await makeLink(lossy)
    const seen = await watchBySocket(`video=clip&startSeconds=4&over=tcp&link=${link}`)
    expect(names(seen.packets, tracksOf(seen))).toEqual(offered)
    expect(seen.status).toMatchObject({ over: 'tcp', phase: 'ended', offeredPackets: offered.length, dropped: [] })
    const summary = (await (await fetch(`${origin}/api/links/${link}`)).json()) as LinkSummary<LinkProfile>
    return summary.udp.downlink.lostPackets
  }
  const lost = await Promise.all([lostOf(), lostOf()])
  expect(lost[0]).toBeGreaterThan(3)
  expect(lost[1]).toBe(lost[0])
})

test('without a link over TCP is the WebSocket itself', async (context) => {
  needs(context, 'ffmpeg')
  const { offered } = await virtually({})
  const seen = await watchBySocket('video=clip&startSeconds=4&over=tcp')
  expect(names(seen.packets, tracksOf(seen))).toEqual(offered)
})

test('a session is gone when its page has closed the connection', async (context) => {
  needs(context, 'ffmpeg')
  const page = new SocketPage('video=clip')
  const { id } = await page.told('session')
  page.close()
  await vi.waitFor(async () => expect((await fetch(`${origin}/api/udp-sessions/${id}`)).status).toBe(404))
})

test('DELETE ends a session and closes its connection', async (context) => {
  needs(context, 'ffmpeg')
  const page = new SocketPage('video=clip')
  const { id } = await page.told('session')
  expect((await fetch(`${origin}/api/udp-sessions/${id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await fetch(`${origin}/api/udp-sessions/${id}`, { method: 'DELETE' })).status).toBe(404)
  await page.closed
})

test('control: play, pause, resume, seek and variant are answered with where they are', async (context) => {
  needs(context, 'ffmpeg')
  const page = new SocketPage('video=clip&startSeconds=3')
  await page.told('session')
  page.send({ id: 1, method: 'play' })
  expect(await page.told('playing')).toMatchObject({ id: 1, variant: '240p', startSeconds: 2, durationSeconds: 6 })
  page.send({ id: 2, method: 'pause' })
  const paused = await page.told('paused')
  expect(paused.positionSeconds).toBeGreaterThan(1.9) // decode time, two frames before presentation

  page.send({ id: 3, method: 'play' })
  const resumed = await page.told('playing', page.messages.length)
  expect(resumed).toMatchObject({ id: 3, startSeconds: paused.positionSeconds })
  page.send({ id: 4, method: 'seek', startSeconds: 5 })
  const sought = await page.told('playing', page.messages.length)
  expect(sought).toMatchObject({ id: 4, startSeconds: 4 })
  expect(sought.tracks.map(({ ssrc }) => ssrc)).toEqual(resumed.tracks.map(({ ssrc }) => ssrc))

  page.send({ id: 5, method: 'variant', variant: 'twin' })
  const switched = await page.told('playing', page.messages.length)
  expect(switched).toMatchObject({ id: 5, variant: 'twin', startSeconds: 4 })
  page.close()
})

const refusals: [message: string, id: number, code: string][] = [
  ['{', -1, 'bad-control'],
  ['{"id":3,"method":"fly"}', 3, 'bad-control'],
  ['{"id":4,"method":"seek"}', 4, 'bad-control'],
  ['{"id":5,"method":"play","startSeconds":-1}', 5, 'bad-control'],
  ['{"id":6,"method":"pause"}', 6, 'not-playing'],
  ['{"id":7,"method":"play","startSeconds":1000}', 7, 'start-beyond-end'],
  ['{"id":8,"method":"variant","variant":"4320p"}', 8, 'unknown-variant'],
]
test('control: what cannot be done is refused, and the session goes on', async (context) => {
  needs(context, 'ffmpeg')
  const page = new SocketPage('video=clip')
  await page.told('session')
  for (const [message, id, code] of refusals) {
    page.send(message)
    expect(await page.told('refused', page.messages.length)).toMatchObject({ id, code })
  }
  page.send({ id: 9, method: 'play' })
  expect(await page.told('playing')).toMatchObject({ id: 9, startSeconds: 0 })
  page.close()
})

test('an unknown video is told on the WebSocket, which closes', async (context) => {
  needs(context, 'ffmpeg')
  const page = new SocketPage('video=nothing')
  expect(await page.told('stopped')).toMatchObject({ code: 'unknown-video' })
  expect(await page.closed).toBe(1008)
})

const bad: [query: string, type: string, status: number, code: string][] = [
  ['video=nothing', 'application/sdp', 404, 'unknown-video'],
  ['video=clip&variant=4320p', 'application/sdp', 404, 'unknown-variant'],
  ['video=clip&link=nothing', 'application/sdp', 404, 'unknown-link'],
  ['video=clip', 'application/sdp', 400, 'bad-offer'],
  ['video=clip', 'text/plain', 415, 'unsupported-media-type'],
  ['video=clip&startSeconds=soon', 'application/sdp', 400, 'bad-request'],
  ['video=clip&repair=all', 'application/sdp', 400, 'bad-request'],
  ['video=clip&lane=fast', 'application/sdp', 400, 'bad-request'],
  ['video=clip&colour=red', 'application/sdp', 400, 'bad-request'],
  ['video=clip&over=tcp', 'application/sdp', 400, 'bad-request'],
  ['', 'application/sdp', 400, 'bad-request'],
]
for (const [query, type, status, code] of bad) {
  test(`POST /api/udp-sessions?${query} as ${type} with a bad offer answers ${status} ${code}`, async (context) => {
    needs(context, 'node-datachannel')
    needs(context, 'ffmpeg')
    const response = await fetch(`${origin}/api/udp-sessions?${query}`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: 'v=0',
    })
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code])
  })
}
