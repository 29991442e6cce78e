import { expect, test } from 'vitest'
import { readSessionHeader } from '../protocol/rtsp-headers.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { makePackageClip } from './test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from './test-support/rtsp-client.ts'

const clip = makePackageClip()

async function watch(port: number, url: string) {
  const [client, receiver] = [await RtspClient.open(port), await UdpReceiver.open()]
  const setUp = await client.request('SETUP', `${url}/trackID=0`, { transport: receiver.transport })
  const session = { session: readSessionHeader(setUp.headers.get('session') ?? '').id }
  const play = await client.request('PLAY', url, { ...session, range: 'npt=0-' })
  expect([setUp.status, play.status]).toEqual([200, 200])
  const ssrc = Number.parseInt(/ssrc=([0-9A-F]+)/i.exec(setUp.headers.get('transport') ?? '')?.[1] ?? '', 16)
  return { client, receiver, play, ssrc, tearDown: () => client.request('TEARDOWN', url, session) }
}

test('DESCRIBE of ?payload=mp2t tells one track of payload type 33, which keeps the query', async (context) => {
  const relay = await startClipRelay(context, clip)
  const client = await RtspClient.open(relay.rtspPort)
  const sdp = Buffer.from((await client.request('DESCRIBE', `${relay.url}?payload=mp2t`)).body).toString()
  expect(sdp.match(/^m=.*$/gm)).toEqual(['m=video 0 RTP/AVP 33'])
  expect(sdp).toContain('a=rtpmap:33 MP2T/90000\r\n')
  expect(sdp).toContain(`a=control:${relay.url}/240p/trackID=0?payload=mp2t\r\n`)
  expect(sdp).toContain('a=range:npt=0-6.000\r\n')
  expect(sdp).not.toContain('a=fmtp')
})

test('a payload that there is not is answered 404, a second track of a transport stream too', async (context) => {
  const relay = await startClipRelay(context, clip)
  const client = await RtspClient.open(relay.rtspPort)
  expect((await client.request('DESCRIBE', `${relay.url}?payload=vp8`)).status).toBe(404)
  const transport = 'RTP/AVP;unicast;client_port=40000-40001'
  expect((await client.request('SETUP', `${relay.url}/trackID=1?payload=mp2t`, { transport })).status).toBe(404)
})

test('viewers of ?live=loop get one SSRC and one sequence, from the packet told, and no range', async (context) => {
  const relay = await startClipRelay(context, clip)
  const url = `${relay.url}?payload=mp2t&live=loop`
  const describing = await RtspClient.open(relay.rtspPort)
  expect(Buffer.from((await describing.request('DESCRIBE', url)).body).toString()).toContain('a=range:npt=0-\r\n')
  const early = await watch(relay.rtspPort, url)
  await early.receiver.until(() => early.receiver.rtp.length > 10)
  const late = await watch(relay.rtspPort, url)
  await late.receiver.until(() => late.receiver.rtp.length > 10)
  expect(late.play.headers.get('range')).toBe('npt=now-')
  const [first] = late.receiver.rtp
  expect(late.play.headers.get('rtp-info')).toContain(`seq=${first!.sequenceNumber};`)
  expect([early.ssrc, first!.ssrc]).toEqual([late.ssrc, late.ssrc])
  const same = early.receiver.rtp.find(({ sequenceNumber }) => sequenceNumber === first!.sequenceNumber)
  expect(same).toEqual(first)
  await early.tearDown()
  const heard = late.receiver.rtp.length
  await late.receiver.until(() => late.receiver.rtp.length > heard + 10)
  await late.tearDown()
  expect(relay.sessions.count).toBe(0)
})

test('the relay counts what left, most of it early, and in how many bursts where they are possible', async (context) => {
  for (const offload of [true, false]) {
    const relay = await startClipRelay(context, clip, { offload })
    const { receiver, tearDown } = await watch(relay.rtspPort, `${relay.url}?payload=mp2t`)
    await receiver.until(() => receiver.rtp.length >= 20)
    await tearDown()
    const { packets, bursts, burstPackets, droppedPackets, lateness } = relay.departures()
    expect(packets).toBeGreaterThanOrEqual(receiver.rtp.length)
    expect(lateness.reduce((sum, bucket) => sum + bucket.packets, 0)).toBe(packets)
    expect(droppedPackets).toBe(0)
    expect(lateness[0]!.packets).toBeGreaterThan(packets / 2) // they leave early, however they are sent
    if (!offload) expect([bursts, burstPackets]).toEqual([0, 0])
  }
})
