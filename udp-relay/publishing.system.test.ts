import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { makePackageClip } from './test-support/package-clip.ts'
import { publish, PUBLISHED_PICTURES } from './test-support/publisher.ts'

const clip = makePackageClip()
const LIMIT = { timeoutMs: 40_000 }

for (const transport of matrix(['udp', 'tcp'] as const)) {
  test.concurrent(`what ffmpeg publishes over ${transport} is watched while it comes, every picture of it`, async (context) => {
    const [ffmpeg, ffprobe] = [needs(context, 'ffmpeg'), needs(context, 'ffprobe')]
    const relay = await startClipRelay(context, clip)
    const url = relay.url.replace('/clip', '/live/camera-1')
    const published = publish(ffmpeg, transport, url)
    await expect.poll(() => relay.log.some(({ msg }) => msg === 'RTSP publisher began'), { timeout: 10_000 }).toBe(true)
    const files = ['tcp', 'udp'].map((by) => ({ by, file: join(temporaryFolder(context), `${by}.mp4`) }))
    const watched = await Promise.all(
      files.map(({ by, file }) =>
        runClient(ffmpeg, ['-v', 'error', '-rtsp_transport', by, '-i', url, '-c', 'copy', file], LIMIT),
      ),
    )
    expect(watched).toEqual(files.map(() => ({ status: 0, stdout: '', stderr: '' })))
    expect(await published).toMatchObject({ status: 0, stderr: '' })
    for (const { file } of files) {
      const { pictures, lastPictureSeconds, lastSoundSeconds } = await examine(ffprobe, file)
      // Who comes first begins with the first picture group; a second one that it has missed would be 25 pictures less.
      expect(pictures).toBe(PUBLISHED_PICTURES)
      expect(Math.abs(lastPictureSeconds - lastSoundSeconds)).toBeLessThan(0.1)
    }
    const end = relay.log.find(({ msg }) => msg === 'RTSP publisher ended')
    expect(end).toMatchObject({ reason: 'teardown', stream: 'camera-1', lostPackets: 0, droppedPictures: 0 })
  })
}

async function examine(ffprobe: string, file: string) {
  const entries = ['-show_entries', 'packet=codec_type,pts_time', '-of', 'json']
  const { stdout } = await runClient(ffprobe, ['-v', 'error', ...entries, file], LIMIT)
  const { packets } = JSON.parse(stdout) as { packets: { codec_type: string; pts_time: string }[] }
  const lastOf = (type: string): number =>
    Math.max(...packets.filter(({ codec_type }) => codec_type === type).map(({ pts_time }) => Number(pts_time)))
  return {
    pictures: packets.filter(({ codec_type }) => codec_type === 'video').length,
    lastPictureSeconds: lastOf('video'),
    lastSoundSeconds: lastOf('audio'),
  }
}
