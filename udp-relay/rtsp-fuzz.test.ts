import fc from 'fast-check'
import { connect } from 'node:net'
import pino from 'pino'
import { expect, test, type TestContext } from 'vitest'
import { heldBytes } from '../lab/test-support/held-memory.ts'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { describePresentation } from '../protocol/presentation-sdp.ts'
import { genericNackPacket } from '../protocol/rtcp-feedback.ts'
import { encodeRtcp } from '../protocol/rtcp.ts'
import { readSessionHeader } from '../protocol/rtsp-headers.ts'
import { encodeInterleavedFrame } from '../protocol/rtsp-message.ts'
import { encodeRtp, sequenceDistance } from '../protocol/rtp.ts'
import { LiveSegments } from '../stream/live-segments.ts'
import { PublisherClock } from './publisher-clock.ts'
import { PublisherTrack } from './publisher-track.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { freeMulticast } from './test-support/free-multicast.ts'
import { mutationsOf, sharedFuzzInputs } from './test-support/fuzz-inputs.ts'
import { makePackageClip } from './test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from './test-support/rtsp-client.ts'

const clip = makePackageClip()

const SIGN_OF_LIFE_INPUTS = 500 // the viewers stay, however many inputs there are

const MOST_HELD_BYTES = 10_000_000 // most of it by the sessions that inputs leave behind for a while

/** Throws `inputs` at the relay, each on a connection of its own, while one viewer watches over UDP and one over its RTSP
 *  connection; neither must notice, and the memory that is held has a bound. `datagrams` come from the first one's own port
 *  meanwhile. What the inputs leave behind ends soon, so that the later ones still find room. */
async function bombard(
  context: TestContext,
  inputs: readonly Uint8Array[],
  datagrams: readonly Uint8Array[] = [],
): Promise<void> {
  const limits = { sessionTimeoutSeconds: 20 }
  const errors: string[] = []
  const logger = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) })
  const relay = await startClipRelay(context, clip, { multicast: await freeMulticast(), limits, logger })
  const client = await RtspClient.open(relay.rtspPort)
  const receiver = await UdpReceiver.open()
  const reply = await client.request('SETUP', `${relay.url}/trackID=0`, { transport: receiver.transport })
  const session = { session: readSessionHeader(reply.headers.get('session') ?? '').id }
  await client.request('PLAY', relay.url, session)
  const interleaved = await openInterleaved(relay.rtspPort, relay.url)

  const heldBefore = heldBytes()
  const expectService = async (): Promise<void> => {
    expect(heldBytes() - heldBefore).toBeLessThan(MOST_HELD_BYTES)
    expect((await client.request('GET_PARAMETER', relay.url, session)).status).toBe(200)
    expect((await interleaved.client.request('GET_PARAMETER', relay.url, interleaved.headers)).status).toBe(200)
  }
  let thrown = 0
  const each = Math.ceil(datagrams.length / inputs.length)
  for (const input of inputs) {
    for (const datagram of datagrams.slice(thrown * each, (thrown + 1) * each)) {
      receiver.sendRtcp(datagram, relay.rtpPort + 1)
    }
    await throwAt(relay.rtspPort, input)
    thrown += 1
    if (thrown % SIGN_OF_LIFE_INPUTS === 0) await expectService()
  }
  await expectService()

  const received = receiver.rtp.length
  await client.request('PLAY', relay.url, { ...session, range: 'npt=0-' })
  await receiver.until(() => receiver.rtp.length > received + 10)
  const numbers = receiver.rtp.map(({ sequenceNumber }) => sequenceNumber)
  const steps = numbers.slice(1).map((number, index) => sequenceDistance(numbers[index] ?? 0, number))
  expect(new Set(steps)).toEqual(new Set([1]))
  const came = interleaved.client.rtpOf(0).length
  const again = { ...interleaved.headers, range: 'npt=0-' }
  expect((await interleaved.client.request('PLAY', relay.url, again)).status).toBe(200)
  await interleaved.client.until(() => interleaved.client.rtpOf(0).length > came + 10)
  expect(errors).toEqual([])
}

async function openInterleaved(port: number, url: string) {
  const client = await RtspClient.open(port)
  const transport = 'RTP/AVP/TCP;unicast;interleaved=0-1'
  const reply = await client.request('SETUP', `${url}/trackID=0`, { transport })
  const headers = { session: readSessionHeader(reply.headers.get('session') ?? '').id }
  await client.request('PLAY', url, headers)
  return { client, headers }
}

