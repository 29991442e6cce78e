import pino from 'pino'
import { expect, test, type TestContext } from 'vitest'
import { readAnnouncement } from './announcement.ts'
import { InterleavedChannels } from './interleaved-channels.ts'
import { PublisherClock } from './publisher-clock.ts'
import { PublisherSession } from './publisher-session.ts'
import { PublisherTrack } from './publisher-track.ts'
import type { RtpPorts } from './rtp-ports.ts'
import { encodeRtcp } from '../protocol/rtcp.ts'
import { encodeRtp } from '../protocol/rtp.ts'
import { ntpTimeOf } from '../protocol/ntp-time.ts'
import { encodeInterleavedFrame } from '../protocol/rtsp-message.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { makePackageClip } from './test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from './test-support/rtsp-client.ts'
import { VirtualTimer } from './test-support/virtual-timer.ts'

const clip = makePackageClip()

const VIDEO = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=control:streamid=0']
const SOUND = [
  'm=audio 0 RTP/AVP 97',
  'a=rtpmap:97 MPEG4-GENERIC/48000/2',
  'a=fmtp:97 streamtype=5;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190',
  'a=control:streamid=1',
]
const sdpOf = (...media: readonly (readonly string[])[]): string =>
  ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=x', 't=0 0', ...media.flat(), ''].join('\r\n')

test('readAnnouncement reads one H.264 track and one of AAC', () => {
  expect(readAnnouncement(sdpOf(VIDEO, SOUND))).toMatchObject({
    tracks: [
      { payloadType: 96, clockRateHz: 90_000 },
      { payloadType: 97, clockRateHz: 48_000, samplesPerFrame: 1024 },
    ],
    audio: { codec: 'mp4a.40.2', sampleRateHz: 48_000, channelCount: 2 },
  })
})

for (const { what, text, status } of [
  { what: 'no description', text: 'hello', status: 400 },
  { what: 'sound alone', text: sdpOf(SOUND), status: 415 },
  { what: 'two pictures', text: sdpOf(VIDEO, VIDEO), status: 415 },
  { what: 'H.265', text: sdpOf(VIDEO.map((line) => line.replace('H264', 'H265'))), status: 415 },
  {
    what: 'Opus',
    text: sdpOf(
      VIDEO,
      SOUND.map((line) => line.replace('MPEG4-GENERIC', 'OPUS')),
    ),
    status: 415,
  },
  {
    what: 'AAC of another rate than it tells',
    text: sdpOf(
      VIDEO,
      SOUND.map((l) => l.replace('/48000', '/44100')),
    ),
    status: 415,
  },
]) {
  test(`readAnnouncement refuses ${what} with ${status}`, () => {
    expect(() => readAnnouncement(text)).toThrow(expect.objectContaining({ status }))
  })
}

function report(ticks: number, unixMs: number): Uint8Array {
  const counts = { sentPackets: 0, sentPayloadBytes: 0, reports: [] }
  return encodeRtcp([{ kind: 'sender-report', ssrc: 1, ntpTime: ntpTimeOf(unixMs), timestampTicks: ticks, ...counts }])
}

test('PublisherClock puts the tracks on the clock of their reports, over a wrap of RTP time', () => {
  const picture = new PublisherTrack({ payloadType: 96, clockRateHz: 90_000, waitMs: 0 })
  const sound = new PublisherTrack({ payloadType: 97, clockRateHz: 48_000, samplesPerFrame: 1024, waitMs: 0 })
  const clock = new PublisherClock(() => [picture.units, sound.units])
  picture.pushRtcp(report(0xffff_ffff, 1_000_000))
  const payload = Uint8Array.of(0x65, 1)
  const rtp = encodeRtp({ marker: true, payloadType: 96, sequenceNumber: 7, timestampTicks: 89_999, ssrc: 1, payload })
  const units = picture.pushRtp(rtp, 0, 5_000_000)
  expect(clock.push(picture.units, units, 0)).toEqual([]) // the sound's report is still to come
  sound.pushRtcp(report(48_000, 1_000_500))
  expect(clock.push(sound.units, [{ kind: 'sound', ticks: 72_000, data: payload }], 10)).toMatchObject([
    { unit: { kind: 'picture' }, ptsTicks: 90 * 1_001_000 },
    { unit: { kind: 'sound' }, ptsTicks: 90 * 1_001_000 },
  ])
})

test('PublisherClock goes by arrival where reports do not come', () => {
  const picture = new PublisherTrack({ payloadType: 96, clockRateHz: 90_000, waitMs: 0 })
  const clock = new PublisherClock(() => [picture.units])
  const send = (sequenceNumber: number, timestampTicks: number, nowMs: number) => {
    const payload = Uint8Array.of(0x65, 1)
    const packet = { marker: true, payloadType: 96, sequenceNumber, timestampTicks, ssrc: 1, payload }
    return clock.push(picture.units, picture.pushRtp(encodeRtp(packet), nowMs, 1_000_000 + nowMs), nowMs)
  }
  expect(send(1, 500, 0)).toEqual([])
  expect(send(2, 500 + 45_000, 500).map(({ ptsTicks }) => ptsTicks)).toEqual([90_000_000, 90_000_000 + 45_000])
})

async function open(context: TestContext) {
  const relay = await startClipRelay(context, clip, { limits: { sessionTimeoutSeconds: 1 } })
  const url = relay.url.replace('/clip', '/live/camera')
  const announce = (client: RtspClient, at = url, body = sdpOf(VIDEO)) =>
    client.request('ANNOUNCE', at, { 'content-type': 'application/sdp', body })
  return { relay, url, client: await RtspClient.open(relay.rtspPort), announce }
}

