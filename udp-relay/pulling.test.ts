import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import pino from 'pino'
import { expect, test, vi, type TestContext } from 'vitest'
import { makeCertificate } from '../lab/test-support/certificate.ts'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { LivePresentations } from './live-presentations.ts'
import { Pulling, type PullingOptions } from './pulling.ts'
import { startReceiver } from './receiver.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { CLIP_FRAMES, makePackageClip } from './test-support/package-clip.ts'

const clip = makePackageClip()
const AUDIO_UNITS = clip.outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
const SOON = { timeout: 8000 }

/** A relay that serves what is pulled from `url`, and its log. */
async function pull(context: TestContext, url: string, changes: Partial<PullingOptions> = {}) {
  const log: Record<string, unknown>[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(JSON.parse(line)) })
  const live = new LivePresentations({ open: () => Promise.resolve(undefined) })
  const relay = await startClipRelay(context, clip, { source: live })
  const own = { url, name: 'camera', live, logger, userAgent: 'weir tests', transport: undefined }
  const pulling = new Pulling({ ...own, acceptsAnyCertificate: false, random: () => 0, ...changes })
  context.onTestFinished(() => pulling.close())
  const told = (msg: string) => log.filter((line) => line['msg'] === msg)
  return { pulling, live, told, url: relay.url.replace('/clip', '/live/camera') }
}

test('what is pulled is watched while it comes, every picture of it, to its end', async (context) => {
  const source = await startClipRelay(context, clip)
  const { url, told } = await pull(context, source.url)
  await vi.waitFor(() => expect(told('the pulled stream plays')).toHaveLength(1), SOON)
  const written: Uint8Array[] = []
  const onTransportStream = (bytes: Uint8Array): void => void written.push(bytes)
  const receiver = await startReceiver({ url, jitterBufferMs: 200, userAgent: 'weir tests', onTransportStream })
  context.onTestFinished(() => receiver.close())
  expect(await receiver.ended).toEqual({ reason: 'bye' })
  await receiver.close()
  const stream = demuxMpegTs(Buffer.concat(written))
  if (!stream.ok) throw new Error(stream.fault.code)
  expect(stream.value.video).toHaveLength(CLIP_FRAMES)
  expect(stream.value.audio.length).toBeGreaterThan(AUDIO_UNITS - 5) // what stands before the first picture is left out
  expect(told('the pulled stream has ended')).toMatchObject([{ reason: 'bye', lostPackets: 0, droppedPictures: 0 }])
  expect(source.log.find(({ msg }) => msg === 'RTSP session ended')).toMatchObject({ reason: 'teardown' })
})

test('a source that goes is asked again, and plays under the same name', async (context) => {
  const first = await startClipRelay(context, clip)
  const { url, live, told } = await pull(context, `${first.url}?live=loop`, { transport: 'tcp' })
  await vi.waitFor(() => expect(told('the pulled stream plays')).toHaveLength(1), SOON)
  await first.close()
  await vi.waitFor(() => expect(told('the pulled stream is away').length).toBeGreaterThan(1), SOON)
  expect(live.has('camera')).toBe(false)
  await startClipRelay(context, clip, { rtspPort: first.rtspPort })
  await vi.waitFor(() => expect(told('the pulled stream plays')).toHaveLength(2), SOON)
  const receiver = await startReceiver({ url, jitterBufferMs: 200, userAgent: 'weir tests' })
  await receiver.close()
  expect(
    told('the pulled stream is away')
      .map(({ waitMs }) => waitMs)
      .slice(0, 2),
  ).toEqual([250, 500])
})

test('a stream that is not there yet is waited for, and a name that someone has is left to him', async (context) => {
  const source = await startClipRelay(context, clip)
  const { told } = await pull(context, source.url.replace('clip', 'nothing'))
  await vi.waitFor(() => expect(told('the pulled stream is away')).toHaveLength(2), SOON)
  expect(told('the pulled stream is away')[1]).toMatchObject({ why: 'the server answers 404 Not Found to DESCRIBE' })
  const other = await pull(context, `${source.url}?live=loop`)
  await vi.waitFor(() => expect(other.live.has('camera')).toBe(true), SOON)
  const late = await pull(context, source.url, { live: other.live })
  await vi.waitFor(() => expect(late.told('the pulled stream is away')).not.toEqual([]), SOON)
  expect(late.told('the pulled stream is away')[0]).toMatchObject({ why: 'camera is being published by someone else' })
})

for (const { what, path, users, failure } of [
  { what: 'wants a password', path: '/clip', users: { ann: 'secret' }, failure: { code: 'refused', status: 401 } },
  {
    what: 'has no H.264 to send',
    path: '/clip?payload=mp2t',
    users: {},
    failure: { code: 'unplayable', message: 'the server offers no H.264, which alone can be served again, but MP2T' },
  },
]) {
  test(`a source that ${what} is told at once, and not asked again`, async (context) => {
    const source = await startClipRelay(context, clip, { users })
    const { pulling } = await pull(context, source.url.replace('/clip', path))
    await expect(pulling.failed).rejects.toMatchObject(failure)
  })
}

test('a source with a certificate that nobody vouches for is told at once', async (context) => {
  const source = await startClipRelay(context, clip, { rtsps: { port: 0, identity: makeCertificate(context) } })
  const url = `rtsps://127.0.0.1:${source.rtspsPort}/clip?live=loop`
  const { pulling } = await pull(context, url)
  await expect(pulling.failed).rejects.toMatchObject({ code: 'untrusted' })
  const { told } = await pull(context, url, { acceptsAnyCertificate: true })
  await vi.waitFor(() => expect(told('the pulled stream plays')).toMatchObject([{ transport: 'tcp' }]), SOON)
})

test('an attempt that is never answered does not keep the end waiting', async (context) => {
  const server = createServer((socket) => socket.on('error', () => {}).resume())
  context.onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { pulling } = await pull(context, `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/clip`)
  await once(server, 'connection')
  const startMs = performance.now()
  await pulling.close()
  expect(performance.now() - startMs).toBeLessThan(2000) // an answer is waited for ten seconds
})
