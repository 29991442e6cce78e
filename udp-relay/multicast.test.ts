import { expect, test, type TestContext } from 'vitest'
import { decodeRtcp, encodeRtcp, type RtcpPacket } from '../protocol/rtcp.ts'
import { decodeRtp, sequenceDistance, type RtpPacket } from '../protocol/rtp.ts'
import { readSessionHeader, readTransport } from '../protocol/rtsp-headers.ts'
import { MulticastStreams } from './multicast-streams.ts'
import { SegmentCache } from './segment-cache.ts'
import { startClipRelay, type ClipRelayChanges } from './test-support/clip-relay.ts'
import { freeMulticast } from './test-support/free-multicast.ts'
import { CLIP_FRAMES, makePackageClip, presentationOf } from './test-support/package-clip.ts'
import { RtspClient } from './test-support/rtsp-client.ts'
import { VirtualTimer } from './test-support/virtual-timer.ts'
import { bindUdp, closeUdp } from './udp-sockets.ts'

const clip = makePackageClip()
const transport = 'RTP/AVP;multicast'
const plainWish = { payload: 'h264', isLooped: false, repairs: false, isMulticast: false } as const

async function open(context: TestContext, changes: ClipRelayChanges = {}) {
  const multicast = await freeMulticast()
  const relay = await startClipRelay(context, clip, { multicast, ...changes })
  return { multicast, relay, url: relay.url, client: await RtspClient.open(relay.rtspPort) }
}

/** A viewer who has set up the picture, and what comes to the group. */
async function openViewer(context: TestContext, changes: ClipRelayChanges = {}) {
  const opened = await open(context, changes)
  const { client, url, multicast } = opened
  const reply = await client.request('SETUP', `${url}/trackID=0`, { transport })
  const [told] = readTransport(reply.headers.get('transport') ?? '')
  const { id: session } = readSessionHeader(reply.headers.get('session') ?? '')
  return {
    ...opened,
    told,
    headers: { session },
    group: await listen(context, told?.destination ?? '', multicast.port),
  }
}

async function listen(context: TestContext, group: string, port: number) {
  const [rtp, rtcp]: [RtpPacket[], RtcpPacket[]] = [[], []]
  let onPacket = (): void => {}
  const bound = [bindUdp(group, port, true), bindUdp(group, port + 1, true), bindUdp('127.0.0.1', 0, false)] as const
  const sockets = await Promise.all(bound)
  sockets[2].setMulticastInterface('127.0.0.1')
  context.onTestFinished(() => closeUdp(sockets))
  for (const socket of sockets.slice(0, 2)) socket.addMembership(group, '127.0.0.1')
  sockets[0].on('message', (datagram) => {
    const packet = decodeRtp(datagram)
    if (packet.ok) rtp.push(packet.value)
    onPacket()
  })
  sockets[1].on('message', (datagram) => {
    const packets = decodeRtcp(datagram)
    if (packets.ok) rtcp.push(...packets.value)
    onPacket()
  })
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      onPacket = () => {
        if (holds()) resolve()
      }
      onPacket()
    })
  const byes = (): number => rtcp.filter(({ kind }) => kind === 'bye').length
  const sendRtcp = (packet: Uint8Array): void => void sockets[2].send(packet, port + 1, group)
  return { rtp, until, byes, sendRtcp }
}

test('SETUP is answered with the group, its ports and TTL', async (context) => {
  const { told, multicast } = await openViewer(context)
  expect(told).toEqual({
    lowerTransport: 'udp',
    cast: 'multicast',
    destination: '239.255.42.0',
    ports: [multicast.port, multicast.port + 1],
    ttl: 0,
    ssrc: expect.any(Number),
    mode: 'PLAY',
  })
})

test('DESCRIBE of ?multicast tells the group that SETUP will tell', async (context) => {
  const { client, url, multicast } = await open(context)
  const sdp = Buffer.from((await client.request('DESCRIBE', `${url}?multicast`)).body).toString()
  expect(sdp).toContain('c=IN IP4 239.255.42.0/0\r\n')
  expect(sdp).toContain(`m=video ${multicast.port} RTP/AVP 96\r\n`)
  expect(sdp).toContain(`m=audio ${multicast.port + 2} RTP/AVP 97\r\n`)
  expect(Buffer.from((await client.request('DESCRIBE', url)).body).toString()).toContain('c=IN IP4 0.0.0.0\r\n')
})

