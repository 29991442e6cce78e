import { expect, test, type TestContext } from 'vitest'
import { encodeRtcp } from '../protocol/rtcp.ts'
import { readRtpInfo, readSessionHeader, readTransport } from '../protocol/rtsp-headers.ts'
import type { RtspResponse } from '../protocol/rtsp-message.ts'
import { sequenceDistance, type RtpPacket } from '../protocol/rtp.ts'
import { readSdp } from '../protocol/sdp.ts'
import { startClipRelay, type ClipRelayChanges } from './test-support/clip-relay.ts'
import { makePackageClip } from './test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from './test-support/rtsp-client.ts'

const clip = makePackageClip()

async function open(context: TestContext, changes: ClipRelayChanges = {}) {
  const relay = await startClipRelay(context, clip, changes)
  return { relay, url: relay.url, client: await RtspClient.open(relay.rtspPort) }
}

/** A viewer who has set up the picture. */
async function openViewer(context: TestContext, changes: ClipRelayChanges = {}) {
  const { relay, url, client } = await open(context, changes)
  const receiver = await UdpReceiver.open()
  const reply = await client.request('SETUP', `${url}/240p/trackID=0`, { transport: receiver.transport })
  const { id: session } = readSessionHeader(header(reply, 'session'))
  return { relay, url, client, receiver, reply, session, headers: { session } }
}

function header({ headers }: RtspResponse, name: string): string {
  return headers.get(name) ?? `no ${name}`
}

test('OPTIONS is answered without a session, with the methods', async (context) => {
  const { client } = await open(context)
  const reply = await client.request('OPTIONS', '*', { cseq: '42' })
  expect(reply).toMatchObject({ status: 200, reason: 'OK' })
  expect(header(reply, 'cseq')).toBe('42')
  expect(header(reply, 'public')).toBe(
    'OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER, ANNOUNCE, RECORD',
  )
})

test('DESCRIBE is answered with both tracks at absolute addresses', async (context) => {
  const { client, url } = await open(context)
  const reply = await client.request('DESCRIBE', `${url}?a=b`, { accept: 'application/sdp' })
  expect(reply.status).toBe(200)
  expect(header(reply, 'content-type')).toBe('application/sdp')
  expect(header(reply, 'content-base')).toBe(`${url}?a=b/`)
  const sdp = readSdp(Buffer.from(reply.body).toString())
  expect(sdp).toMatchObject({
    value: {
      title: 'A clip',
      controlUrl: `${url}?a=b`,
      durationSeconds: 6,
      tracks: [
        { encoding: 'H264', clockRateHz: 90_000, controlUrl: `${url}/240p/trackID=0?a=b` },
        { encoding: 'MPEG4-GENERIC', clockRateHz: 44_100, channelCount: 2, controlUrl: `${url}/240p/trackID=1?a=b` },
      ],
    },
  })
})

test('SETUP is answered with one transport: even and odd server ports, SSRC', async (context) => {
  const { relay, reply, receiver } = await openViewer(context)
  expect(readTransport(header(reply, 'transport'))).toEqual([
    {
      lowerTransport: 'udp',
      cast: 'unicast',
      source: '127.0.0.1',
      clientPorts: [receiver.rtpPort, receiver.rtpPort + 1],
      serverPorts: [relay.rtpPort, relay.rtpPort + 1],
      ssrc: expect.any(Number),
      mode: 'PLAY',
    },
  ])
  expect(relay.rtpPort % 2).toBe(0)
  expect(header(reply, 'session')).toMatch(/^[0-9a-f]{16};timeout=60$/)
})

test('PLAY tells the sequence number, time and SSRC of the first packet', async (context) => {
  const { url, client, receiver, reply, headers } = await openViewer(context)
  const played = await client.request('PLAY', url, { ...headers, scale: '0.5' })
  await receiver.until(() => receiver.rtp.length > 0)
  const [info] = readRtpInfo(header(played, 'rtp-info'))
  const [first] = receiver.rtp
  expect(header(played, 'range')).toBe('npt=0.000-6.000')
  expect(header(played, 'scale')).toBe('1.0')
  expect(info).toEqual({
    url: `${url}/240p/trackID=0`,
    sequenceNumber: first?.sequenceNumber,
    timestampTicks: first?.timestampTicks,
  })
  expect(readTransport(header(reply, 'transport'))[0]?.ssrc).toBe(first?.ssrc)
})

test('PLAY of npt=3- begins at the keyframe of 2 s and says so', async (context) => {
  const { url, client, receiver, headers } = await openViewer(context)
  const played = await client.request('PLAY', url, { ...headers, range: 'npt=3-' })
  expect(header(played, 'range')).toBe('npt=2.000-6.000')
  await receiver.until(() => receiver.rtp.length > 0)
  const [info] = readRtpInfo(header(played, 'rtp-info'))
  expect(receiver.rtp[0]?.timestampTicks).toBe(info?.timestampTicks)
  const sought = await client.request('PLAY', url, { ...headers, range: 'npt=4.5-5' })
  expect(header(sought, 'range')).toBe('npt=4.000-6.000')
})

