import { setTimeout } from 'node:timers/promises'
import { expect, test, vi, type TestContext } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import { encodeRtcp } from '../protocol/rtcp.ts'
import { middle32 } from '../protocol/rtcp-round-trip.ts'
import { beginsKeyframe } from '../protocol/rtp-video.ts'
import { readRtpInfo, readSessionHeader } from '../protocol/rtsp-headers.ts'
import { encodeInterleavedFrame, type RtspResponse } from '../protocol/rtsp-message.ts'
import { readSdp } from '../protocol/sdp.ts'
import { startClipRelay } from '../udp-relay/test-support/clip-relay.ts'
import { CLIP_FRAMES, makePackageClip } from '../udp-relay/test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from '../udp-relay/test-support/rtsp-client.ts'
import type { RecordedEvent } from './link-watch.ts'
import { Links } from './links.ts'
import { LinksOfViewers } from './rtsp-through-link.ts'
import { virtualSession } from './test-support/virtual-session.ts'

const clip = makePackageClip()

async function open(
  context: TestContext,
  profile: Omit<LinkProfile, 'seed'>,
  defaultProfile: Partial<LinkProfile> = {},
  played = clip,
) {
  const links = new Links({ defaultProfile: { seed: 1, downlink: {}, ...defaultProfile } })
  context.onTestFinished(() => links.close())
  const { id } = links.create({ seed: 7, ...profile })
  const relay = await startClipRelay(context, played, { links: new LinksOfViewers(links) })
  const client = await RtspClient.open(relay.rtspPort)
  const base = `rtsp://127.0.0.1:${relay.rtspPort}`
  return { links, linkId: id, relay, client, base, url: `${base}/link/${id}/clip` }
}

const onChannels = 'RTP/AVP/TCP;unicast;interleaved=0-1'

type Opened = Awaited<ReturnType<typeof open>>

const header = ({ headers }: RtspResponse, name: string): string => headers.get(name) ?? `no ${name}`

/** SETUP of both tracks. */
async function setUp({ client, url }: Pick<Opened, 'client' | 'url'>) {
  const receivers = [await UdpReceiver.open(), await UdpReceiver.open()] as const
  let headers: Record<string, string> = {}
  for (const [index, { transport }] of receivers.entries()) {
    const reply = await client.request('SETUP', `${url}/240p/trackID=${index}`, { ...headers, transport })
    headers = { session: readSessionHeader(header(reply, 'session')).id }
  }
  return { receivers, headers, byes: () => receivers[0].byes + receivers[1].byes }
}

const isUsed = ({ links, linkId }: Opened): boolean => links.find(linkId).unusedMs(performance.now() + 1) === 0
const expectUnused = (opened: Opened): void => {
  expect(isUsed(opened)).toBe(false)
  expect(opened.links.get(opened.linkId).udp.openFlows).toBe(0)
}
const roundTrip = (rttMs: number) => ({ downlink: { oneWayDelayMs: rttMs / 2 }, uplink: { oneWayDelayMs: rttMs / 2 } })
/** A timer of this process rings late on a busy machine, never early; a round trip more would show all the same. */
const expectAbout = (ms: number, expectedMs: number, roundTripMs: number): void => {
  expect(ms).toBeGreaterThan(expectedMs - 2)
  expect(ms).toBeLessThan(expectedMs + 0.9 * roundTripMs)
}

test('over a line of 800 ms each request takes its round trip, the first the handshake’s too', async (context) => {
  const { client, url } = await open(context, roundTrip(800))
  const receivers = [await UdpReceiver.open(), await UdpReceiver.open()]
  const session: { session?: string } = {}
  const times: number[] = []
  const ask = async (method: string, at: string, headers: Record<string, string> = {}) => {
    const startMs = performance.now()
    const reply = await client.request(method, at, { ...session, ...headers })
    times.push(performance.now() - startMs)
    expect(reply.status).toBe(200)
    return reply
  }
  await ask('OPTIONS', url)
  await ask('DESCRIBE', url)
  for (const [index, { transport }] of receivers.entries()) {
    const reply = await ask('SETUP', `${url}/240p/trackID=${index}`, { transport })
    session.session = readSessionHeader(header(reply, 'session')).id
  }
  await ask('PLAY', url)
  times.forEach((ms, index) => expectAbout(ms, index === 0 ? 1600 : 800, 800))
})

