import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { inLongRun, matrix } from '../lab/test-support/long-run.ts'
import { runGstLaunch } from '../lab/test-support/gst-launch.ts'
import { unexpectedLines } from '../lab/test-support/harmless-lines.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startClipRelay, type ClipRelay } from './test-support/clip-relay.ts'
import { CLIP_FRAMES, makePackageClip } from './test-support/package-clip.ts'
import { needsVlcRtsp } from './test-support/vlc.ts'

const clip = makePackageClip()
const AUDIO_UNITS = clip.outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
const LIMIT = { timeoutMs: 30_000 }

function countPackets(context: TestContext, file: string): number[] {
  const args = ['-v', 'error', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file]
  const text = execFileSync(needs(context, 'ffprobe'), args, { encoding: 'utf8' })
  return [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits))
}

/** The relay's own account: all viewers said goodbye, nothing was dropped here. */
function expectCleanLog({ log }: ClipRelay): void {
  const ends = log.filter(({ msg }) => msg === 'RTSP session ended')
  expect(ends.length).toBeGreaterThan(0)
  for (const end of ends) {
    expect(end).toMatchObject({ reason: 'teardown', droppedPackets: 0 })
    expect(end['reportedLostPackets']).toBeLessThanOrEqual(0) // GStreamer may count its first packet twice
  }
}

test.concurrent('ffmpeg decodes the very pictures that the segments hold', async (context) => {
  const ffmpeg = needs(context, 'ffmpeg')
  const relay = await startClipRelay(context, clip)
  const hashes = ['-map', '0:v', '-vsync', 'passthrough', '-f', 'framemd5', '-']
  const run = await runClient(ffmpeg, ['-v', 'error', '-i', relay.url, ...hashes], LIMIT)
  const segments = execFileSync(ffmpeg, ['-v', 'error', '-i', '-', ...hashes], { input: Buffer.concat(clip.segments) })
  expect(run.stderr).toBe('')
  expect(pictureHashes(run.stdout)).toEqual(pictureHashes(segments.toString()))
  expect(pictureHashes(run.stdout)).toHaveLength(CLIP_FRAMES)
})

function pictureHashes(framemd5: string): (string | undefined)[] {
  const rows = framemd5.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return rows.map((row) => row.split(',').at(-1)?.trim())
}

// One track a run, as elementary streams: mpv's recorder too writes no frame without a time.
const mpvHarmless = [
  /^\[recorder\] (This is an experimental feature|Source stream misses DTS|If the target file format)/,
  /^Invalid video timestamp/, // the first frame's time is guessed to be the second's
]
for (const { name, others, file, count } of matrix([
  { name: 'picture', others: '--aid=no', file: 'record.h264', count: CLIP_FRAMES },
  { name: 'sound', others: '--vid=no', file: 'record.aac', count: AUDIO_UNITS },
])) {
  test.concurrent(`mpv records every frame of the ${name} over UDP`, async (context) => {
    const mpv = needs(context, 'mpv')
    const record = join(temporaryFolder(context), file)
    const relay = await startClipRelay(context, clip)
    const quiet = ['--no-config', '--msg-level=all=warn', '--term-status-msg=', '--vo=null']
    const unpaced = ['--ao=pcm', `--ao-pcm-file=${record}.wav`] // a busy machine must not starve a sound device
    const args = [...quiet, ...unpaced, '--rtsp-transport=udp', others, `--stream-record=${record}`, relay.url]
    const { status, stdout, stderr } = await runClient(mpv, args, LIMIT)
    const lines = unexpectedLines('mpv', stdout + stderr).filter(
      (line) => !mpvHarmless.some((known) => known.test(line)),
    )
    expect({ status, lines }).toEqual({ status: 0, lines: [] })
    expect(countPackets(context, record)).toEqual([count])
    expectCleanLog(relay)
  })
}

test.concurrent('GStreamer receives every frame over UDP', async (context) => {
  const folder = temporaryFolder(context)
  const relay = await startClipRelay(context, clip)
  const [picture, sound] = [join(folder, 'picture.h264'), join(folder, 'sound.aac')]
  const pipeline = `rtspsrc location=${relay.url} protocols=udp name=s
    s. ! application/x-rtp,media=video ! rtph264depay ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=au
       ! filesink location=${picture}
    s. ! application/x-rtp,media=audio ! rtpmp4gdepay ! aacparse ! audio/mpeg,stream-format=adts ! filesink location=${sound}`
  expect(await runGstLaunch(context, pipeline, LIMIT)).toEqual({ status: 0, lines: [] })
  expect(countPackets(context, picture)).toEqual([CLIP_FRAMES])
  expect(countPackets(context, sound)).toEqual([AUDIO_UNITS])
  expectCleanLog(relay)
})

test.concurrent('VLC records every frame over UDP', async (context) => {
  const cvlc = await needsVlcRtsp(context)
  const file = join(temporaryFolder(context), 'record.ts')
  const relay = await startClipRelay(context, clip)
  const run = await runClient(cvlc, [`--sout=#std{access=file,mux=ts,dst=${file}}`, relay.url, 'vlc://quit'], LIMIT)
  expect(unexpectedLines('cvlc', run.stdout + run.stderr)).toEqual([])
  expect(countPackets(context, file)).toEqual([CLIP_FRAMES, AUDIO_UNITS])
  expectCleanLog(relay)
})

// Registered in the long run alone.
if (inLongRun) {
  test.concurrent('ffprobe counts every frame over UDP', async (context) => {
    const ffprobe = needs(context, 'ffprobe')
    const relay = await startClipRelay(context, clip)
    const counting = ['-v', 'error', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0']
    const { status, stdout, stderr } = await runClient(ffprobe, [...counting, relay.url], LIMIT)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(
      stdout
        .split('\n')
        .map((line) => Number.parseInt(line, 10))
        .filter(Boolean),
    ).toEqual([CLIP_FRAMES, AUDIO_UNITS])
  })

  // libavformat gives the first frame of any RTSP stream no time, which only MP4 forgives.
  test.concurrent('ffmpeg copies every frame over UDP without an error', async (context) => {
    const ffmpeg = needs(context, 'ffmpeg')
    const file = join(temporaryFolder(context), 'copy.mp4')
    const relay = await startClipRelay(context, clip)
    const run = await runClient(ffmpeg, ['-v', 'error', '-i', `${relay.url}/240p`, '-c', 'copy', file], LIMIT)
    expect(run).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(countPackets(context, file)).toEqual([CLIP_FRAMES, AUDIO_UNITS])
    expectCleanLog(relay)
  })
}
