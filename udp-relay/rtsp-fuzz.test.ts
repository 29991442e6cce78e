import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { sharedFile } from '../lab/test-support/shared-files.ts'
import { readSessionHeader } from '../protocol/rtsp-headers.ts'
import { sequenceDistance } from '../protocol/rtp.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { makePackageClip } from './test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from './test-support/rtsp-client.ts'

const clip = makePackageClip()

/** Throws `inputs` at the relay, each on a connection of its own, while a viewer watches; the viewer must not notice. */
async function bombard(context: TestContext, inputs: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  const relay = await startClipRelay(context, clip)
  const client = await RtspClient.open(relay.rtspPort)
  const receiver = await UdpReceiver.open()
  const reply = await client.request('SETUP', `${relay.url}/trackID=0`, { transport: receiver.transport })
  const session = { session: readSessionHeader(reply.headers.get('session') ?? '').id }
  await client.request('PLAY', relay.url, session)

  for await (const input of inputs) await throwAt(relay.rtspPort, input)

  const received = receiver.rtp.length
  await client.request('PLAY', relay.url, { ...session, range: 'npt=0-' })
  await receiver.until(() => receiver.rtp.length > received + 10)
  const numbers = receiver.rtp.map(({ sequenceNumber }) => sequenceNumber)
  const steps = numbers.slice(1).map((number, index) => sequenceDistance(numbers[index] ?? 0, number))
  expect(new Set(steps)).toEqual(new Set([1]))
  expect(relay.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
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
  const methods = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'GET_PARAMETER', 'ANNOUNCE']
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
    'Session: x',
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
  const inputs = fc.sample(fc.array(part, { maxLength: 6 }), { seed: 5, numRuns: fuzzRuns(300) })
  await bombard(
    context,
    inputs.map((parts) => Buffer.concat(parts)),
  )
})
