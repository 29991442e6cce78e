import { expect, test, type TestContext } from 'vitest'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { genericNackPacket } from '../protocol/rtcp-feedback.ts'
import { encodeRtcp } from '../protocol/rtcp.ts'
import { decodeRtx } from '../protocol/rtp-rtx.ts'
import { readSessionHeader, readTransport } from '../protocol/rtsp-headers.ts'
import type { SegmentUnits } from '../stream/live-segments.ts'
import { startClipRelay, type ClipRelayChanges } from './test-support/clip-relay.ts'
import { freeMulticast } from './test-support/free-multicast.ts'
import { makePackageClip, presentationOf } from './test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from './test-support/rtsp-client.ts'

const clip = makePackageClip()
const overTcp = 'RTP/AVP/TCP;unicast;interleaved=0-1'

async function open(context: TestContext, changes: ClipRelayChanges = {}) {
  const relay = await startClipRelay(context, clip, changes)
  const client = await RtspClient.open(relay.rtspPort)
  const setUp = async (query: string, transport: string) => {
    const reply = await client.request('SETUP', `${relay.url}/trackID=0${query}`, { transport })
    const [told] = readTransport(reply.headers.get('transport') ?? '')
    return { told, headers: { session: readSessionHeader(reply.headers.get('session') ?? '').id } }
  }
  return { relay, client, url: relay.url, setUp }
}

test('a transport stream comes over the connection as well, seven packets a frame', async (context) => {
  const { client, url, setUp } = await open(context)
  const { headers } = await setUp('?payload=mp2t', overTcp)
  await client.request('PLAY', url, headers)
  await client.until(() => client.rtpOf(0).length > 5)
  const [first] = client.rtpOf(0)
  expect([first?.payloadType, first?.payload.length, first?.payload[0]]).toEqual([33, 7 * 188, 0x47])
})

test('packets of a transport stream are sent again where ?repair=rtx asks so, and none in bursts', async (context) => {
  const { relay, client, url, setUp } = await open(context)
  const receiver = await UdpReceiver.open()
  const { told, headers } = await setUp('?payload=mp2t&repair=rtx', receiver.transport.replace('AVP', 'AVPF'))
  expect(told?.profile).toBe('AVPF')
  await client.request('PLAY', url, headers)
  await receiver.until(() => receiver.rtp.length > 5)
  const original = receiver.rtp[3]!
  const lost = { senderSsrc: 1, mediaSsrc: original.ssrc, lostSequenceNumbers: [original.sequenceNumber] }
  const report = { kind: 'receiver-report', ssrc: 1, reports: [] } as const
  receiver.sendRtcp(encodeRtcp([report, genericNackPacket(lost)]), relay.rtpPort + 1)
  await receiver.until(() => receiver.rtp.some(({ payloadType }) => payloadType === 98))
  const again = receiver.rtp.find(({ payloadType }) => payloadType === 98)!
  expect(decodeRtx(again, { payloadType: 33, ssrc: original.ssrc })).toEqual({ ok: true, value: original })
  expect(relay.departures().bursts).toBe(0)
})

test('packets of a transport stream are followed by parity where ?repair=fec asks so, and none goes in bursts', async (context) => {
  const { relay, client, url, setUp } = await open(context)
  const receiver = await UdpReceiver.open()
  const { headers } = await setUp('?payload=mp2t&repair=fec&fecGroup=3', receiver.transport)
  await client.request('PLAY', url, headers)
  await receiver.until(() => receiver.rtp.filter(({ payloadType }) => payloadType === 100).length > 2)
  const [first] = receiver.rtp
  receiver.rtp.forEach(({ ssrc, sequenceNumber }, index) => {
    expect([ssrc, sequenceNumber]).toEqual([first?.ssrc, ((first?.sequenceNumber ?? 0) + index) & 0xffff])
  })
  const ofGroup = receiver.rtp.filter(({ payloadType }) => payloadType === 33).length / 3
  expect(relay.sessions.list()[0]?.fec).toMatchObject({ groupPackets: 3 })
  expect(relay.sessions.list()[0]?.fec?.sentPackets).toBeGreaterThanOrEqual(Math.floor(ofGroup))
  expect(relay.departures().bursts).toBe(0)
})

test('over a connection nothing is lost, so no parity goes', async (context) => {
  const { relay, client, url, setUp } = await open(context)
  const { headers } = await setUp('?repair=fec', overTcp)
  await client.request('PLAY', url, headers)
  await client.until(() => client.rtpOf(0).length > 20)
  expect(new Set(client.rtpOf(0).map(({ payloadType }) => payloadType))).toEqual(new Set([96]))
  expect(relay.sessions.list()[0]).not.toHaveProperty('fec')
})