/** Resolves when the relay has answered all that it will: our end of the connection is closed, so it closes its own. */
async function throwAt(port: number, input: Uint8Array): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  socket.resume()
  socket.end(input)
  await new Promise((resolve) => socket.once('close', resolve))
}

test('the relay outlives the shared fuzz inputs: as requests, as what comes on channels, as descriptions', async (context) => {
  const inputs = sharedFuzzInputs(context)
  expect(inputs.length).toBeGreaterThan(1400)
  await bombard(context, [...inputs, ...onChannels(inputs), ...announced(inputs)])
})

const REQUESTS = [
  ['OPTIONS rtsp://h/clip'],
  ['DESCRIBE rtsp://h/clip', 'Accept: application/sdp'],
  ['SETUP rtsp://h/clip/trackID=0', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1'],
  ['SETUP rtsp://h/clip/trackID=1', 'Transport: RTP/AVP;unicast;client_port=50000-50001', 'Session: 0123456789abcdef'],
  ['PLAY rtsp://h/clip', 'Session: 0123456789abcdef', 'Range: npt=2-', 'Scale: 2'],
  ['TEARDOWN rtsp://h/clip', 'Session: 0123456789abcdef'],
].map(([first, ...headers]) => Buffer.from([`${first} RTSP/1.0`, 'CSeq: 1', ...headers, '', ''].join('\r\n')))

test('the relay outlives any bytes, and requests in any order', async (context) => {
  const methods = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'GET_PARAMETER', 'ANNOUNCE', 'RECORD']
  const urls = [
    '*',
    'rtsp://h/clip',
    'rtsp://h/clip/trackID=0',
    'rtsp://h/clip?x/trackID=1',
    'rtsp://h/%00',
    'rtsp://h/../..',
  ]
  const lines = [
    'Transport: RTP/AVP;unicast;client_port=9-9',
    'Transport: RTP/AVP;unicast;client_port=65535-0',
    'Transport: RTP/AVP/TCP;unicast;interleaved=0-1',
    'Transport: RTP/AVP/TCP;interleaved=255-256,RTP/AVP;multicast',
    'Session: x',
    'Scale: -2',
    'Speed: 1e9',
    'Authorization: Digest username="x", nonce=',
    'Range: npt=0-',
    'Content-Length: 3',
    'Require: x',
  ]
  const request = fc
    .tuple(fc.constantFrom(...methods), fc.constantFrom(...urls), fc.subarray(lines), fc.constantFrom('\r\n', '\n'))
    .map(([method, url, some, end]) => [`${method} ${url} RTSP/1.0`, 'CSeq: 1', ...some, '', ''].join(end))
  const part = fc.oneof(
    request.map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 60 }),
    fc.constant(Buffer.from('$\x00\x00\x04abcd')),
  )
  const whole = fc.array(part, { maxLength: 6 }).map((parts) => Buffer.concat(parts))
  const inputs = fc.oneof(whole, mutationsOf(REQUESTS))
  await bombard(context, fc.sample(inputs, { seed: 5, numRuns: fuzzRuns(5000) }))
})

const SET_UP = [
  'SETUP rtsp://h/clip/trackID=0 RTSP/1.0',
  'CSeq: 1',
  'Transport: RTP/AVP/TCP;unicast;interleaved=0-1',
  '',
  '',
].join('\r\n')

/** Connections of viewers who send such packets on the channels of their track and on one that nobody has set up. */
function onChannels(packets: readonly Uint8Array[]): Uint8Array[] {
  const frames = packets.map((packet, index) => encodeInterleavedFrame([0, 1, 7][index % 3] ?? 0, packet))
  return inGroups(frames, 50).map((some) => Buffer.concat([Buffer.from(SET_UP), ...some]))
}

/** Connections of publishers who announce one such description after the other. */
function announced(bodies: readonly Uint8Array[]): Uint8Array[] {
  const requests = bodies.map((body, index) => {
    const head = `ANNOUNCE rtsp://h/live/fuzz${index} RTSP/1.0\r\nCSeq: 1\r\nContent-Length: ${body.length}\r\n\r\n`
    return Buffer.concat([Buffer.from(head), body])
  })
  return inGroups(requests, 10).map((some) => Buffer.concat(some))
}

