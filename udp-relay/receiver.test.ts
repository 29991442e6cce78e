import { createServer, type AddressInfo } from 'node:net'
import { expect, test, vi, type TestContext } from 'vitest'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { startReceiver, type ReceiverOptions } from './receiver.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { CLIP_FRAMES, CLIP_SECONDS, makePackageClip } from './test-support/package-clip.ts'
import { inLongRun } from '../lab/test-support/long-run.ts'

const clip = makePackageClip()
const audioUnits = clip.outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
const common = { jitterBufferMs: 200, userAgent: 'weir tests' }

async function start(
  context: Pick<TestContext, 'onTestFinished'>,
  options: Pick<ReceiverOptions, 'url'> & Partial<ReceiverOptions>,
) {
  const receiver = await startReceiver({ ...common, ...options })
  context.onTestFinished(() => receiver.close())
  return receiver
}

test.concurrent('the receiver counts every packet and judges every frame, to the goodbye', async (context) => {
  const relay = await startClipRelay(context, clip)
  const written: Uint8Array[] = []
  const receiver = await start(context, { url: relay.url, onTransportStream: (bytes) => written.push(bytes) })
  expect(receiver.transport).toBe('udp')
  expect(await receiver.ended).toEqual({ reason: 'bye' })
  await receiver.close()

  const { measures, tracks, skippedFrames } = receiver.figures()
  const [end] = relay.log.filter(({ msg }) => msg === 'RTSP session ended')
  expect(end).toMatchObject({ reason: 'teardown', reportedLostPackets: 0, droppedPackets: 0 })
  expect(measures).toMatchObject({
    intactFrames: CLIP_FRAMES,
    damagedFrames: 0,
    frozenFrames: 0,
    lostPackets: 0,
    freezeCount: 0,
  })
  expect(measures.startupMs).toBeGreaterThan(common.jitterBufferMs)
  expect(skippedFrames).toBe(0)
  expect(tracks.map(({ encoding, lostPackets, strangePackets }) => [encoding, lostPackets, strangePackets])).toEqual([
    ['H264', 0, 0],
    ['MPEG4-GENERIC', 0, 0],
  ])
  expect(tracks.map(({ expectedPackets, receivedPackets }) => expectedPackets - receivedPackets)).toEqual([0, 0])
  expect(tracks[1]?.receivedPackets).toBe(audioUnits)
  expect(measures.receivedPackets).toBe(tracks.reduce((sum, { receivedPackets }) => sum + receivedPackets, 0))

  const stream = demuxMpegTs(Buffer.concat(written))
  if (!stream.ok) throw new Error(stream.fault.code)
  const { video, audio, faults } = stream.value
  expect([video.length, audio.length, faults]).toEqual([CLIP_FRAMES, audioUnits, []])
  const sent = clip.outline.segments.flatMap(({ frames }) => frames)
  const firstPts = video[0]?.ptsTicks ?? 0
  expect(video.map(({ ptsTicks }) => ptsTicks - firstPts)).toEqual(sent.map(({ ptsTicks }) => ptsTicks))
  const firstDts = video[0]?.dtsTicks ?? 0
  expect(video.map(({ dtsTicks }) => dtsTicks - firstDts)).toEqual(sent.map((_, frame) => 3600 * frame))
  expect((audio[0]?.ptsTicks ?? 0) - firstPts).toBe(clip.outline.segments[0]?.audio?.firstPtsTicks)
})

if (inLongRun)
  test('a receiver that pauses goes on where it was, and no frame is missing or late', async (context) => {
    const relay = await startClipRelay(context, clip)
    const written: Uint8Array[] = []
    const receiver = await start(context, { url: relay.url, onTransportStream: (bytes) => written.push(bytes) })
    await vi.waitFor(() => expect(receiver.figures().positionSeconds).toBeGreaterThan(0.3))
    await receiver.pause()
    const { positionSeconds } = receiver.figures()
    const [session] = relay.sessions.list()
    await vi.waitFor(() => expect(relay.sessions.list()[0]?.seconds).toBeGreaterThan((session?.seconds ?? 0) + 0.6))
    expect(receiver.figures().positionSeconds).toBe(positionSeconds)
    expect(relay.sessions.list()[0]).toMatchObject({ phase: 'ready', sentPackets: session?.sentPackets })
    await receiver.resume()
    expect(await receiver.ended).toEqual({ reason: 'bye' })
    await receiver.close()

    const { measures, skippedFrames } = receiver.figures()
    expect(measures).toMatchObject({ intactFrames: CLIP_FRAMES, damagedFrames: 0, lostPackets: 0, freezeCount: 0 })
    expect(skippedFrames).toBe(0)
    const stream = demuxMpegTs(Buffer.concat(written))
    if (!stream.ok) throw new Error(stream.fault.code)
    const sent = clip.outline.segments.flatMap(({ frames }) => frames)
    const firstPts = stream.value.video[0]?.ptsTicks ?? 0
    const apartTicks = stream.value.video.map(({ ptsTicks }, at) => ptsTicks - firstPts - (sent[at]?.ptsTicks ?? 0))
    expect(Math.max(...apartTicks.map(Math.abs))).toBeLessThanOrEqual(45) // RTSP tells places to the millisecond
  })

test('a receiver begins at the keyframe before the second that is asked for', async (context) => {
  const relay = await startClipRelay(context, clip)
  const receiver = await start(context, { url: relay.url, startSeconds: 5 })
  await vi.waitFor(() => expect(receiver.figures().positionSeconds).toBeGreaterThan(4))
  expect(receiver.figures().positionSeconds).toBeLessThan(4.9)
  expect(await receiver.ended).toEqual({ reason: 'bye' })
  expect(receiver.figures().measures.intactFrames).toBe(CLIP_FRAMES - 100)
})