test('addresses told to a viewer keep him on his link', async (context) => {
  const opened = await open(context, { downlink: {} })
  const { client, url } = opened
  const described = await client.request('DESCRIBE', `${url}/240p?a=b`)
  expect(header(described, 'content-base')).toBe(`${url}/240p?a=b/`)
  expect(readSdp(Buffer.from(described.body).toString())).toMatchObject({
    value: { tracks: [{ controlUrl: `${url}/240p/trackID=0?a=b` }, { controlUrl: `${url}/240p/trackID=1?a=b` }] },
  })
  const { headers } = await setUp(opened)
  const played = await client.request('PLAY', url, headers)
  expect(readRtpInfo(header(played, 'rtp-info')).map((track) => track.url)).toEqual([
    `${url}/240p/trackID=0`,
    `${url}/240p/trackID=1`,
  ])
})

const lossy = { loss: { kind: 'random', lossRatio: 0.05 }, oneWayDelayMs: 10 } as const
const hard = {
  rateBitsPerSecond: 250_000,
  queueMs: 100,
  oneWayDelayMs: 40,
  loss: { kind: 'bad-moments', lossRatio: 0.1, meanBurstMs: 60 },
} as const

test('a player misses exactly the packets that virtual time drops: by chance, by the queue, in bad moments', async (context) => {
  const compare = async (downlink: LinkProfile['downlink']) => {
    const keyframe = { segmentIndex: 1, frameIndex: 0, startSeconds: 4 }
    const virtual = await virtualSession(clip, { seed: 7, downlink }, { keyframe, withSetup: false })
    const lost = new Set([...virtual.dropped.loss, ...virtual.dropped.queue])
    const opened = await open(context, { downlink })
    const { receivers, headers } = await setUp(opened)
    const played = await opened.client.request('PLAY', opened.url, { ...headers, range: 'npt=4-' })
    const starts = readRtpInfo(header(played, 'rtp-info')).map(({ sequenceNumber }) => sequenceNumber)
    const goodbyes = receivers.map((receiver) => receiver.until(() => receiver.byes > 0))
    await Promise.all(goodbyes)
    const arrived = receivers.flatMap(({ rtp }, track) =>
      rtp.map(({ sequenceNumber }) => `${track}:${(sequenceNumber - (starts[track] ?? 0)) & 0xffff}`),
    )
    expect(arrived.toSorted()).toEqual(virtual.offered.filter((packet) => !lost.has(packet)).toSorted())
    return Math.min(virtual.dropped.loss.length, downlink === hard ? virtual.dropped.queue.length : Infinity)
  }
  const fewest = await Promise.all([lossy, hard].map(compare))
  expect(Math.min(...fewest)).toBeGreaterThan(3)
})

test('where UDP is blocked RTSP is answered, and no packet comes or goes', async (context) => {
  const opened = await open(context, { ...roundTrip(20), udpBlocked: true })
  const { receivers, headers } = await setUp(opened)
  expect((await opened.client.request('PLAY', opened.url, headers)).status).toBe(200)
  receivers[0].sendRtcp(receiverReport(), opened.relay.rtpPort + 1)
  const blocked = () => {
    const { downlink, uplink } = opened.links.get(opened.linkId).udp
    return [downlink.blockedPackets, uplink.blockedPackets]
  }
  await vi.waitFor(() => expect(blocked()).toEqual([expect.toSatisfy((packets) => packets > 20), 1]), { timeout: 5000 })
  expect((await opened.client.request('GET_PARAMETER', opened.url, headers)).status).toBe(200)
  for (const { rtp, rtcp } of receivers) expect([...rtp, ...rtcp]).toEqual([])
})

