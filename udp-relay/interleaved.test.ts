import { setTimeout } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { encodeRtcp } from '../protocol/rtcp.ts'
import { beginsKeyframe } from '../protocol/rtp-video.ts'
import { sequenceDistance } from '../protocol/rtp.ts'
import { readRtpInfo, readSessionHeader, readTransport } from '../protocol/rtsp-headers.ts'
import { encodeInterleavedFrame } from '../protocol/rtsp-message.ts'
import { startClipRelay, type ClipRelayChanges } from './test-support/clip-relay.ts'
import { CLIP_FRAMES, makePackageClip, presentationOf } from './test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from './test-support/rtsp-client.ts'

const clip = makePackageClip()
const [PICTURE, REPORTS] = [4, 5]
const onChannels = (rtp: number): string => `RTP/AVP/TCP;unicast;interleaved=${rtp}-${rtp + 1}`

async function openViewer(context: TestContext, changes: ClipRelayChanges = {}) {
  const relay = await startClipRelay(context, clip, changes)
  const client = await RtspClient.open(relay.rtspPort)
  const reply = await client.request('SETUP', `${relay.url}/trackID=0`, { transport: onChannels(PICTURE) })
  const { id: session } = readSessionHeader(reply.headers.get('session') ?? '')
  return { relay, url: relay.url, client, reply, headers: { session } }
}

const endOf = ({ log }: Awaited<ReturnType<typeof startClipRelay>>) =>
  log.find(({ msg }) => msg === 'RTSP session ended')

test('SETUP is answered with the channels that were asked for', async (context) => {
  const { reply } = await openViewer(context)
  expect(readTransport(reply.headers.get('transport') ?? '')).toEqual([
    {
      lowerTransport: 'tcp',
      cast: 'unicast',
      interleaved: [PICTURE, REPORTS],
      ssrc: expect.any(Number),
      mode: 'PLAY',
    },
  ])
})

test('SETUP gives free channels where none or taken ones are asked for', async (context) => {
  const { client, url, headers } = await openViewer(context)
  const taken = await client.request('SETUP', `${url}/trackID=1`, { ...headers, transport: onChannels(PICTURE) })
  expect(readTransport(taken.headers.get('transport') ?? '')[0]?.interleaved).toEqual([0, 1])
  const other = await client.request('SETUP', `${url}/trackID=0`, { transport: 'RTP/AVP/TCP;unicast' })
  expect(readTransport(other.headers.get('transport') ?? '')[0]?.interleaved).toEqual([2, 3])
  const far = await client.request('SETUP', `${url}/trackID=1`, { ...headers, transport: onChannels(300) })
  expect(readTransport(far.headers.get('transport') ?? '')[0]?.interleaved).toEqual([0, 1])
})

test('every packet comes on its channel after the reply to PLAY, and the goodbye on the other', async (context) => {
  const { client, url, headers, relay } = await openViewer(context)
  const played = await client.request('PLAY', url, { ...headers, range: 'npt=4-', speed: '8.0' })
  const [info] = readRtpInfo(played.headers.get('rtp-info') ?? '')
  await client.until(() => client.rtcpOf(REPORTS).some(({ kind }) => kind === 'bye'))
  const packets = client.rtpOf(PICTURE)
  expect(packets[0]?.sequenceNumber).toBe(info?.sequenceNumber)
  expect(packets.filter(({ marker }) => marker)).toHaveLength(CLIP_FRAMES / 3)
  const steps = packets
    .slice(1)
    .map((packet, at) => sequenceDistance(packets[at]?.sequenceNumber ?? 0, packet.sequenceNumber))
  expect(new Set(steps)).toEqual(new Set([1]))
  expect((await client.request('TEARDOWN', url, headers)).status).toBe(200)
  expect(endOf(relay)).toMatchObject({
    transport: 'interleaved',
    reason: 'teardown',
    droppedPackets: 0,
    droppedFrames: 0,
  })
})

test('a session keeps one transport, on one connection', async (context) => {
  const { relay, client, url, headers } = await openViewer(context)
  const receiver = await UdpReceiver.open()
  const overUdp = await client.request('SETUP', `${url}/trackID=1`, { ...headers, transport: receiver.transport })
  expect(overUdp.status).toBe(461)
  const other = await RtspClient.open(relay.rtspPort)
  const elsewhere = await other.request('SETUP', `${url}/trackID=1`, { ...headers, transport: onChannels(0) })
  expect(elsewhere.status).toBe(461)
})