test('a paused receiver ends with its connection: nothing more can come', async (context) => {
  const relay = await startClipRelay(context, clip)
  const receiver = await start(context, { url: relay.url })
  await vi.waitFor(() => expect(receiver.figures().positionSeconds).toBeGreaterThan(0.2))
  await receiver.pause()
  await relay.close()
  expect(await receiver.ended).toMatchObject({ reason: expect.stringMatching(/^(bye|connection-lost)$/) })
})

test('a receiver that cannot go on says why, and what comes is taken all the same', async (context) => {
  const relay = await startClipRelay(context, clip)
  const receiver = await start(context, { url: relay.url })
  await vi.waitFor(() => expect(receiver.figures().positionSeconds).toBeGreaterThan(0.2))
  await relay.close()
  await expect(receiver.pause()).rejects.toMatchObject({ code: 'unreachable' })
  await expect(receiver.resume()).rejects.toMatchObject({ code: 'unreachable' })
  expect(await receiver.ended).toEqual({ reason: 'bye' })
})

test('a receiver that is closed says goodbye: the relay ends the session at once, and has its reports', async (context) => {
  const relay = await startClipRelay(context, clip)
  const receiver = await start(context, { url: `${relay.url}/240p` })
  await vi.waitFor(() => {
    for (const { receivedPackets } of receiver.figures().tracks) expect(receivedPackets).toBeGreaterThan(0)
  })
  await receiver.close()
  expect(await receiver.ended).toEqual({ reason: 'closed' })
  const [end] = relay.log.filter(({ msg }) => msg === 'RTSP session ended')
  expect(end).toMatchObject({ reason: 'teardown', receiverReports: 2 }) // with the goodbye of each track
  expect(Number(end?.['seconds'])).toBeLessThan(CLIP_SECONDS / 2)
  expect(relay.sessions.count).toBe(0)
})

test('the receiver says why an address does not play', async (context) => {
  const relay = await startClipRelay(context, clip)
  const url = (path: string) => ({ ...common, url: relay.url.replace('/clip', path) })
  await expect(startReceiver(url('/nothing'))).rejects.toMatchObject({ code: 'refused', status: 404 })
  await expect(startReceiver({ ...common, url: 'rtsp://127.0.0.1:1/clip' })).rejects.toMatchObject({
    code: 'unreachable',
  })
  await expect(startReceiver({ ...common, url: 'http://127.0.0.1/' })).rejects.toThrow(RangeError)
})

test('the receiver takes a port of 0 for none, and floods no server that tells a timeout of 0', async (context) => {
  const transport = 'Transport: RTP/AVP;unicast;server_port=0-0'
  const url = await serverSaying(context, [
    answerOf(''),
    description('m=video 0 RTP/AVP 33\r\na=control:0\r\n'),
    `RTSP/1.0 200 OK\r\nCSeq: CSEQ\r\n${transport}\r\nSession: x;timeout=0\r\n\r\n`,
    answerOf(''),
  ])
  vi.spyOn(globalThis, 'setInterval')
  const receiver = await start(context, { url, transport: 'udp' })
  await receiver.close()
  expect(vi.mocked(setInterval).mock.calls.map(([, everyMs]) => everyMs)).toEqual([500, 10]) // sign of life, tick
})

/** A server that answers each request with the next of these texts, `CSEQ` being the request's. */
async function serverSaying(context: Pick<TestContext, 'onTestFinished'>, answers: readonly string[]): Promise<string> {
  const left = [...answers]
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      const answer = left.shift()?.replace('CSEQ', /CSeq: (\d+)/.exec(bytes.toString())?.[1] ?? '0')
      if (answer === undefined) socket.destroy()
      else socket.write(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.onTestFinished(() => void server.close())
  return `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const answerOf = (body: string) =>
  `RTSP/1.0 200 OK\r\nCSeq: CSEQ\r\nContent-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const description = (media: string) => answerOf(`v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\n${media}`)

for (const [name, answers, failure] of [
  ['hangs up', [], { code: 'unreachable' }],
  ['speaks no RTSP', ['220 ESMTP\r\n\r\n'.padEnd(20_000, 'x')], { code: 'unreachable' }],
  ['describes nothing', [answerOf(''), answerOf('hello')], { code: 'bad-answer' }],
  ['describes no track', [answerOf(''), description('')], { code: 'unplayable' }],
  [
    'sets up without a session',
    [answerOf(''), description('m=video 0 RTP/AVP 33\r\na=control:0\r\n'), answerOf('')],
    { code: 'bad-answer' },
  ],
  [
    'wants a password that nobody has',
    ['RTSP/1.0 401 No\r\nCSeq: CSEQ\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n'],
    { status: 401 },
  ],
] as const) {
  test(`the receiver refuses a server that ${name}`, async (context) => {
    const url = await serverSaying(context, answers)
    await expect(startReceiver({ ...common, url })).rejects.toMatchObject(failure)
  })
}

for (const leavesOutOptions of [false, true]) {
  test.concurrent(`the receiver asks ${leavesOutOptions ? 'DESCRIBE' : 'OPTIONS'} first${leavesOutOptions ? ' where it is to' : ''}`, async (context) => {
    let first = ''
    const server = createServer((socket) => {
      socket.once('data', (bytes) => {
        first = bytes.toString().split(' ')[0] ?? ''
        socket.destroy()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    context.onTestFinished(() => void server.close())
    const url = `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/clip`
    await expect(startReceiver({ ...common, url, leavesOutOptions })).rejects.toThrow()
    expect(first).toBe(leavesOutOptions ? 'DESCRIBE' : 'OPTIONS')
  })
}
