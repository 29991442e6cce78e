import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { needs } from '../../lab/test-support/clients.ts'
import { matrix } from '../../lab/test-support/long-run.ts'
import { temporaryFolder } from '../../lab/test-support/temporary-folder.ts'
import type { AacConfig } from '../../protocol/aac.ts'
import { concatBytes } from '../../protocol/bytes.ts'
import { frameKind, nalType, nalTypes } from '../../protocol/h264.ts'
import { MpegTsStream, type TsUnit } from '../../protocol/mpeg-ts-stream.ts'
import { runChild } from '../child-run.ts'
import { countPictures, decodingComplaints } from '../test-support/clips.ts'
import { findTools, type Tools } from '../tools.ts'
import type { SteadyStream } from './live-cutter.ts'
import { LiveRenditions, parameterSetsOf } from './live-renditions.ts'

const SECONDS = 5
const ORIGIN_UNIX_MS = Date.UTC(2026, 10, 30)

type Source = {
  readonly name: string
  readonly rate: number
  readonly videoOptions: readonly string[]
  readonly steady?: SteadyStream
}

const sources: readonly [Source, ...Source[]] = [
  {
    name: 'our own encoder gives it: steady, no B-frames',
    rate: 30,
    videoOptions: ['-tune', 'zerolatency', '-g', '30', '-bf', '0'],
    steady: { frameTicks: 3000, groupFrames: 30 },
  },
  {
    name: 'others send it: B-frames, keyframes 1.6 s apart',
    rate: 25,
    videoOptions: ['-g', '40', '-bf', '2'],
  },
  {
    name: 'others send it: keyframes further apart than a segment may be long',
    rate: 24,
    videoOptions: ['-g', '400', '-bf', '0'],
  },
]

for (const source of matrix(sources)) {
  test(`LiveRenditions loses no picture and no sound of a stream as ${source.name}, in .ts segments and in fMP4 parts`, async (context) => {
    const folder = temporaryFolder(context)
    const tools = await toolsOf(context)
    const { units, audio } = await encode(tools, source)
    const [first, ...others] = units.filter(({ kind }) => kind === 'picture')
    const pictures = 1 + others.length
    const sounds = units.filter(({ kind, ptsTicks }) => kind === 'sound' && ptsTicks >= (first?.ptsTicks ?? 0))
    const { segments, parts, renditions } = publish(units, audio, source)

    for (const [name, chunks] of Object.entries({ 'segments.ts': segments, 'parts.mp4': parts })) {
      const file = join(folder, name)
      writeFileSync(file, concatBytes(chunks))
      expect(await countPictures(tools, file), file).toBe(pictures)
      expect(await decodingComplaints(tools, file), file).toBe('')
      expect(await soundsOf(tools, file), file).toBe(sounds.length)
    }
    const [ofSegments = NaN, ofParts = NaN] = await Promise.all(
      ['segments.ts', 'parts.mp4'].map((name) => soundAfterPictures(tools, join(folder, name))),
    )
    expect(Math.abs(ofParts - ofSegments)).toBeLessThan(0.001)
    expect(pictures).toBe(SECONDS * source.rate)
    expect(renditions.windows.live.playlist()).toContain('#EXT-X-PROGRAM-DATE-TIME:2026-11-30T00:00:00.000Z')
  })
}

test('LiveRenditions ends its parts where a keyframe has other parameter sets, and the transport stream goes on', async (context) => {
  const { units, audio } = await encode(await toolsOf(context), sources[0])
  const [later] = units.filter((unit) => unit.kind === 'picture' && frameKind(unit.nals) === 'idr').slice(3)
  const changed = units.map((unit) => {
    if (unit !== later || unit.kind !== 'picture') return unit
    return {
      ...unit,
      nals: unit.nals.map((nal) => (nalType(nal) === nalTypes.pps ? Uint8Array.of(...nal, 0x80) : nal)),
    }
  })
  const { windows } = publish(changed, audio, sources[0]).renditions
  const [near, all] = [windows['low-latency'], windows.live].map((window) => secondsOf(window?.playlist() ?? ''))
  expect(all).toBeCloseTo(SECONDS)
  expect(near).toBeCloseTo(2.8) // at 3 s other parameter sets came, and a part still waited for its sound
})

test('LiveRenditions tells no part that lasts longer than it said, whatever a picture stands for', async (context) => {
  const { steady: _, ...unsteady } = sources[0]
  const { units, audio } = await encode(await toolsOf(context), unsteady)
  const first = units.find(({ kind }) => kind === 'picture')
  const gapped = units.filter(({ kind, ptsTicks }) => {
    const seconds = (ptsTicks - (first?.ptsTicks ?? 0)) / 90_000 // 90 kHz to s
    return kind === 'sound' || seconds < 1.2 || seconds > 3.7 // no picture comes for 2.5 s
  })
  const { renditions, partSeconds } = publish(gapped, audio, unsteady)
  expect(Math.max(...partSeconds)).toBe(0.5)
  const { live, 'low-latency': near } = renditions.windows
  expect(secondsOf(live.playlist())).toBeCloseTo(SECONDS)
  expect(secondsOf(near?.playlist() ?? '')).toBeCloseTo(SECONDS - 2.5 + 0.5, 0)
})