const transport = 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record'

test('ANNOUNCE, SETUP and RECORD are answered in this order only', async (context) => {
  const { relay, client, url, announce } = await open(context)
  expect((await client.request('RECORD', url)).status).toBe(454)
  expect((await client.request('SETUP', `${url}/streamid=0`, { transport })).status).toBe(461) // a viewer's, then
  expect((await announce(client)).status).toBe(200)
  const other = await RtspClient.open(relay.rtspPort)
  expect(await announce(other)).toMatchObject({ status: 403, reason: 'Name in Use' })
  expect((await client.request('SETUP', `${url}/streamid=4`, { transport })).status).toBe(404)
  const setUp = await client.request('SETUP', `${url}/streamid=0`, { transport })
  expect(setUp.headers.get('transport')).toBe('RTP/AVP/TCP;unicast;interleaved=0-1;mode="RECORD"')
  const session = { session: setUp.headers.get('session')?.split(';')[0] ?? '' }
  expect((await client.request('PLAY', url, session)).status).toBe(455)
  expect((await client.request('PAUSE', url, session)).status).toBe(455)
  expect((await client.request('RECORD', url, session)).status).toBe(200)
  expect((await client.request('SETUP', `${url}/streamid=0`, { ...session, transport })).status).toBe(455)
  expect((await client.request('TEARDOWN', url, session)).status).toBe(200)
  expect((await client.request('RECORD', url, session)).status).toBe(454)
  expect((await announce(other)).status).toBe(200)
})

for (const { what, path, body, status } of [
  { what: 'a video of the library', path: '/clip', status: 404 },
  { what: 'a name with a dot', path: '/live/a.b', status: 404 },
  { what: 'a stream behind a link', path: '/link/x/live/camera', status: 404 },
  { what: 'no description', path: '/live/camera', body: 'x', status: 400 },
]) {
  test(`ANNOUNCE of ${what} is answered ${status}`, async (context) => {
    const { relay, client, announce } = await open(context)
    const at = relay.url.replace('/clip', path)
    expect((await announce(client, at, body ?? sdpOf(VIDEO))).status).toBe(status)
  })
}

test('a publisher who falls silent is ended, and one whose connection goes', async (context) => {
  const { relay, client, url, announce } = await open(context)
  await announce(client)
  const ends = () => relay.log.filter(({ msg }) => msg === 'RTSP publisher ended').map(({ reason }) => reason)
  await expect.poll(ends, { timeout: 4000 }).toEqual(['timeout'])
  await announce(client)
  await client.request('SETUP', `${url}/streamid=0`, { transport })
  client.socket.destroy()
  await expect.poll(ends).toEqual(['timeout', 'disconnected'])
})

test('a track whose second SETUP is refused is closed once, and its publisher ends', async (context) => {
  const { client, url, announce } = await open(context)
  await announce(client)
  const receiver = await UdpReceiver.open()
  const overUdp = `${receiver.transport};mode=record`
  const setUp = await client.request('SETUP', `${url}/streamid=0`, { transport: overUdp })
  const session = { session: setUp.headers.get('session')?.split(';')[0] ?? '' }
  const viewed = url.replace('/live/camera', '/clip/trackID=0')
  for (let channels = 0; channels < 128; channels += 1) {
    await client.request('SETUP', viewed, { transport: 'RTP/AVP/TCP;unicast' }) // takes two of 256
  }
  expect((await client.request('SETUP', `${url}/streamid=0`, { ...session, transport })).status).toBe(461)
  expect((await client.request('TEARDOWN', url, session)).status).toBe(200)
  expect((await announce(client)).status).toBe(200)
})

test('PublisherSession closes a way that opens after its end', async () => {
  let opened = (): void => {}
  let closed = 0
  const way = { sendRtp: () => true, sendBurst: () => true, sendRtcp: () => true, close: () => void (closed += 1) }
  const openTrack = () => new Promise<typeof way>((resolve) => (opened = () => resolve(way)))
  const viewer = { address: '127.0.0.1', localAddress: '127.0.0.1', linkId: undefined, link: undefined }
  const session = new PublisherSession({
    id: 'x',
    name: 'camera',
    publisher: viewer,
    announcement: readAnnouncement(sdpOf(VIDEO)),
    ports: { sendsConnected: true, rtpPort: 8000, rtcpPort: 8001, openTrack } as unknown as RtpPorts,
    timer: new VirtualTimer(),
    logger: pino({ level: 'silent' }),
    onEnded: () => {},
  })
  const channels = new InterleavedChannels({ push: () => {}, waitingBytes: 0 })
  const setUp = session.setUp(0, { kind: 'udp', clientPorts: [5000, 5001] }, channels)
  session.end('closing')
  opened()
  await expect(setUp).rejects.toMatchObject({ status: 454 })
  expect(closed).toBe(1)
})

test('what a publisher sends before RECORD, or that is no RTP, makes no stream', async (context) => {
  const { relay, client, url, announce } = await open(context)
  await announce(client)
  const setUp = await client.request('SETUP', `${url}/streamid=0`, { transport })
  const session = { session: setUp.headers.get('session')?.split(';')[0] ?? '' }
  client.socket.write(encodeInterleavedFrame(0, Uint8Array.of(0x80)))
  await client.request('RECORD', url, session)
  client.socket.write(encodeInterleavedFrame(0, Uint8Array.of(0x80)))
  client.socket.write(encodeInterleavedFrame(1, Uint8Array.of(0x80)))
  await client.request('TEARDOWN', url, session)
  expect(relay.log.find(({ msg }) => msg === 'RTSP publisher ended')).toMatchObject({ packets: 1, lostPackets: 0 })
})