test('PLAY at a Scale of -8 sends keyframes back to the beginning, tells where it begins and ends, and says goodbye', async (context) => {
  const { url, client, receiver, headers } = await openViewer(context)
  const played = await client.request('PLAY', url, { ...headers, range: 'npt=5-0', scale: '-8' })
  expect([header(played, 'range'), header(played, 'scale')]).toEqual(['npt=4.000-0.000', '-8.0'])
  await receiver.until(() => receiver.rtcp.some(({ kind }) => kind === 'bye'))
  const [info] = readRtpInfo(header(played, 'rtp-info'))
  const backwards = picturesOf(receiver.rtp)
  expect(backwards.map(({ timestampTicks }) => (timestampTicks - (info?.timestampTicks ?? 0)) | 0)).toEqual([
    0, 22_500, 45_000,
  ])
  expect(receiver.rtp[0]?.sequenceNumber).toBe(info?.sequenceNumber)
  const sent = receiver.rtp.length
  const forward = await client.request('PLAY', url, { ...headers, range: 'npt=0-', scale: '8' })
  expect(header(forward, 'scale')).toBe('8.0')
  await receiver.until(() => receiver.rtcp.filter(({ kind }) => kind === 'bye').length === 2)
  const bytesOf = ({ bytes }: { readonly bytes: string }): string => bytes
  expect(backwards.map(bytesOf)).toEqual(picturesOf(receiver.rtp.slice(sent)).map(bytesOf).toReversed())
})

/** The packets of each RTP time as one picture. */
function picturesOf(packets: readonly RtpPacket[]) {
  return [...new Set(packets.map(({ timestampTicks }) => timestampTicks))].map((timestampTicks) => {
    const payloads = packets.flatMap((packet) => (packet.timestampTicks === timestampTicks ? [packet.payload] : []))
    return { timestampTicks, bytes: Buffer.concat(payloads).toString('base64') }
  })
}

test('PLAY at a Scale below 0 tells GStreamer the end as well, and room for packets that are under way', async (context) => {
  const { url, client, headers } = await openViewer(context)
  const asked = { ...headers, 'user-agent': 'GStreamer/1.22.0', range: 'npt=3-1', scale: '-1' }
  expect(header(await client.request('PLAY', url, asked), 'range')).toBe('npt=3.000-1.000')
})

test('PLAY tells no end to GStreamer, which would cut there', async (context) => {
  const { url, client, headers } = await openViewer(context)
  const played = await client.request('PLAY', url, { ...headers, 'user-agent': 'GStreamer/1.22.0' })
  expect(header(played, 'range')).toBe('npt=0.000-')
})

test('PAUSE and PLAY go on with the next sequence number', async (context) => {
  const { url, client, receiver, headers } = await openViewer(context)
  await client.request('PLAY', url, headers)
  await receiver.until(() => receiver.rtp.length > 20)
  expect((await client.request('PAUSE', url, headers)).status).toBe(200)
  expect((await client.request('PAUSE', url, headers)).status).toBe(455)
  await client.request('GET_PARAMETER', url, headers)
  const resumed = await client.request('PLAY', url, headers)
  const [info] = readRtpInfo(header(resumed, 'rtp-info'))
  await receiver.until(() => receiver.rtp.some(({ sequenceNumber }) => sequenceNumber === info?.sequenceNumber))
  const numbers = receiver.rtp.map(({ sequenceNumber }) => sequenceNumber)
  const steps = numbers.slice(1).map((number, index) => sequenceDistance(numbers[index] ?? 0, number))
  expect(new Set(steps)).toEqual(new Set([1]))
  expect(Number.parseFloat(header(resumed, 'range').slice('npt='.length))).toBeGreaterThan(0.1)
})

test('PLAY while playing shows only that the viewer is there', async (context) => {
  const { url, client, receiver, headers } = await openViewer(context)
  await client.request('PLAY', url, headers)
  const again = await client.request('PLAY', url, headers)
  expect(again.status).toBe(200)
  expect(again.headers.has('rtp-info')).toBe(false)
  await receiver.until(() => receiver.rtp.length > 5)
})

test('TEARDOWN says goodbye by RTCP and forgets the session', async (context) => {
  const { url, client, receiver, headers } = await openViewer(context)
  await client.request('PLAY', url, headers)
  await receiver.until(() => receiver.rtp.length > 0)
  expect((await client.request('TEARDOWN', url, headers)).status).toBe(200)
  await receiver.until(() => receiver.byes === 1)
  expect((await client.request('PLAY', url, headers)).status).toBe(454)
})