test('LiveRenditions tells of what others send the bitrate that it had so far, and a tenth', async (context) => {
  const { steady: _, ...unsteady } = sources[0]
  const { units, audio } = await encode(await toolsOf(context), unsteady)
  const { segments, renditions } = publish(units, audio, unsteady)
  const durations = [...renditions.windows.live.playlist().matchAll(/#EXTINF:([\d.]+)/g)].map(([, text]) =>
    Number(text),
  )
  const rates = segments.map(({ length }, index) => (length * 8) / (durations[index] ?? NaN)) // bit/s
  expect(durations.map((seconds) => Math.round(seconds))).toEqual([2, 2, 1])
  expect(Math.abs(renditions.bitsPerSecond / (1.1 * Math.max(...rates)) - 1)).toBeLessThan(0.001)
  expect(renditions.multivariant('live')).toContain(`BANDWIDTH=${renditions.bitsPerSecond},`)
  expect(publish(units, audio, sources[0]).renditions.bitsPerSecond).toBe(1e6) // our encoder keeps to it
})

const secondsOf = (playlist: string): number =>
  [...playlist.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, seconds]) => sum + Number(seconds), 0)

async function toolsOf(context: TestContext): Promise<Tools> {
  const ffmpeg = needs(context, 'ffmpeg')
  return findTools({ ...process.env, FFMPEG_PATH: ffmpeg })
}

/** As it comes out of an encoder, chunk by chunk. */
async function encode(tools: Tools, { rate, videoOptions, steady }: Source) {
  const stream = new MpegTsStream({ hasWholePictures: steady !== undefined })
  const units: TsUnit[] = []
  const inputs = ['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=${rate}:d=${SECONDS}`]
  const sound = ['-f', 'lavfi', '-i', `sine=440:r=48000:d=${SECONDS}`]
  const coded = [
    '-c:v',
    'libx264',
    '-preset',
    'superfast',
    ...videoOptions,
    '-sc_threshold',
    '0',
    '-pix_fmt',
    'yuv420p',
  ]
  const container = ['-c:a', 'aac', '-f', 'mpegts', '-omit_video_pes_length', '0', 'pipe:1']
  await runChild(tools.ffmpeg.path, ['-v', 'error', ...inputs, ...sound, ...coded, ...container], {
    onStdoutBytes: (bytes) => {
      const read = stream.push(bytes)
      if (!read.ok) throw new Error(JSON.stringify(read.fault))
      units.push(...read.value)
    },
  })
  units.push(...stream.end())
  return { units, audio: stream.audio as AacConfig }
}

/** What players would have fetched: each segment, and each part as soon as the playlist names it. */
function publish(units: readonly TsUnit[], audio: AacConfig, { rate, steady }: Source) {
  const keyframe = units.find((unit) => unit.kind === 'picture')
  const sets = keyframe && parameterSetsOf(keyframe.nals)
  if (sets === undefined) throw new Error('the first picture is no keyframe')
  const segments: Uint8Array[] = []
  const renditions = new LiveRenditions({ ...sets, audio }, rate, {
    ...{ segmentSeconds: 2, windowSeconds: 60, maxBytes: 1e9, bitsPerSecond: 1e6 },
    ...(steady === undefined ? {} : { steady }),
    reorderTicks: (keyframe?.ptsTicks ?? 0) - (keyframe?.dtsTicks ?? 0),
    onSegment: (bytes) => segments.push(bytes),
  })
  const window = renditions.windows['low-latency']
  const parts = new Map<string, Uint8Array>()
  const partSeconds: number[] = []
  const fetchAll = (): void => {
    for (const [, seconds, name = ''] of window.playlist().matchAll(/EXT-X-PART:DURATION=([\d.]+).*URI="([^"]+)"/g)) {
      partSeconds.push(Number(seconds))
      const file = window.file(name)
      if (file?.kind === 'bytes') parts.set(name, file.bytes)
    }
  }
  for (const unit of units) {
    if (unit.kind === 'sound') renditions.pushSound(unit)
    else {
      const isKeyframe = frameKind(unit.nals) === 'idr'
      const unixMs = ORIGIN_UNIX_MS + (unit.dtsTicks - (keyframe?.dtsTicks ?? 0)) / 90 // 90 ticks a ms
      renditions.pushPicture({ ...unit, isKeyframe, unixMs })
    }
    if (window.isPlayable) fetchAll()
  }
  renditions.end()
  const init = window.file('init.mp4')
  const whole = [...Array(20).keys()]
    .map((sequence) => window.file(`${sequence}.m4s`))
    .filter((file) => file !== undefined)
  // The last part ends with the stream, after which playlists list segments alone.
  const bytesOf = (file: typeof init): Uint8Array => (file?.kind === 'bytes' ? file.bytes : new Uint8Array(0))
  const inSegments = concatBytes(whole.map(bytesOf))
  const inParts = concatBytes([...parts.values()])
  expect(Buffer.compare(inParts, inSegments.subarray(0, inParts.length))).toBe(0)
  return { segments, parts: [bytesOf(init), inSegments], partSeconds, renditions }
}

async function soundsOf({ ffprobe }: Tools, path: string): Promise<number> {
  const counting = ['-count_packets', '-select_streams', 'a:0', '-show_entries', 'stream=nb_read_packets']
  return Number.parseInt(await runChild(ffprobe.path, ['-v', 'error', ...counting, '-of', 'csv=p=0', path]), 10)
}

/** By how many seconds the sound begins after the pictures. */
async function soundAfterPictures({ ffprobe }: Tools, path: string): Promise<number> {
  const asked = ['-v', 'error', '-show_entries', 'stream=codec_type,start_time', '-of', 'csv=p=0', path]
  const begins = new Map(
    (await runChild(ffprobe.path, asked)).split('\n').map((line) => line.split(',') as [string, string]),
  )
  return Number(begins.get('audio')) - Number(begins.get('video'))
}
