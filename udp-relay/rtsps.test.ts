import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, test, type TestContext } from 'vitest'
import { makeCertificate } from '../lab/test-support/certificate.ts'
import { startReceiver } from './receiver.ts'
import { startClipRelay, type ClipRelayChanges } from './test-support/clip-relay.ts'
import { CLIP_FRAMES, makePackageClip } from './test-support/package-clip.ts'

const clip = makePackageClip()
const common = { jitterBufferMs: 200, userAgent: 'weir tests' }

async function start(context: TestContext, changes: ClipRelayChanges = {}) {
  const identity = makeCertificate(context)
  const relay = await startClipRelay(context, clip, { rtsps: { port: 0, identity }, ...changes })
  return { ...relay, port: relay.rtspsPort ?? 0, url: `rtsps://127.0.0.1:${relay.rtspsPort}/clip` }
}

for (const transport of [undefined, 'udp'] as const) {
  test.concurrent(`the receiver plays over TLS, with the media ${transport === undefined ? 'in it' : 'over UDP'}`, async (context) => {
    const relay = await start(context)
    const receiver = await startReceiver({ ...common, url: relay.url, transport, acceptsAnyCertificate: true })
    context.onTestFinished(() => receiver.close())
    expect(receiver.transport).toBe(transport ?? 'tcp') // UDP would be in the clear
    expect(await receiver.ended).toEqual({ reason: 'bye' })
    await receiver.close()
    expect(receiver.figures().measures).toMatchObject({ intactFrames: CLIP_FRAMES, damagedFrames: 0, lostPackets: 0 })
    const [end] = relay.log.filter(({ msg }) => msg === 'RTSP session ended')
    expect(end).toMatchObject({ reason: 'teardown', droppedPackets: 0 })
  })
}

test('the receiver does not trust a certificate that nobody vouches for, and says so', async (context) => {
  const { url } = await start(context)
  await expect(startReceiver({ ...common, url })).rejects.toMatchObject({
    code: 'untrusted',
    message: expect.stringMatching(
      /^the certificate of 127\.0\.0\.1:\d+ is not to be trusted: self-signed certificate/,
    ),
  })
})

test('the receiver says that there is no TLS at a port that answers in the clear', async (context) => {
  const server = createServer((socket) => socket.on('error', () => {}).end('RTSP/1.0 400 Bad Request\r\n\r\n'))
  context.onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `rtsps://127.0.0.1:${(server.address() as AddressInfo).port}/clip`
  await expect(startReceiver({ ...common, url, acceptsAnyCertificate: true })).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/cannot be reached: there is no TLS$/),
  })
})

test('connections that agree on no TLS count as others do, and end with the relay', async (context) => {
  const relay = await start(context, { limits: { connectionsPerAddress: 2 } })
  const idle = [connect(relay.port, '127.0.0.1'), connect(relay.rtspPort, '127.0.0.1')]
  await Promise.all(idle.map((socket) => once(socket, 'connect')))
  const above = connect(relay.port, '127.0.0.1')
  above.on('error', () => {})
  await once(above, 'close')
  const closed = idle.map((socket) =>
    once(
      socket.on('error', () => {}),
      'close',
    ),
  )
  await relay.close()
  await Promise.all(closed)
})

test('bytes that are no TLS end their connection alone', async (context) => {
  const relay = await start(context)
  const stranger = connect(relay.port, '127.0.0.1')
  stranger.on('error', () => {})
  stranger.resume().end('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n')
  await once(stranger, 'close')
  const receiver = await startReceiver({ ...common, url: relay.url, acceptsAnyCertificate: true })
  await receiver.close()
  expect(relay.log.filter(({ level }) => Number(level) >= 40)).toEqual([])
})