test('two sessions on one connection play side by side', async (context) => {
  const { client, url, headers } = await openViewer(context)
  const second = await client.request('SETUP', `${url}/trackID=0`, { transport: onChannels(8) })
  const other = { session: readSessionHeader(second.headers.get('session') ?? '').id }
  await client.request('PLAY', url, headers)
  await client.request('PLAY', url, { ...other, range: 'npt=4-' })
  await client.until(() => client.rtpOf(PICTURE).length > 5 && client.rtpOf(8).length > 5)
  expect((await client.request('TEARDOWN', url, other)).status).toBe(200)
  const before = client.rtpOf(PICTURE).length
  await client.until(() => client.rtpOf(PICTURE).length > before + 5)
})

test('receiver reports are heard on their channel, and listed', async (context) => {
  const { client, url, headers, relay, reply } = await openViewer(context)
  await client.request('PLAY', url, headers)
  const [told] = readTransport(reply.headers.get('transport') ?? '')
  const counts = { fractionLost: 0, cumulativePacketsLost: 0, extendedHighestSequenceNumber: 9, jitterTicks: 180 }
  const block = { ssrc: told?.ssrc ?? 0, ...counts, lastSr: 0, delaySinceLastSr: 0 }
  const report = encodeRtcp([{ kind: 'receiver-report', ssrc: 1, reports: [block] }])
  client.socket.write(encodeInterleavedFrame(REPORTS, report))
  client.socket.write(encodeInterleavedFrame(200, report)) // nobody's
  await client.request('OPTIONS', url, headers)
  expect(relay.sessions.list()).toMatchObject([
    { transport: 'interleaved', tracks: [{ reception: { ssrc: told?.ssrc, jitterMs: 2 } }, {}] },
  ])
  await client.request('TEARDOWN', url, headers)
  expect(endOf(relay)).toMatchObject({ receiverReports: 1, otherDatagrams: 0 })
})

test('a session ends with the connection that carries it', async (context) => {
  const { client, url, headers, relay } = await openViewer(context)
  await client.request('PLAY', url, headers)
  client.socket.destroy()
  await expect.poll(() => endOf(relay)).toMatchObject({ reason: 'disconnected' })
  expect(relay.sessions.count).toBe(0)
})

test('a viewer who reads and says nothing is there', async (context) => {
  const { client, url, headers, relay } = await openViewer(context, { limits: { sessionTimeoutSeconds: 1 } })
  await client.request('PLAY', url, headers)
  await setTimeout(3500)
  expect(endOf(relay)).toBeUndefined()
})

test('a viewer who does not read for a while loses whole frames up to a keyframe', async (context) => {
  const heavy = makePackageClip({ noiseBitsPerSecond: 20_000_000 })
  const { client, url, headers, relay } = await openViewer(context, {
    source: { open: async () => presentationOf(heavy) },
  })
  await client.request('PLAY', url, { ...headers, speed: '4' }) // 6 s in 1.5 s, a keyframe each 0.5 s
  client.socket.pause()
  await setTimeout(700)
  client.socket.resume()
  await client.until(() => client.rtcpOf(REPORTS).some(({ kind }) => kind === 'bye'))
  await client.request('TEARDOWN', url, headers)

  const packets = client.rtpOf(PICTURE)
  const isAfterGap = (at: number): boolean =>
    sequenceDistance(packets[at - 1]?.sequenceNumber ?? 0, packets[at]?.sequenceNumber ?? 0) > 1
  const gaps = packets.flatMap((packet, at) => (at > 0 && isAfterGap(at) ? [{ packet, before: packets[at - 1] }] : []))
  expect(gaps.length).toBeGreaterThan(0)
  for (const { packet, before } of gaps) {
    expect(before?.marker).toBe(true)
    expect(beginsKeyframe(packet.payload)).toBe(true)
  }
  const gotFrames = packets.filter(({ marker }) => marker).length
  expect(endOf(relay)).toMatchObject({ droppedFrames: CLIP_FRAMES - gotFrames })
})