test('the whole video goes to the group once, whoever joins', async (context) => {
  const { relay, client, url, headers, group } = await openViewer(context)
  const played = await client.request('PLAY', url, { ...headers, range: 'npt=2-' })
  expect(played.headers.get('range')).toBe('npt=2.000-6.000')
  await group.until(() => group.rtp.length > 20)

  const second = await RtspClient.open(relay.rtspPort)
  const setUp = await second.request('SETUP', `${url}/trackID=0`, { transport })
  const other = { session: readSessionHeader(setUp.headers.get('session') ?? '').id }
  const joined = await second.request('PLAY', url, { ...other, range: 'npt=0-' })
  expect(Number.parseFloat(joined.headers.get('range')?.slice('npt='.length) ?? '')).toBeGreaterThan(2)
  expect((await client.request('TEARDOWN', url, headers)).status).toBe(200)

  await group.until(() => group.byes() === 1)
  const numbers = group.rtp.map(({ sequenceNumber }) => sequenceNumber)
  const steps = numbers.slice(1).map((number, at) => sequenceDistance(numbers[at] ?? 0, number))
  expect(new Set(steps)).toEqual(new Set([1]))
  expect(group.rtp.filter(({ marker }) => marker)).toHaveLength(CLIP_FRAMES - 50)
})

test('the stream rests while nobody plays it, and ends with its last viewer', async (context) => {
  const { client, url, headers, group } = await openViewer(context)
  await client.request('PLAY', url, headers)
  await group.until(() => group.rtp.length > 5)
  expect((await client.request('PAUSE', url, headers)).status).toBe(200)
  const resumed = await client.request('PLAY', url, headers)
  expect(resumed.headers.has('rtp-info')).toBe(true)
  await client.request('TEARDOWN', url, headers)
  await group.until(() => group.byes() === 1)
})

test('a report to the group keeps the viewers of its address', async (context) => {
  const { client, url, headers, group } = await openViewer(context, { limits: { sessionTimeoutSeconds: 1 } })
  await client.request('PLAY', url, headers)
  const report = encodeRtcp([{ kind: 'receiver-report', ssrc: 1, reports: [] }])
  await group.until(() => {
    group.sendRtcp(report) // with every packet
    return group.rtp.length > 120 // some 3 s
  })
  expect(group.byes()).toBe(0)
  await group.until(() => group.byes() === 1)
})

test('what viewers of a group report is listed for each who watches at their address', async (context) => {
  const { relay, client, url, headers, group, told } = await openViewer(context)
  await client.request('PLAY', url, headers)
  const counts = { fractionLost: 64, cumulativePacketsLost: 5, extendedHighestSequenceNumber: 9, jitterTicks: 90 }
  const block = { ssrc: told?.ssrc ?? 0, ...counts, lastSr: 0, delaySinceLastSr: 0 }
  group.sendRtcp(encodeRtcp([{ kind: 'receiver-report', ssrc: 1, reports: [block] }]))
  const reception = { ssrc: told?.ssrc, lossRatio: 0.25, cumulativeLostPackets: 5, jitterMs: 1 }
  await expect
    .poll(() => relay.sessions.list())
    .toMatchObject([{ transport: 'multicast', phase: 'playing', tracks: [{ kind: 'video', reception }, {}] }])
})

test('multicast is refused where no groups are configured', async (context) => {
  const off = await open(context, { multicast: undefined })
  expect((await off.client.request('SETUP', `${off.url}/trackID=0`, { transport })).status).toBe(461)
})

async function openStream() {
  const parts = {
    segments: new SegmentCache({ maxBytes: 1_000_000 }),
    timer: new VirtualTimer(),
    random: () => 0.5,
    onReception: () => {},
  }
  const streams = new MulticastStreams(await freeMulticast(), parts)
  return streams.streamOf(presentationOf(clip), plainWish)
}

const seatOf = (address: string) => ({ address, onAlive: () => {}, onFailed: () => {} })

test('MulticastStream begins for one viewer though another, who does not play, leaves meanwhile', async () => {
  const stream = await openStream()
  const [one, other] = [stream.join(seatOf('127.0.0.1')), stream.join(seatOf('127.0.0.2'))]
  const start = await one.play(2, async () => other.close())
  expect(start.startSeconds).toBe(2)
  one.close()
})

test('MulticastStream begins for the second viewer when the first is gone before his answer', async () => {
  const stream = await openStream()
  const [one, other] = [stream.join(seatOf('127.0.0.1')), stream.join(seatOf('127.0.0.2'))]
  const gone = one.play(0, () => Promise.reject(new Error('gone')))
  const [first, second] = await Promise.allSettled([gone, other.play(2)])
  expect(first).toMatchObject({ status: 'rejected', reason: new Error('gone') })
  expect(second).toMatchObject({ status: 'fulfilled', value: { startSeconds: 2 } })
  one.close()
  other.close()
})

test('MulticastStream takes the reports of others for signs of life of their address, and not its own', async () => {
  const stream = await openStream()
  let signs = 0
  const onAlive = (): void => void (signs += 1)
  const seat = stream.join({ address: '127.0.0.1', onAlive, onFailed: () => {} })
  const report = (ssrc: number): Uint8Array => encodeRtcp([{ kind: 'receiver-report', ssrc, reports: [] }])
  stream.takeRtcp(report(1), '127.0.0.1')
  stream.takeRtcp(report(stream.tracks[0]?.ssrc ?? 0), '127.0.0.1')
  stream.takeRtcp(report(1), '127.0.0.2')
  stream.takeRtcp(Uint8Array.of(0x80), '127.0.0.1')
  expect(signs).toBe(1)
  seat.close()
})