test('a loop with parity has a sender of its own, which all share who want the same', async (context) => {
  const { relay, url } = await open(context)
  const ssrcs: (number | undefined)[] = []
  for (const query of [
    '?live=loop',
    '?live=loop&repair=fec',
    '?live=loop&repair=fec',
    '?live=loop&repair=fec&fecGroup=4',
  ]) {
    const [client, receiver] = [await RtspClient.open(relay.rtspPort), await UdpReceiver.open()]
    const { transport } = receiver
    const reply = await client.request('SETUP', `${url}/trackID=0${query}`, { transport })
    await client.request('PLAY', url, { session: readSessionHeader(reply.headers.get('session') ?? '').id })
    await receiver.until(() => receiver.rtp.length > 20)
    expect(receiver.rtp.some(({ payloadType }) => payloadType === 100)).toBe(query.includes('fec'))
    ssrcs.push(receiver.rtp[0]?.ssrc)
  }
  expect(new Set(ssrcs).size).toBe(3)
  expect(ssrcs[2]).toBe(ssrcs[1])
})

test('a group has parity as well, and is another than the one without', async (context) => {
  const { relay, client, url, setUp } = await open(context, { multicast: await freeMulticast() })
  const plain = await setUp('', 'RTP/AVP;multicast')
  const { told, headers } = await setUp('?repair=fec', 'RTP/AVP;multicast')
  expect(told?.destination).not.toBe(plain.told?.destination)
  await client.request('PLAY', url, headers)
  const sent = () => relay.sessions.list().map(({ fec }) => fec?.sentPackets)
  await expect.poll(() => sent().some((packets) => (packets ?? 0) > 2), { timeout: 5000 }).toBe(true)
  const sdp = Buffer.from((await client.request('DESCRIBE', `${url}?multicast&repair=fec`)).body).toString()
  expect(sdp).toContain('a=rtpmap:100 ulpfec/90000\r\n')
})

test('each payload has a group of its own, and a loop has one more', async (context) => {
  const { setUp } = await open(context, { multicast: await freeMulticast() })
  const groups: (string | undefined)[] = []
  for (const query of ['', '?payload=mp2t', '?live=loop', '']) {
    groups.push((await setUp(query, 'RTP/AVP;multicast')).told?.destination)
  }
  expect(new Set(groups).size).toBe(3)
  expect(groups[3]).toBe(groups[0])
})

test('who shares a sender is told that it has no pace of its own, and of a transport stream no keyframe goes alone', async (context) => {
  const { client, url, setUp } = await open(context, { multicast: await freeMulticast() })
  const wanted = { scale: '4', speed: '2' }
  for (const [query, transport, told] of [
    ['', overTcp, ['4.0', '2.0']],
    ['?payload=mp2t', overTcp, ['1.0', '2.0']],
    ['?live=loop', overTcp, ['1.0', '1.0']],
    ['', 'RTP/AVP;multicast', ['1.0', '1.0']],
  ] as const) {
    const { headers } = await setUp(query, transport)
    const played = await client.request('PLAY', url, { ...headers, ...wanted })
    expect([played.headers.get('scale'), played.headers.get('speed')]).toEqual(told)
    await client.request('TEARDOWN', url, headers)
  }
})

/** As what somebody publishes, of the clip's own units. */
function publishedClip() {
  const unitsOf = (index: number): SegmentUnits => {
    const segment = demuxMpegTs(clip.segments[index] ?? new Uint8Array(0))
    if (!segment.ok) throw new Error(`the clip is unreadable: ${segment.fault.code}`)
    return segment.value
  }
  const live = { readUnits: unitsOf, window: { startSeconds: 0, liveSeconds: 4 } }
  return { ...presentationOf(clip), live }
}

test('who shares a sender, or watches what is live, is told that nothing goes back', async (context) => {
  const multicast = await freeMulticast()
  const published = publishedClip()
  for (const [query, transport, told, source] of [
    ['', overTcp, '-4.0'],
    ['?payload=mp2t', overTcp, '1.0'],
    ['?live=loop', overTcp, '1.0'],
    ['', 'RTP/AVP;multicast', '1.0'],
    ['', overTcp, '1.0', { open: async () => published }],
  ] as const) {
    const { client, url, setUp } = await open(context, { multicast, ...(source === undefined ? {} : { source }) })
    const { headers } = await setUp(query, transport)
    const played = await client.request('PLAY', url, { ...headers, scale: '-4', range: 'npt=4-0' })
    expect([played.status, played.headers.get('scale')]).toEqual([200, told])
    await client.request('TEARDOWN', url, headers)
  }
})

test('what is published has no transport stream to offer, and no end to begin again at', async (context) => {
  const live = { readUnits: () => ({ video: [], audio: [] }), window: { startSeconds: 0, liveSeconds: 4 } }
  const published = { ...presentationOf(clip), outline: () => ({ ...clip.outline, ended: false }), live }
  const { client, url } = await open(context, { source: { open: async () => published } })
  const statusOf = async (query: string) => (await client.request('DESCRIBE', url + query)).status
  expect([await statusOf(''), await statusOf('?payload=mp2t'), await statusOf('?live=loop')]).toEqual([200, 404, 503])
})