function receiverReport(ssrc = 0, lastSr = 0): Uint8Array {
  const counts = { fractionLost: 0, cumulativePacketsLost: 0, extendedHighestSequenceNumber: 0, jitterTicks: 0 }
  const report = { ssrc, ...counts, lastSr, delaySinceLastSr: 0 }
  return encodeRtcp([{ kind: 'receiver-report', ssrc: 1, reports: lastSr === 0 ? [] : [report] }])
}

const endOf = ({ relay }: Opened) => relay.log.find(({ msg }) => msg === 'RTSP session ended')

test('a viewer’s report crosses the uplink: the round trip that the relay sees is the line’s', async (context) => {
  const opened = await open(context, roundTrip(400))
  const { receivers, headers } = await setUp(opened)
  await opened.client.request('PLAY', opened.url, headers)
  await receivers[0].until(() => receivers[0].rtcp.length > 0)
  const sent = receivers[0].rtcp.find((packet) => packet.kind === 'sender-report')
  const report = sent === undefined ? receiverReport() : receiverReport(sent.ssrc, middle32(sent.ntpTime))
  receivers[0].sendRtcp(report, opened.relay.rtpPort + 1)
  await opened.client.request('TEARDOWN', opened.url, headers) // 100 ms behind the report
  expect(endOf(opened)).toMatchObject({ reason: 'teardown', receiverReports: 1, link: opened.linkId })
  expectAbout(Number(endOf(opened)?.['roundTripMs']), 400, 400)
})

test('a relay lists the sessions behind a link: who plays, by what, and what his reports say', async (context) => {
  const opened = await open(context, roundTrip(20))
  const { client, relay, url, linkId } = opened
  const seen = () => relay.sessions.behind(linkId, 9)
  const receiver = await UdpReceiver.open()
  const asked = { transport: receiver.transport, 'user-agent': 'LibVLC/3.0.24' }
  const setUp = await client.request('SETUP', `${url}/240p/trackID=0`, asked)
  expect(seen()).toMatchObject([{ phase: 'ready', userAgent: 'LibVLC/3.0.24', presentation: { variant: '240p' } }])
  expect(seen()[0]?.tracks).toEqual([{ kind: 'video' }, { kind: 'audio' }])
  const session = setUp.headers.get('session')?.split(';')[0]
  expect(JSON.stringify(seen())).not.toContain(session) // who may look does not steer
  await client.request('PLAY', url, { session: String(session) })
  await receiver.until(() => receiver.rtcp.some(({ kind }) => kind === 'sender-report'))
  const sent = receiver.rtcp.find((packet) => packet.kind === 'sender-report')
  receiver.sendRtcp(
    receiverReport(sent?.ssrc, middle32(sent?.ntpTime ?? { seconds: 0, fraction: 0 })),
    relay.rtpPort + 1,
  )
  await expect.poll(() => seen()[0]?.tracks[0]?.reception).toMatchObject({ ssrc: sent?.ssrc, lossRatio: 0 })
  expect([seen()[0]?.phase, relay.sessions.behind('another', 9)]).toEqual(['playing', []])
})

test('what an interleaved viewer reports crosses the uplink too: the round trip is the line’s', async (context) => {
  const { client, relay, linkId, url } = await open(context, roundTrip(400))
  const reply = await client.request('SETUP', `${url}/240p/trackID=0`, { transport: onChannels })
  await client.request('PLAY', url, { session: readSessionHeader(header(reply, 'session')).id })
  await client.until(() => client.rtcpOf(1).some(({ kind }) => kind === 'sender-report'))
  const sent = client.rtcpOf(1).find((packet) => packet.kind === 'sender-report')
  const report = receiverReport(sent?.ssrc, middle32(sent?.ntpTime ?? { seconds: 0, fraction: 0 }))
  client.socket.write(encodeInterleavedFrame(1, report))
  const seen = () => relay.sessions.behind(linkId, 9)[0]
  await expect.poll(() => seen()?.tracks[0]?.reception).toMatchObject({ ssrc: sent?.ssrc, lossRatio: 0 })
  expectAbout(seen()?.roundTripMs ?? 0, 400, 400)
})

