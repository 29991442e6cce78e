import { execFileSync } from 'node:child_process'
import { expect, test, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startWeir, type WeirProcess } from '../lab/test-support/weir-process.ts'
import type { Channel, Video } from '../protocol/weir-api.ts'
import { publish, PUBLISHED_PICTURES } from '../udp-relay/test-support/publisher.ts'

const SECONDS = 4
const PICTURES = SECONDS * 25

type Sender = {
  readonly ingest: 'ts' | 'hls' | 'rtsp'
  readonly output: readonly string[]
  readonly bFrames: number
}

const senders: readonly Sender[] = [
  { ingest: 'ts', output: ['-f', 'mpegts', '-method', 'PUT'], bFrames: 0 },
  {
    ingest: 'hls',
    output: ['-f', 'hls', '-hls_time', '1', '-hls_flags', 'delete_segments', '-method', 'PUT'],
    bFrames: 2,
  },
  { ingest: 'rtsp', output: ['-f', 'rtsp', '-rtsp_transport', 'tcp'], bFrames: 0 },
]

for (const { ingest, output, bFrames } of senders) {
  test(`what ffmpeg sends to a channel as ${ingest} is live over HLS, every picture of it`, async (context) => {
    const ffmpeg = needs(context, 'ffmpeg')
    const weir = await startWeir({ mediaFolder: temporaryFolder(context) })
    const channel = await makeChannel(weir, ingest)
    const sending = send(ffmpeg, ['-bf', `${bFrames}`, ...output], channel.ingest?.url ?? '')
    const playlist = await (await fetch(`${weir.url}/hls/${channel.id}/live/index.m3u8`)).text()
    expect(playlist).toMatch(/#EXT-X-PROGRAM-DATE-TIME:.*\n#EXTINF:[\d.]+,\n0\.ts/) // while it is being sent
    const { urls } = (await (await fetch(`${weir.url}/api/channels/${channel.id}`)).json()) as Channel
    expect(urls.lowLatencyHls).toBe(`/hls/${channel.id}/low-latency.m3u8`)
    const near = await (await fetch(`${weir.url}/hls/${channel.id}/low-latency/index.m3u8`)).text()
    expect(near).toContain('#EXT-X-PART-INF:PART-TARGET=0.48') // twelve pictures
    expect(near).toMatch(/#EXT-X-PART:DURATION=0.48[^]*#EXT-X-PRELOAD-HINT:TYPE=PART/)
    expect(await sending).toMatchObject({ status: 0, stderr: '' })
    await fetch(`${weir.url}/api/channels/${channel.id}`, { method: 'DELETE' })
    for (const master of ['master.m3u8', 'low-latency.m3u8']) {
      expect(countPackets(context, `${weir.url}/hls/${channel.id}/${master}`, 'v')).toBe(PICTURES)
      expect(countPackets(context, `${weir.url}/hls/${channel.id}/${master}`, 'a')).toBeGreaterThan(SECONDS * 40)
    }
  })
}

test('what is published over RTSP is a channel, with B-frames and all, and ends with its publisher', async (context) => {
  const ffmpeg = needs(context, 'ffmpeg')
  const weir = await startWeir({ mediaFolder: temporaryFolder(context) })
  const published = publish(ffmpeg, 'tcp', `${weir.rtspUrl}/live/camera-1`)
  const video = await expect
    .poll(async () => ((await (await fetch(`${weir.url}/api/videos`)).json()) as Video[])[0], { timeout: 15_000 })
    .toMatchObject({ kind: 'live', status: 'playable', title: 'camera-1' })
    .then(async () => ((await (await fetch(`${weir.url}/api/videos`)).json()) as [Video])[0])
  expect(video.urls).toMatchObject({ rtsp: `${weir.rtspUrl}/live/camera-1` })
  expect(await published).toMatchObject({ status: 0 })
  await expect
    .poll(async () => (await fetch(`${weir.url}/hls/${video.id}/live/index.m3u8`)).text())
    .toContain('#EXT-X-ENDLIST')
  expect(countPackets(context, `${weir.url}/hls/${video.id}/master.m3u8`, 'v')).toBe(PUBLISHED_PICTURES)
})

test('a channel whose keyframes are too rare ends, says why, and what came of it is kept', async (context) => {
  const ffmpeg = needs(context, 'ffmpeg')
  const weir = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { id, ingest } = await makeChannel(weir, 'ts', { record: true })
  const rare = ['-c:v', 'libx264', '-g', '9999', '-sc_threshold', '0', '-bf', '0', '-pix_fmt', 'yuv420p']
  const source = ['-v', 'quiet', '-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=25:duration=40']
  await runClient(ffmpeg, [...source, ...rare, '-f', 'mpegts', '-method', 'PUT', ingest?.url ?? ''], {
    timeoutMs: 40_000,
  })
  const told = async () => (await (await fetch(`${weir.url}/api/channels/${id}`)).json()) as Channel
  await expect.poll(told).toMatchObject({ state: 'ended', error: 'its keyframes are too rare to serve it' })
  await expect.poll(async () => (await told()).recordedVideo, { timeout: 15_000 }).toBeDefined()
})

async function makeChannel({ url }: WeirProcess, ingest: string, wishes: object = {}): Promise<Channel> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${url}/api/channels`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ingest, ...wishes }),
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Channel
}

/** A keyframe a second, at the pace of the clock. */
function send(ffmpeg: string, output: readonly string[], url: string) {
  const picture = ['-re', '-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=25:duration=${SECONDS}`]
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${SECONDS}`]
  const coded = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '25', '-sc_threshold', '0', '-pix_fmt', 'yuv420p']
  return runClient(ffmpeg, ['-v', 'error', ...picture, ...sound, ...coded, '-c:a', 'aac', ...output, url], {
    timeoutMs: 40_000,
  })
}

/** As another program counts them. */
function countPackets(context: TestContext, url: string, stream: 'v' | 'a'): number {
  const counting = ['-count_packets', '-select_streams', `${stream}:0`, '-show_entries', 'stream=nb_read_packets']
  const args = ['-v', 'error', ...counting, '-of', 'csv=print_section=0', url]
  return Number.parseInt(execFileSync(needs(context, 'ffprobe'), args).toString(), 10)
}
