import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { sharedFile } from '../lab/test-support/shared-files.ts'
import { readSessionHeader } from '../protocol/rtsp-headers.ts'
import { encodeInterleavedFrame } from '../protocol/rtsp-message.ts'
import { encodeRtp, sequenceDistance } from '../protocol/rtp.ts'
import { LiveSegments } from '../stream/live-segments.ts'
import { PublisherClock } from './publisher-clock.ts'
import { PublisherTrack } from './publisher-track.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { freeMulticast } from './test-support/free-multicast.ts'
import { makePackageClip } from './test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from './test-support/rtsp-client.ts'

const clip = makePackageClip()

const SIGN_OF_LIFE_INPUTS = 500 // the viewers stay, however many inputs there are

/** Throws `inputs` at the relay, each on a connection of its own, while one viewer watches over UDP and one over its RTSP
 *  connection; neither must notice. What the inputs leave behind ends soon, so that the later ones still find room. */
async function bombard(context: TestContext, inputs: Iterable<Uint8Array>): Promise<void> {
  const limits = { sessionTimeoutSeconds: 20 }
  const relay = await startClipRelay(context, clip, { multicast: await freeMulticast(), limits })
  const client = await RtspClient.open(relay.rtspPort)
  const receiver = await UdpReceiver.open()
  const reply = await client.request('SETUP', `${relay.url}/trackID=0`, { transport: receiver.transport })
  const session = { session: readSessionHeader(reply.headers.get('session') ?? '').id }
  await client.request('PLAY', relay.url, session)
  const interleaved = await openInterleaved(relay.rtspPort, relay.url)

  let thrown = 0
  for (const input of inputs) {
    await throwAt(relay.rtspPort, input)
    thrown += 1
    if (thrown % SIGN_OF_LIFE_INPUTS !== 0) continue
    expect((await client.request('GET_PARAMETER', relay.url, session)).status).toBe(200)
    expect((await interleaved.client.request('GET_PARAMETER', relay.url, interleaved.headers)).status).toBe(200)
  }

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
  expect(relay.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
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

test('the relay outlives the shared RTSP fuzz inputs', async (context) => {
  const folder = sharedFile(context, 'rtsp-fuzz')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^(gortsplib\/(base|headers|sdpunmarshaler|inline)|live555|retina).*\.(bin|raw)$/.test(name),
  )
  expect(files.length).toBeGreaterThan(100)
  await bombard(
    context,
    files.map((name) => readFileSync(join(folder, name))),
  )
})

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
  const inputs = fc.sample(fc.array(part, { maxLength: 6 }), { seed: 5, numRuns: fuzzRuns(5000) })
  await bombard(
    context,
    inputs.map((parts) => Buffer.concat(parts)),
  )
})

test('the relay outlives any packets on the channels of a viewer, set up or not', async (context) => {
  const folder = sharedFile(context, 'rtsp-fuzz')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^(rtcp|gortsplib\/format_).*\.bin$/.test(name),
  )
  expect(files.length).toBeGreaterThan(80)
  const head = [
    'SETUP rtsp://h/clip/trackID=0 RTSP/1.0',
    'CSeq: 1',
    'Transport: RTP/AVP/TCP;unicast;interleaved=0-1',
    '',
    '',
  ]
  const setUp = Buffer.from(head.join('\r\n'))
  const inputs = files.map((name) => {
    const bytes = readFileSync(join(folder, name)).subarray(0, 0xffff)
    return Buffer.concat([setUp, ...[0, 1, 7].map((channel) => encodeInterleavedFrame(channel, bytes))])
  })
  await bombard(context, inputs)
})

function readInputs(folder: string, pattern: RegExp): Uint8Array[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => pattern.test(name))
  return names.map((name) => readFileSync(join(folder, name)).subarray(0, 0xffff))
}

test('the relay outlives any description that is announced', async (context) => {
  const descriptions = readInputs(sharedFile(context, 'rtsp-fuzz'), /\.sdp$|sdp.*\.bin$/)
  expect(descriptions.length).toBeGreaterThan(100)
  const inputs = descriptions.map((body, index) => {
    const head = `ANNOUNCE rtsp://h/live/fuzz${index} RTSP/1.0\r\nCSeq: 1\r\nContent-Length: ${body.length}\r\n\r\n`
    return Buffer.concat([Buffer.from(head), body])
  })
  await bombard(context, inputs)
})

test('PublisherTrack and LiveSegments take any packets', (context) => {
  const payloads = readInputs(sharedFile(context, 'rtsp-fuzz'), /^(rtcp|gortsplib\/format_|webrtc|mp4ff).*\.bin$/)
  expect(payloads.length).toBeGreaterThan(100)
  const picture = new PublisherTrack({ payloadType: 96, clockRateHz: 90_000, waitMs: 100 })
  const sound = new PublisherTrack({ payloadType: 96, clockRateHz: 48_000, samplesPerFrame: 1024, waitMs: 0 })
  const limits = { windowSeconds: 1, maxGroupSeconds: 1, maxGroupBytes: 1e6 }
  const segments = new LiveSegments({ variant: 'x', parameterSets: [], ...limits })
  const clock = new PublisherClock(() => [picture.units, sound.units])
  payloads.forEach((payload, at) => {
    const [sequenceNumber, timestampTicks] = [(at * 3) & 0xffff, Math.imul(at, 0x3b9a_ca07) >>> 0]
    const rtp = encodeRtp({ marker: at % 3 === 0, payloadType: 96, sequenceNumber, timestampTicks, ssrc: 1, payload })
    for (const track of [picture, sound]) {
      track.pushRtp(payload, at, at)
      track.pushRtcp(payload)
      for (const { unit, ptsTicks } of clock.push(track.units, track.pushRtp(rtp, at, at), at * 10)) {
        if (unit.kind === 'sound') segments.pushSound({ ptsTicks, data: unit.data })
        else segments.pushPicture({ ptsTicks, nals: unit.nals })
      }
    }
  })
  segments.end()
  expect(segments.outline.ended).toBe(true)
})