test('an unknown link, and another one on the same connection, are answered 404 with the reason', async (context) => {
  const { client, relay, base, url, linkId } = await open(context, { downlink: {} })
  const unknown = await client.request('DESCRIBE', `${base}/link/nothing/clip`)
  expect([unknown.status, unknown.reason]).toEqual([404, 'No Such Link'])
  expect((await client.request('DESCRIBE', url)).status).toBe(200) // nothing had bound the connection
  for (const path of ['/clip', '/link/default/clip']) {
    const other = await client.request('DESCRIBE', base + path)
    expect([other.status, other.reason]).toEqual([404, 'Link of Another Connection'])
  }
  const direct = await RtspClient.open(relay.rtspPort)
  expect((await direct.request('DESCRIBE', `${base}/clip`)).status).toBe(200)
  expect((await direct.request('DESCRIBE', `${base}/link/${linkId}/clip`)).reason).toBe('Link of Another Connection')
})

test('a session behind a link is not steered past it', async (context) => {
  const opened = await open(context, { downlink: {} })
  const { headers } = await setUp(opened)
  const direct = await RtspClient.open(opened.relay.rtspPort)
  expect((await direct.request('PLAY', `${opened.base}/clip`, headers)).status).toBe(454)
  const another = await RtspClient.open(opened.relay.rtspPort)
  expect((await another.request('PLAY', opened.url, headers)).status).toBe(200)
})

test('a connection is bound by the first request that names a presentation, however its bytes are cut', async (context) => {
  const { client, url } = await open(context, roundTrip(400))
  const bytes = Buffer.from(`OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\nDESCRIBE ${url} RTSP/1.0\r\nCSeq: 2\r\n\r\n`)
  const startMs = performance.now()
  const first = client.reply()
  for (let at = 0; at < bytes.length; at += 7) {
    client.socket.write(bytes.subarray(at, at + 7))
    await new Promise(setImmediate)
  }
  expect(header(await first, 'cseq')).toBe('1')
  expect(performance.now() - startMs).toBeLessThan(200)
  expect(header(await client.reply(), 'cseq')).toBe('2')
  expectAbout(performance.now() - startMs, 800, 400)
})

test('with applyTo everyone who names no link goes through the default one', async (context) => {
  const opened = await open(context, { downlink: {} }, { ...roundTrip(400), applyTo: 'everyone' })
  const startMs = performance.now()
  expect((await opened.client.request('DESCRIBE', `${opened.base}/clip`)).status).toBe(200)
  expectAbout(performance.now() - startMs, 800, 400)
})

for (const close of ['end', 'resetAndDestroy'] as const) {
  test(`TEARDOWN and goodbye still cross when the viewer closes at once by ${close}, and nothing is left`, async (context) => {
    const opened = await open(context, roundTrip(100))
    const { receivers, headers } = await setUp(opened)
    await opened.client.request('PLAY', opened.url, headers)
    await receivers[0].until(() => receivers[0].rtp.length > 0)
    const sentPackets = () => opened.links.totals.udp.read().uplink.acceptedPackets
    const sentBefore = sentPackets()
    void opened.client.request('TEARDOWN', opened.url, headers)
    await vi.waitFor(() => expect(sentPackets()).toBeGreaterThan(sentBefore), { interval: 1 })
    opened.client.socket[close]()
    await Promise.all(receivers.map((receiver) => receiver.until(() => receiver.byes === 1)))
    expect(endOf(opened)).toMatchObject({ reason: 'teardown' })
    await vi.waitFor(() => expectUnused(opened))
  })
}

