import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startReceiver } from './receiver.ts'
import { needsGstPython } from './test-support/gst-python.ts'
import { startGstServer, type GstWish } from './test-support/gst-server.ts'
import { CLIP_FRAMES, makePackageClip } from './test-support/package-clip.ts'

const clip = makePackageClip()

const launches = {
  'H.264 and AAC': (file: string) =>
    `filesrc location=${file} ! tsdemux name=d d. ! queue ! h264parse ! rtph264pay name=pay0 pt=96
     d. ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97`,
  'a transport stream': (file: string) =>
    `filesrc location=${file} ! tsparse set-timestamps=true ! rtpmp2tpay name=pay0 pt=33`,
} as const

type Row = readonly [media: keyof typeof launches, transport: 'udp' | 'tcp', wishes: readonly GstWish[]]

const rows: readonly [Row, ...Row[]] = [
  ['H.264 and AAC', 'udp', ['digest']],
  ['H.264 and AAC', 'tcp', ['basic']],
  ['H.264 and AAC', 'udp', ['rtx']],
  ['a transport stream', 'udp', []],
  ['a transport stream', 'tcp', ['digest']],
]
for (const [media, transport, wishes] of matrix(rows)) {
  const title = ['the receiver plays', media, 'of gst-rtsp-server over', transport, ...wishes].join(' ')
  test.concurrent(title, { timeout: 60_000 }, async (context) => {
    needsGstPython(context, 'GstRtspServer')
    const ffprobe = needs(context, 'ffprobe')
    const folder = temporaryFolder(context)
    const [source, copy] = [join(folder, 'source.ts'), join(folder, 'copy.ts')]
    writeFileSync(source, Buffer.concat(clip.segments))
    const port = await startGstServer(context, launches[media](source), wishes)
    const written: Uint8Array[] = []
    const receiver = await startReceiver({
      url: `rtsp://weir:secret@127.0.0.1:${port}/v`,
      transport,
      jitterBufferMs: 200,
      userAgent: 'weir tests',
      onTransportStream: (bytes) => written.push(bytes),
    })
    expect(await receiver.ended).toEqual({ reason: 'bye' })
    await receiver.close()
    writeFileSync(copy, Buffer.concat(written))

    const { measures, tracks } = receiver.figures()
    const [video] = tracks
    expect(measures).toMatchObject({ intactFrames: CLIP_FRAMES, damagedFrames: 0, frozenFrames: 0 })
    expect(video).toMatchObject({ lostPackets: 0, missingPackets: 0, duplicatePackets: 0, strangePackets: 0 })
    const args = ['-v', 'error', '-select_streams', 'v', '-count_packets', '-show_entries', 'stream=nb_read_packets']
    const counted = execFileSync(ffprobe, [...args, '-of', 'csv=p=0', copy], { encoding: 'utf8' })
    expect(Number.parseInt(counted, 10)).toBe(CLIP_FRAMES)
  })
}