const errors: {
  status: number
  method: string
  path?: string
  headers?: Record<string, string>
  version?: string
  why: string
}[] = [
  { status: 404, method: 'DESCRIBE', path: '-unknown', why: 'an unknown video' },
  { status: 404, method: 'DESCRIBE', path: '/1080p', why: 'an unknown variant' },
  { status: 404, method: 'DESCRIBE', path: '/a/b/c', why: 'a path of no video' },
  { status: 406, method: 'DESCRIBE', headers: { accept: 'text/html' }, why: 'no SDP wanted' },
  { status: 400, method: 'SETUP', path: '/trackID=0', why: 'no Transport' },
  {
    status: 404,
    method: 'SETUP',
    path: '/trackID=7',
    headers: { transport: 'RTP/AVP;unicast;client_port=5000-5001' },
    why: 'an unknown track',
  },
  {
    status: 459,
    method: 'SETUP',
    headers: { transport: 'RTP/AVP;unicast;client_port=5000-5001' },
    why: 'the whole presentation',
  },
  {
    status: 461,
    method: 'SETUP',
    path: '/trackID=0',
    headers: { transport: 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=RECORD' },
    why: 'packets of its own and no ANNOUNCE',
  },
  { status: 461, method: 'SETUP', path: '/trackID=0', headers: { transport: 'RTP/AVP;multicast' }, why: 'multicast' },
  {
    status: 461,
    method: 'SETUP',
    path: '/trackID=0',
    headers: { transport: 'RTP/AVP;unicast;destination=10.0.0.1;client_port=5000-5001' },
    why: 'packets for another address',
  },
  {
    status: 461,
    method: 'SETUP',
    path: '/trackID=0',
    headers: { transport: 'RTP/AVP;unicast;client_port=0-1' },
    why: 'port 0',
  },
  {
    status: 454,
    method: 'SETUP',
    path: '/trackID=0',
    headers: { transport: 'RTP/AVP;unicast;client_port=5000-5001', session: 'x' },
    why: 'an unknown session',
  },
  { status: 454, method: 'PLAY', why: 'no session' },
  { status: 454, method: 'OPTIONS', headers: { session: 'x' }, why: 'an unknown session' },
  { status: 451, method: 'SET_PARAMETER', headers: { body: 'volume: 11' }, why: 'a parameter' },
  { status: 501, method: 'REDIRECT', why: 'a method of servers' },
  { status: 505, method: 'OPTIONS', version: '2.0', why: 'RTSP 2.0' },
  { status: 551, method: 'OPTIONS', headers: { require: 'funky' }, why: 'an option required' },
  { status: 551, method: 'PLAY', headers: { 'proxy-require': 'funky' }, why: 'an option required of proxies' },
]
for (const { status, method, path = '', headers = {}, version, why } of errors) {
  test(`${method} with ${why} is answered ${status}, with its CSeq`, async (context) => {
    const { client, url } = await open(context)
    const reply = await client.request(method, `${url}${path}`, { cseq: '17', ...headers }, version)
    expect({ status: reply.status, cSeq: header(reply, 'cseq') }).toEqual({ status, cSeq: '17' })
    if (status === 551) expect(header(reply, 'unsupported')).toBe('funky')
    if (status === 501) expect(header(reply, 'allow')).toContain('DESCRIBE')
  })
}

const inSession: { status: number; method: string; path?: string; headers?: Record<string, string>; why: string }[] = [
  { status: 457, method: 'PLAY', headers: { range: 'npt=7-' }, why: 'a start beyond the end' },
  { status: 457, method: 'PLAY', headers: { range: 'npt=x' }, why: 'a Range that is none' },
  { status: 400, method: 'PLAY', headers: { scale: 'fast' }, why: 'a Scale that is none' },
  { status: 457, method: 'PLAY', headers: { range: 'npt=2-4', scale: '-1' }, why: 'a Scale against its Range' },
  { status: 457, method: 'PLAY', headers: { range: 'npt=7-0', scale: '-1' }, why: 'a way back from beyond the end' },
  { status: 501, method: 'PLAY', headers: { range: 'clock=19961108T143720.25Z-' }, why: 'a Range in civil time' },
  { status: 455, method: 'PAUSE', why: 'nothing playing' },
]
for (const { status, method, headers = {}, why } of inSession) {
  test(`${method} in a session with ${why} is answered ${status}`, async (context) => {
    const viewer = await openViewer(context)
    expect((await viewer.client.request(method, viewer.url, { ...viewer.headers, ...headers })).status).toBe(status)
  })
}

test('PLAY of one track of two is answered 460, SETUP while playing 455', async (context) => {
  const { url, client, headers } = await openViewer(context)
  const sound = await UdpReceiver.open()
  const setUpSound = { ...headers, transport: sound.transport }
  expect((await client.request('SETUP', `${url}/240p/trackID=1`, setUpSound)).status).toBe(200)
  expect((await client.request('PLAY', `${url}/240p/trackID=1`, headers)).status).toBe(460)
  expect((await client.request('PLAY', url, headers)).status).toBe(200)
  expect((await client.request('SETUP', `${url}/240p/trackID=1`, setUpSound)).status).toBe(455)
  await sound.until(() => sound.rtp.length > 0)
})

test('a request without CSeq is answered 400, one that is none with its CSeq', async (context) => {
  const { client } = await open(context)
  expect((await client.raw(Buffer.from('OPTIONS * RTSP/1.0\r\n\r\n'))).status).toBe(400)
  const reply = await client.raw(Buffer.from('what is this\r\nCSeq: 9\r\n\r\n'))
  expect([reply.status, header(reply, 'cseq')]).toEqual([400, '9'])
})

test('pipelined requests are answered in their order', async (context) => {
  const { client, url } = await open(context)
  const requests = [1, 2, 3, 4].map((n) => `${n % 2 ? 'OPTIONS' : 'DESCRIBE'} ${url} RTSP/1.0\nCSeq: ${n}\n\n`)
  const first = await client.raw(Buffer.from(requests.join('')))
  const rest = [await client.reply(), await client.reply(), await client.reply()]
  expect([first, ...rest].map((reply) => header(reply, 'cseq'))).toEqual(['1', '2', '3', '4'])
})

test('a session of another address is unknown', async (context) => {
  const { relay, url, headers } = await openViewer(context)
  const stranger = await RtspClient.open(relay.rtspPort, '127.0.0.2')
  expect((await stranger.request('TEARDOWN', url, headers)).status).toBe(454)
  const friend = await RtspClient.open(relay.rtspPort)
  expect((await friend.request('TEARDOWN', url, headers)).status).toBe(200)
})

const receiverReport = encodeRtcp([{ kind: 'receiver-report', ssrc: 1, reports: [] }])

test('a silent session ends with a goodbye; RTCP or any request keeps it', async (context) => {
  const { relay, url, client, receiver, headers } = await openViewer(context, { limits: { sessionTimeoutSeconds: 1 } })
  await client.request('PLAY', url, headers)
  await receiver.until(() => {
    receiver.sendRtcp(receiverReport, relay.rtpPort + 1) // with every packet
    return receiver.rtp.length > 120 // some 3 s
  })
  expect(receiver.byes).toBe(0)
  await receiver.until(() => receiver.byes === 1)
  expect((await client.request('GET_PARAMETER', url, headers)).status).toBe(454)
  expect(relay.log.find(({ msg }) => msg === 'RTSP session ended')).toMatchObject({ reason: 'timeout' })
})

test('a viewer whose host refuses the packets is given up after 5 s', async (context) => {
  const { relay, url, client, receiver, headers } = await openViewer(context)
  const witness = await UdpReceiver.open()
  await client.request('SETUP', `${url}/240p/trackID=1`, { ...headers, transport: witness.transport })
  await client.request('PLAY', url, headers)
  await receiver.until(() => receiver.rtp.length > 0)
  await receiver.close()
  await witness.until(() => witness.byes === 1)
  expect(relay.log.find(({ msg }) => msg === 'RTSP session ended')).toMatchObject({ reason: 'refused' })
})

test('too many sessions of one address are answered 453', async (context) => {
  const { url, client } = await openViewer(context, { limits: { sessionsPerAddress: 1 } })
  const transport = 'RTP/AVP;unicast;client_port=5000-5001'
  expect((await client.request('SETUP', `${url}/trackID=0`, { transport })).status).toBe(453)
})

test('an idle connection is closed, one of a viewer is not', async (context) => {
  const { relay, url, client, headers } = await openViewer(context, { limits: { idleSeconds: 1 } })
  const idle = await RtspClient.open(relay.rtspPort)
  await new Promise((resolve) => idle.socket.once('close', resolve))
  expect((await client.request('GET_PARAMETER', url, headers)).status).toBe(200)
})

test('closing the relay says goodbye to its viewers', async (context) => {
  const { relay, url, client, receiver, headers } = await openViewer(context)
  await client.request('PLAY', url, headers)
  await receiver.until(() => receiver.rtp.length > 0)
  await relay.close()
  await receiver.until(() => receiver.byes === 1)
})

test('startRelay refuses ports that are taken or odd', async (context) => {
  const { relay } = await open(context)
  await expect(startClipRelay(context, clip, { rtpPort: relay.rtpPort })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await expect(startClipRelay(context, clip, { rtspPort: relay.rtspPort })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
  await expect(startClipRelay(context, clip, { rtpPort: 8001 })).rejects.toThrow('must be even')
})