test('an answer to a viewer who has gone does not use his link again', async (context) => {
  const opened = await open(context, { downlink: {} })
  const conversation = new LinksOfViewers(opened.links).find(opened.linkId)?.openConversation({
    requestArrived: () => {},
    responseArrived: () => 0,
  })
  expect(isUsed(opened)).toBe(true)
  conversation?.close()
  await conversation?.respond(Buffer.from('late'))
  expectUnused(opened)
})

test('a viewer who breaks off in the middle of his conversation leaves nothing', async (context) => {
  const opened = await open(context, { ...roundTrip(100), downlink: { loss: { kind: 'random', lossRatio: 1 } } })
  for (const close of ['resetAndDestroy', 'destroy', 'end'] as const) {
    const client = await RtspClient.open(opened.relay.rtspPort)
    void client.request('DESCRIBE', opened.url)
    await new Promise(setImmediate)
    client.socket[close]()
  }
  await vi.waitFor(() => expect(isUsed(opened)).toBe(true))
  await opened.relay.close() // his bytes never arrive: the relay gives them up
  expectUnused(opened)
})

test('a link that is removed or begun anew in mid-play serves its viewers on', async (context) => {
  const opened = await open(context, roundTrip(20))
  const { receivers, headers } = await setUp(opened)
  await opened.client.request('PLAY', opened.url, headers)
  const more = async () => {
    const received = receivers[0].rtp.length
    await receivers[0].until(() => receivers[0].rtp.length > received + 10)
  }
  await more()
  opened.links.restart(opened.linkId)
  await more()
  expect(opened.links.get(opened.linkId).udp.downlink.deliveredPackets).toBeGreaterThan(0)
  opened.links.remove(opened.linkId)
  await more()
  const numbers = receivers[0].rtp.map(({ sequenceNumber }) => sequenceNumber)
  expect(new Set(numbers.slice(1).map((number, index) => (number - (numbers[index] ?? 0)) & 0xffff))).toEqual(
    new Set([1]),
  )
  expect((await opened.client.request('GET_PARAMETER', opened.url, headers)).status).toBe(200)
  const another = await RtspClient.open(opened.relay.rtspPort)
  expect((await another.request('GET_PARAMETER', opened.url, headers)).reason).toBe('No Such Link')
})

test('closing the relay ends viewers in any phase', async (context) => {
  const opened = await open(context, roundTrip(100))
  const { receivers, headers } = await setUp(opened)
  await opened.client.request('PLAY', opened.url, headers)
  await receivers[0].until(() => receivers[0].rtp.length > 0)
  const another = await RtspClient.open(opened.relay.rtspPort)
  void another.request('DESCRIBE', opened.url)
  void opened.client.request('TEARDOWN', opened.url, headers)
  await opened.relay.close()
  expectUnused(opened)
})

test('a viewer who does not read stops the modelled sender until he does', async (context) => {
  const opened = await open(context, roundTrip(10))
  let arrivedBytes = 0
  const conversation = new LinksOfViewers(opened.links).find(opened.linkId)?.openConversation({
    requestArrived: () => {},
    responseArrived: ({ length }) => {
      arrivedBytes += length
      return 0
    },
  })
  conversation?.request(Buffer.from('?'))
  const hasRoom = conversation?.respond(Buffer.alloc(1_000_000)).then(() => 'room')
  await vi.waitFor(() => expect(arrivedBytes).toBeGreaterThan(0))
  expect(await Promise.race([hasRoom, conversation?.respond(Buffer.from('more')), Promise.resolve('none')])).toBe(
    'none',
  )
  const stoppedBytes = arrivedBytes
  conversation?.setReceiveRoom(2_000_000)
  await vi.waitFor(() => expect(arrivedBytes).toBeGreaterThan(stoppedBytes))
  conversation?.close()
  expect(await hasRoom).toBe('room')
})

