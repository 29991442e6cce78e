import { join } from 'node:path'
import { expect, test, vi, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { runGstLaunch } from '../lab/test-support/gst-launch.ts'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startClipRelay } from '../udp-relay/test-support/clip-relay.ts'
import { CLIP_FRAMES, makePackageClip } from '../udp-relay/test-support/package-clip.ts'
import { Links } from './links.ts'
import { LinksOfViewers } from './rtsp-through-link.ts'

const clip = makePackageClip()
const AUDIO_UNITS = clip.outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
const LIMIT = { timeoutMs: 40_000 }

/** A line of 60 ms there and back that loses nothing: GStreamer waits 100 ms for the answer to its TEARDOWN. */
async function open(context: Pick<TestContext, 'onTestFinished'>) {
  const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
  context.onTestFinished(() => links.close())
  const { id } = links.create({ seed: 7, downlink: { oneWayDelayMs: 30, jitterMs: 5 }, uplink: { oneWayDelayMs: 30 } })
  const relay = await startClipRelay(context, clip, { links: new LinksOfViewers(links) })
  /** The viewer's own end has been heard, through the link, and all his packets came out of it. */
  const expectCleanEnd = async (): Promise<void> => {
    await vi.waitFor(() => expect(links.find(id).unusedMs(performance.now() + 1)).toBeGreaterThan(0), { timeout: 5000 })
    const ends = relay.log.filter(({ msg }) => msg === 'RTSP session ended')
    expect(ends.map(({ reason, link, droppedPackets }) => ({ reason, link, droppedPackets }))).toEqual(
      ends.map(() => ({ reason: 'teardown', link: id, droppedPackets: 0 })),
    )
    expect(links.get(id).udp.downlink).toMatchObject({ lostPackets: 0, tailDroppedPackets: 0 })
  }
  return { url: `rtsp://127.0.0.1:${relay.rtspPort}/link/${id}/clip`, expectCleanEnd }
}

const countPackets = ['-v', 'error', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0']
const countsOf = (text: string): number[] => [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits))

test.concurrent('ffprobe counts every frame through a link', async (context) => {
  const ffprobe = needs(context, 'ffprobe')
  const { url, expectCleanEnd } = await open(context)
  const { status, stdout, stderr } = await runClient(ffprobe, [...countPackets, url], LIMIT)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(countsOf(stdout)).toEqual([CLIP_FRAMES, AUDIO_UNITS])
  await expectCleanEnd()
})

if (inLongRun) {
  test.concurrent('ffmpeg copies every frame through a link', async (context) => {
    const [ffmpeg, ffprobe] = [needs(context, 'ffmpeg'), needs(context, 'ffprobe')]
    const file = join(temporaryFolder(context), 'copy.mp4')
    const { url, expectCleanEnd } = await open(context)
    const run = await runClient(ffmpeg, ['-v', 'error', '-i', `${url}/240p`, '-c', 'copy', file], LIMIT)
    expect(run).toEqual({ status: 0, stdout: '', stderr: '' })
    const counted = await runClient(ffprobe, [...countPackets, file], LIMIT)
    expect(countsOf(counted.stdout)).toEqual([CLIP_FRAMES, AUDIO_UNITS])
    await expectCleanEnd()
  })
}

test.concurrent('GStreamer receives every frame through a link', async (context) => {
  const ffprobe = needs(context, 'ffprobe')
  const file = join(temporaryFolder(context), 'picture.h264')
  const { url, expectCleanEnd } = await open(context)
  const pipeline = `rtspsrc location=${url} protocols=udp name=s
    s. ! application/x-rtp,media=video ! rtph264depay ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=au
       ! filesink location=${file}
    s. ! application/x-rtp,media=audio ! rtpmp4gdepay ! fakesink`
  expect(await runGstLaunch(context, pipeline, LIMIT)).toEqual({ status: 0, lines: [] })
  const counted = await runClient(ffprobe, [...countPackets, file], LIMIT)
  expect(countsOf(counted.stdout)).toEqual([CLIP_FRAMES])
  await expectCleanEnd()
})