function inGroups<One>(all: readonly One[], size: number): One[][] {
  return all.flatMap((_, at) => (at % size === 0 ? [all.slice(at, at + size)] : []))
}

const report = {
  fractionLost: 9,
  cumulativePacketsLost: 9,
  extendedHighestSequenceNumber: 9,
  jitterTicks: 9,
  lastSr: 9,
}
const rtcpSeeds = [
  encodeRtcp([{ kind: 'receiver-report', ssrc: 1, reports: [{ ssrc: 2, delaySinceLastSr: 9, ...report }] }]),
  encodeRtcp([
    {
      kind: 'sender-report',
      ssrc: 1,
      ntpTime: { seconds: 1, fraction: 1 },
      timestampTicks: 1,
      sentPackets: 1,
      sentPayloadBytes: 1,
      reports: [],
    },
    { kind: 'source-description', sources: [{ ssrc: 1, cname: 'a viewer' }] },
  ]),
  encodeRtcp([
    { kind: 'receiver-report', ssrc: 1, reports: [] },
    genericNackPacket({ senderSsrc: 1, mediaSsrc: 2, lostSequenceNumbers: [1, 2, 70] }),
    { kind: 'bye', ssrcs: [1], reason: 'gone' },
  ]),
]
const rtpSeeds = [
  Uint8Array.of(0x65, 1, 2, 3),
  Uint8Array.of(0x7c, 0x85, 1, 2),
  Uint8Array.of(0x78, 0, 2, 6, 1, 0, 1, 9),
].map((payload, at) =>
  encodeRtp({ marker: at === 0, payloadType: 96, sequenceNumber: at, timestampTicks: at, ssrc: 1, payload }),
)
const anyOf = (seeds: readonly Uint8Array[]) => fc.oneof(mutationsOf(seeds), fc.uint8Array({ maxLength: 60 }))

for (const [name, seeds] of [
  ['RTP', rtpSeeds],
  ['RTCP', rtcpSeeds],
] as const) {
  test(`the relay outlives any ${name} on the channels of a viewer, set up or not, and from his ports`, async (context) => {
    const packets = fc.sample(anyOf(seeds), { seed: 6, numRuns: fuzzRuns(5000) })
    await bombard(context, onChannels(packets), packets)
  })
}

test('the relay outlives any description that is announced', async (context) => {
  const text = describePresentation(clip.outline, {
    title: 'A clip',
    requestUrl: 'rtsp://h/live/fuzz',
    serverAddress: '127.0.0.1',
    nowUnixMs: 0,
    trackUrl: (trackIndex) => `streamid=${trackIndex}`,
    repairs: true,
  })
  const bodies = fc.sample(anyOf([Buffer.from(text)]), { seed: 7, numRuns: fuzzRuns(5000) })
  await bombard(context, announced(bodies))
})

test('PublisherTrack and LiveSegments take any packets', (context) => {
  const mutated = fc.sample(anyOf([...rtpSeeds, ...rtcpSeeds]), { seed: 8, numRuns: fuzzRuns(5000) })
  const payloads = [...sharedFuzzInputs(context), ...mutated]
  const picture = new PublisherTrack({ payloadType: 96, clockRateHz: 90_000, waitMs: 100 })
  const sound = new PublisherTrack({ payloadType: 96, clockRateHz: 48_000, samplesPerFrame: 1024, waitMs: 0 })
  const limits = { windowSeconds: 1, maxGroupSeconds: 1, maxGroupBytes: 1e6 }
  const segments = new LiveSegments({ variant: 'x', parameterSets: [], ...limits })
  const clock = new PublisherClock(() => [picture, sound])
  payloads.forEach((payload, at) => {
    const [sequenceNumber, timestampTicks] = [(at * 3) & 0xffff, Math.imul(at, 0x3b9a_ca07) >>> 0]
    const rtp = encodeRtp({ marker: at % 3 === 0, payloadType: 96, sequenceNumber, timestampTicks, ssrc: 1, payload })
    for (const track of [picture, sound]) {
      track.pushRtp(payload, at, at)
      track.pushRtcp(payload)
      for (const { unit, ptsTicks } of clock.push(track, track.pushRtp(rtp, at, at), at * 10)) {
        if (unit.kind === 'sound') segments.pushSound({ ptsTicks, data: unit.data })
        else segments.pushPicture({ ptsTicks, nals: unit.nals })
      }
    }
  })
  segments.end()
  expect(segments.outline.ended).toBe(true)
})
