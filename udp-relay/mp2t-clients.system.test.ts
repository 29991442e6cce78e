import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { runGstLaunch } from '../lab/test-support/gst-launch.ts'
import { unexpectedLines } from '../lab/test-support/harmless-lines.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { CLIP_FRAMES, makePackageClip } from './test-support/package-clip.ts'

const clip = makePackageClip()
const bytes = Buffer.concat(clip.segments)
const AUDIO_UNITS = clip.outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
const LIMIT = { timeoutMs: 30_000 }
const counting = [
  '-v',
  'error',
  '-count_packets',
  '-show_entries',
  'stream=codec_type,nb_read_packets',
  '-of',
  'csv=p=0',
]

/** By kind, whatever the order of the streams. */
function frames(csv: string): Record<string, number> {
  const rows = csv.split('\n').flatMap((line) => /(video|audio),(\d+)/.exec(line) ?? [])
  return Object.fromEntries(
    rows.flatMap((row, at) => (row === 'video' || row === 'audio' ? [[row, Number(rows[at + 1])]] : [])),
  )
}
const EVERY_FRAME = { video: CLIP_FRAMES, audio: AUDIO_UNITS }

function framesOf(context: TestContext, file: string): Record<string, number> {
  return frames(execFileSync(needs(context, 'ffprobe'), [...counting, file], { encoding: 'utf8' }))
}

test.concurrent('GStreamer receives the very bytes that the segments hold', async (context) => {
  const file = join(temporaryFolder(context), 'received.ts')
  const relay = await startClipRelay(context, clip)
  const pipeline = `rtspsrc location=${relay.url}?payload=mp2t protocols=udp ! rtpmp2tdepay ! filesink location=${file}`
  expect(await runGstLaunch(context, pipeline, LIMIT)).toEqual({ status: 0, lines: [] })
  const received = readFileSync(file)
  expect(received.subarray(0, -188).equals(bytes)).toBe(true) // the last packet closes the last picture
  expect(received).toHaveLength(bytes.length + 188)
})

// Registered in the long run alone.
if (inLongRun) {
  test.concurrent('ffmpeg plays a live loop over its seams: every picture once, in time', async (context) => {
    const relay = await startClipRelay(context, clip)
    const args = ['-v', 'error', '-i', `${relay.url}?payload=mp2t&live=loop`, '-t', '14', '-map', '0:v']
    const run = await runClient(
      needs(context, 'ffmpeg'),
      [...args, '-vsync', 'passthrough', '-f', 'framemd5', '-'],
      LIMIT,
    )
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' })
    const rows = run.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    const seconds = rows.map((row) => Number(row.split(',')[2]))
    const hashes = rows.map((row) => row.split(',')[5])
    expect(hashes.length).toBeGreaterThan(2 * CLIP_FRAMES)
    expect(hashes.slice(CLIP_FRAMES)).toEqual(hashes.slice(0, hashes.length - CLIP_FRAMES)) // each loop as the one before
    const steps = seconds.slice(1).map((at, index) => at - (seconds[index] ?? 0))
    expect(new Set(steps).size).toBe(1)
  })

  test.concurrent('ffprobe counts every frame of a transport stream over UDP', async (context) => {
    const relay = await startClipRelay(context, clip)
    const run = await runClient(needs(context, 'ffprobe'), [...counting, `${relay.url}?payload=mp2t`], LIMIT)
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' })
    expect(frames(run.stdout)).toEqual(EVERY_FRAME)
  })

  test.concurrent('ffmpeg copies every frame of a transport stream over UDP without an error', async (context) => {
    const file = join(temporaryFolder(context), 'copy.ts')
    const relay = await startClipRelay(context, clip)
    const args = ['-v', 'error', '-i', `${relay.url}/240p?payload=mp2t`, '-map', '0', '-c', 'copy', file]
    expect(await runClient(needs(context, 'ffmpeg'), args, LIMIT)).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(framesOf(context, file)).toEqual(EVERY_FRAME)
  })

  test.concurrent('mpv records every frame of a transport stream over UDP', async (context) => {
    const record = join(temporaryFolder(context), 'record.ts')
    const relay = await startClipRelay(context, clip)
    const quiet = ['--no-config', '--msg-level=all=warn', '--term-status-msg=', '--vo=null']
    const unpaced = ['--ao=pcm', `--ao-pcm-file=${record}.wav`] // a busy machine must not starve a sound device
    const args = [
      ...quiet,
      ...unpaced,
      '--untimed',
      '--rtsp-transport=udp',
      `--stream-record=${record}`,
      `${relay.url}?payload=mp2t`,
    ]
    const { status, stdout, stderr } = await runClient(needs(context, 'mpv'), args, LIMIT)
    const lines = unexpectedLines('mpv', stdout + stderr).filter((line) => !line.startsWith('[recorder] '))
    expect({ status, lines }).toEqual({ status: 0, lines: [] })
    expect(framesOf(context, record)).toEqual(EVERY_FRAME)
  })
}
