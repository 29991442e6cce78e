import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeCertificate } from '../lab/test-support/certificate.ts'
import { needs } from '../lab/test-support/clients.ts'
import { runGstLaunch } from '../lab/test-support/gst-launch.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { countPackets } from './test-support/count-packets.ts'
import { CLIP_FRAMES, makePackageClip } from './test-support/package-clip.ts'

const clip = makePackageClip()
const AUDIO_UNITS = clip.outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
const LIMIT = { timeoutMs: 40_000 }

test.concurrent('ffprobe counts every frame over RTSPS, in the TLS connection', async (context) => {
  const ffprobe = needs(context, 'ffprobe')
  const relay = await startClipRelay(context, clip, { rtsps: { port: 0, identity: makeCertificate(context) } })
  expect(await countPackets(ffprobe, `rtsps://127.0.0.1:${relay.rtspsPort}/clip`)).toEqual([CLIP_FRAMES, AUDIO_UNITS])
  expect(relay.log.find(({ msg }) => msg === 'RTSP session ended')).toMatchObject({ transport: 'interleaved' })
})

for (const protocols of matrix(['tcp', 'udp'])) {
  test.concurrent(`GStreamer plays every frame over RTSPS with protocols=${protocols}`, async (context) => {
    const ffprobe = needs(context, 'ffprobe')
    const file = join(temporaryFolder(context), 'picture.h264')
    const users = { ann: 'secret' }
    const rtsps = { port: 0, identity: makeCertificate(context) }
    const relay = await startClipRelay(context, clip, { rtsps, users })
    const location = `rtsps://ann:secret@127.0.0.1:${relay.rtspsPort}/clip`
    const pipeline = `rtspsrc location=${location} tls-validation-flags=0 protocols=${protocols} !
      application/x-rtp,media=video ! rtph264depay ! h264parse !
      video/x-h264,stream-format=byte-stream,alignment=au ! filesink location=${file}`
    expect(await runGstLaunch(context, pipeline, LIMIT)).toEqual({ status: 0, lines: [] })
    expect(await countPackets(ffprobe, file)).toEqual([CLIP_FRAMES])
    const [end] = relay.log.filter(({ msg }) => msg === 'RTSP session ended')
    expect(end).toMatchObject({ transport: protocols === 'tcp' ? 'interleaved' : 'udp', droppedPackets: 0 })
  })
}

test.concurrent('what ffmpeg publishes over RTSPS is watched over RTSPS', async (context) => {
  const [ffmpeg, ffprobe] = [needs(context, 'ffmpeg'), needs(context, 'ffprobe')]
  const relay = await startClipRelay(context, clip, { rtsps: { port: 0, identity: makeCertificate(context) } })
  const url = `rtsps://127.0.0.1:${relay.rtspsPort}/live/camera`
  const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25:duration=4']
  const coded = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '25', '-pix_fmt', 'yuv420p', '-f', 'rtsp']
  const published = runClient(ffmpeg, ['-v', 'error', ...picture, ...coded, url], LIMIT)
  await expect.poll(() => relay.log.some(({ msg }) => msg === 'RTSP publisher began'), { timeout: 10_000 }).toBe(true)
  expect(await countPackets(ffprobe, url)).toEqual([100])
  expect(await published).toEqual({ status: 0, stdout: '', stderr: '' })
})