test('interleaved packets cross a line that loses 5 % as bytes of the connection: late, and all of them', async (context) => {
  const { client, url } = await open(context, {
    ...roundTrip(40),
    downlink: { oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.05 } },
  })
  const reply = await client.request('SETUP', `${url}/240p/trackID=0`, { transport: onChannels })
  const session = { session: readSessionHeader(header(reply, 'session')).id }
  const played = await client.request('PLAY', url, { ...session, range: 'npt=4-' })
  const [info] = readRtpInfo(header(played, 'rtp-info'))
  await client.until(() => client.rtcpOf(1).some(({ kind }) => kind === 'bye'))
  const packets = client.rtpOf(0)
  expect(packets.filter(({ marker }) => marker)).toHaveLength(CLIP_FRAMES / 3)
  const first = info?.sequenceNumber ?? 0
  expect(packets.map(({ sequenceNumber }) => sequenceNumber)).toEqual(packets.map((_, at) => (first + at) & 0xffff))
  expect((await client.request('TEARDOWN', url, session)).status).toBe(200)
})

/** A viewer whose media come in the connection, of the picture alone: SETUP; `play` begins. */
async function openOnChannels(context: TestContext, profile: Omit<LinkProfile, 'seed'>) {
  const opened = await open(context, profile)
  const { client, url, links, linkId } = opened
  const reply = await client.request('SETUP', `${url}/240p/trackID=0`, { transport: onChannels })
  const headers = { session: readSessionHeader(header(reply, 'session')).id }
  return {
    ...opened,
    play: () => client.request('PLAY', url, headers),
    tearDown: () => client.request('TEARDOWN', url, headers),
    summary: () => links.get(linkId),
    /** Some packets more. */
    more: async () => {
      const came = client.rtpOf(0).length
      await client.until(() => client.rtpOf(0).length > came + 10)
    },
    expectWhole: () => {
      const numbers = client.rtpOf(0).map(({ sequenceNumber }) => sequenceNumber)
      expect(numbers).toEqual(numbers.map((_, at) => ((numbers[0] ?? 0) + at) & 0xffff))
    },
  }
}

test('link time 0 of an interleaved viewer is his PLAY, and his connection is a flow of the link from then on', async (context) => {
  const opened = await openOnChannels(context, roundTrip(40))
  const { links, linkId, play, summary, more, tearDown } = opened
  const events: RecordedEvent[] = []
  context.onTestFinished(links.record(linkId, { record: (event) => events.push(event), end: () => {} }))
  expect(summary()).not.toHaveProperty('startedUnixMs')
  expect([summary().udp.openFlows, summary().udp.uplink.acceptedPackets]).toEqual([0, 0])

  const askedUnixMs = Date.now()
  await play()
  await more()
  const { startedUnixMs = 0, udp, tcp } = summary()
  expect(startedUnixMs).toBeGreaterThan(askedUnixMs + 15) // his PLAY has crossed the uplink
  expect(startedUnixMs).toBeLessThan(askedUnixMs + 1000)
  expect(udp.flows).toMatchObject([{ what: 'rtsp', sinceSeconds: 0, tcp: { congestionControl: 'cubic' } }])
  expect(udp.flows[0]?.downlink.deliveredPackets).toBeGreaterThan(3)
  expect(udp.flows[0]?.uplink.deliveredPackets).toBeGreaterThan(0) // its acknowledgements
  expect(tcp.downlink.acceptedPackets).toBe(0)
  const accepted = events.find(({ kind }) => kind === 'packet-accepted')
  expect(accepted).toMatchObject({ atMs: 0, lane: 'udp', direction: 'down' })
  expect(events.find(({ kind }) => kind === 'clock')).toMatchObject({ of: 'link', atMs: 0 })
  await vi.waitFor(() => expect(events.some(({ kind }) => kind === 'tcp-state')).toBe(true))

  expect((await tearDown()).status).toBe(200)
  opened.client.socket.end()
  await vi.waitFor(() => expectUnused(opened))
})

