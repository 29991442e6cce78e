import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeCertificate } from '../lab/test-support/certificate.ts'
import { needs } from '../lab/test-support/clients.ts'
import { runGstLaunch } from '../lab/test-support/gst-launch.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { countPackets } from './test-support/count-packets.ts'
import { CLIP_FRAMES, makePackageClip } from './test-support/package-clip.ts'

const clip = makePackageClip()
const AUDIO_UNITS = clip.outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
const users = { ann: 'secret' }

for (const transport of matrix(['http', 'https'])) {
  test.concurrent(`ffprobe counts every frame through ${transport}, at the port of its RTSP address`, async (context) => {
    const ffprobe = needs(context, 'ffprobe')
    const rtsps = { port: 0, identity: makeCertificate(context) }
    const relay = await startClipRelay(context, clip, { rtsps, users })
    const port = transport === 'http' ? relay.rtspPort : relay.rtspsPort
    const url = `rtsp://ann:secret@127.0.0.1:${port}/clip`
    expect(await countPackets(ffprobe, url, ['-rtsp_transport', transport])).toEqual([CLIP_FRAMES, AUDIO_UNITS])
    const [end] = relay.log.filter(({ msg }) => msg === 'RTSP session ended')
    expect(end).toMatchObject({ transport: 'interleaved', reason: 'teardown', droppedPackets: 0 })
  })
}

for (const wish of matrix(['location=rtsph://HOST', 'location=rtsp://HOST protocols=tcp+http'])) {
  test.concurrent(`GStreamer plays every frame with ${wish}`, async (context) => {
    const ffprobe = needs(context, 'ffprobe')
    const file = join(temporaryFolder(context), 'picture.h264')
    const relay = await startClipRelay(context, clip, { users })
    const source = wish.replace('HOST', `ann:secret@127.0.0.1:${relay.rtspPort}/clip?payload=h264`)
    const pipeline = `rtspsrc ${source} ! application/x-rtp,media=video ! rtph264depay ! h264parse !
      video/x-h264,stream-format=byte-stream,alignment=au ! filesink location=${file}`
    expect(await runGstLaunch(context, pipeline, { timeoutMs: 40_000 })).toEqual({ status: 0, lines: [] })
    expect(await countPackets(ffprobe, file)).toEqual([CLIP_FRAMES])
    const [end] = relay.log.filter(({ msg }) => msg === 'RTSP session ended')
    expect(end).toMatchObject({ transport: 'interleaved', reason: 'teardown', droppedPackets: 0 })
  })
}