test('what a profile plans for later counts from the PLAY of an interleaved viewer, however long he thinks before it', async (context) => {
  const closed = { downlink: { loss: { kind: 'random', lossRatio: 1 } } } as const
  const { play, summary, more, expectWhole } = await openOnChannels(context, {
    downlink: { oneWayDelayMs: 5 },
    changes: [
      { atSeconds: 0.3, set: closed },
      { atSeconds: 0.6, set: { downlink: { loss: null } } },
    ],
  })
  await setTimeout(600) // he thinks: on a line that began with his first request all would be over
  await play()
  await more()
  expect(summary().udp.downlink.lostPackets).toBe(0)
  await vi.waitFor(() => expect(summary().udp.downlink.lostPackets).toBeGreaterThan(0), { timeout: 5000 })
  expect(summary().linkTimeSeconds).toBeGreaterThan(0.3)
  await more()
  expectWhole()
})

test('a change of the network acts on interleaved packets: none comes while all are lost, then all of them', async (context) => {
  const { links, linkId, client, play, summary, more, expectWhole } = await openOnChannels(context, roundTrip(20))
  await play()
  await more()
  links.patch(linkId, { downlink: { loss: { kind: 'random', lossRatio: 1 } } })
  await vi.waitFor(() => expect(summary().udp.flows[0]?.downlink.lostPackets).toBeGreaterThan(2), { timeout: 5000 })
  const came = client.rtpOf(0).length
  const hasTimedOut = { tcp: { timeouts: expect.toSatisfy((timeouts) => timeouts > 0) } }
  await vi.waitFor(() => expect(summary().udp.flows).toMatchObject([hasTimedOut]), { timeout: 5000 })
  expect(client.rtpOf(0).length).toBe(came)
  links.patch(linkId, { downlink: { loss: null } })
  await more()
  expectWhole()
})

test('a link that is begun anew has the interleaved viewer with his next packet, and loses nothing of him', async (context) => {
  const opened = await openOnChannels(context, roundTrip(60))
  const { links, linkId, client, play, summary, more, expectWhole, tearDown } = opened
  await play()
  await more()
  links.restart(linkId)
  expect(summary().udp.openFlows).toBe(0)
  await more()
  expect(summary().udp.flows).toMatchObject([{ what: 'rtsp', sinceSeconds: 0 }])
  expect(summary().udp.downlink.deliveredPackets).toBeGreaterThan(3)
  links.remove(linkId)
  await more()
  expectWhole()
  expect((await tearDown()).status).toBe(200)
  client.socket.end()
})

test('a line that is too slow for interleaved packets makes the relay drop whole frames', async (context) => {
  const heavy = makePackageClip({ noiseBitsPerSecond: 20_000_000 })
  const profile = { downlink: { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 10 }, uplink: { oneWayDelayMs: 10 } }
  const { client, url, relay } = await open(context, profile, {}, heavy)
  const reply = await client.request('SETUP', `${url}/240p/trackID=0`, { transport: onChannels })
  const session = { session: readSessionHeader(header(reply, 'session')).id }
  await client.request('PLAY', url, session)
  await setTimeout(2500) // 6 MB are due, 2.5 MB fit
  expect((await client.request('TEARDOWN', url, session)).status).toBe(200)
  const end = relay.log.find(({ msg }) => msg === 'RTSP session ended')
  expect(Number(end?.['droppedFrames'])).toBeGreaterThan(10)
  const packets = client.rtpOf(0)
  const gaps = packets.filter(
    ({ sequenceNumber }, at) => at > 0 && sequenceNumber !== (((packets[at - 1]?.sequenceNumber ?? 0) + 1) & 0xffff),
  )
  expect(gaps.every(({ payload }) => beginsKeyframe(payload))).toBe(true)
})
