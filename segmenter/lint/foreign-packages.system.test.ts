import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { ServedClip } from '../../lab/test-support/served-clip.ts'
import { temporaryFolder } from '../../lab/test-support/temporary-folder.ts'
import { runChild } from '../child-run.ts'
import type { Tools } from '../tools.ts'
import { lintFolder, lintUrl } from './lint.ts'
import { rulesOf } from './test-support/rules-of.ts'
import { readSegment } from './read-segment.ts'
import { toolsFor } from '../test-support/tools-for.ts'

const encode = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-pix_fmt',
  'yuv420p',
  '-g',
  '30',
  '-sc_threshold',
  '0',
  '-c:a',
  'aac',
]
const hls = ['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod']
const VIDEO_SECONDS = 6

type Row = {
  readonly name: string
  readonly output: readonly string[]
  readonly segments: number
}

const transportStreams = [...encode, ...hls, 'index.m3u8']
const fragmentedMp4 = [...encode, ...hls, '-hls_segment_type', 'fmp4', 'index.m3u8']

const rows: readonly Row[] = [
  { name: 'transport streams', output: transportStreams, segments: 3 },
  { name: 'fragmented MP4', output: fragmentedMp4, segments: 3 },
  {
    name: 'one transport stream in byte ranges',
    output: [...encode, ...hls, '-hls_flags', 'single_file', 'index.m3u8'],
    segments: 3,
  },
  {
    name: 'one MP4 in byte ranges',
    output: [...encode, ...hls, '-hls_segment_type', 'fmp4', '-hls_flags', 'single_file', 'index.m3u8'],
    segments: 3,
  },
  { name: 'AES-128', output: [...encode, ...hls, '-hls_key_info_file', 'key-info', 'index.m3u8'], segments: 3 },
  { name: 'sound alone', output: ['-vn', '-c:a', 'aac', ...hls, 'index.m3u8'], segments: 4 },
  { name: 'pictures alone', output: ['-an', ...encode, ...hls, 'index.m3u8'], segments: 3 },
  {
    name: 'HEVC in fragmented MP4',
    output: [
      '-an',
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=none:keyint=30',
      '-tag:v',
      'hvc1',
      ...hls,
      '-hls_segment_type',
      'fmp4',
      'index.m3u8',
    ],
    segments: 3,
  },
]

/** ffmpeg's own HLS muxer in a folder of the test. */
async function makeForeign(context: TestContext, { ffmpeg }: Tools, output: readonly string[]): Promise<string> {
  const folder = temporaryFolder(context)
  await writeFile(join(folder, 'key'), Buffer.from('00112233445566778899aabbccddeeff', 'hex'))
  await writeFile(join(folder, 'key-info'), `key\n${join(folder, 'key')}\n`)
  const input = [
    '-f',
    'lavfi',
    '-i',
    `testsrc2=s=320x180:r=15:d=${VIDEO_SECONDS}`,
    '-f',
    'lavfi',
    '-i',
    `sine=440:r=48000:d=${VIDEO_SECONDS}`,
  ]
  await runChild(ffmpeg.path, ['-nostdin', '-loglevel', 'error', ...input, ...output], { cwd: folder })
  return folder
}

for (const { name, output, segments } of rows) {
  test(`lintFolder finds no error in what ffmpeg's HLS muxer makes: ${name}`, async (context) => {
    const tools = await toolsFor(context)
    const folder = await makeForeign(context, tools, output)
    const result = await lintFolder(folder, { ffprobe: tools.ffprobe })
    expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(result.segments).toBe(segments)
  })
}

type Packets = {
  readonly packets: readonly { codec_type: string; pts_time: string; dts_time: string; flags: string }[]
}

for (const { name, output } of rows.slice(0, 2)) {
  test(`readSegment reads of ${name} the times and keyframes that ffprobe reads`, async (context) => {
    const tools = await toolsFor(context)
    const folder = await makeForeign(context, tools, output)
    const isMp4 = output.includes('fmp4')
    const bytes = await readFile(join(folder, isMp4 ? 'index1.m4s' : 'index1.ts'))
    const init = isMp4 ? await readFile(join(folder, 'init.mp4')) : undefined
    const joined = join(folder, 'joined')
    await writeFile(joined, Buffer.concat([init ?? Buffer.alloc(0), bytes]))
    const { packets } = JSON.parse(
      await runChild(tools.ffprobe.path, [
        '-v',
        'error',
        '-show_entries',
        'packet=codec_type,pts_time,dts_time,flags',
        '-of',
        'json',
        joined,
      ]),
    ) as Packets
    for (const track of readSegment({ bytes, init }).tracks) {
      const own = packets.filter(({ codec_type }) => codec_type === track.kind)
      const pts = own.map(({ pts_time }) => Number(pts_time))
      expect(track.frames).toBe(own.length)
      expect(track.firstPtsSeconds).toBeCloseTo(Math.min(...pts), 3)
      expect(track.firstDtsSeconds).toBeCloseTo(Number(own[0]?.dts_time), 3)
      expect(track.endPtsSeconds - track.frameSeconds).toBeCloseTo(Math.max(...pts), 3)
      if (track.kind === 'video') expect(track.keyFrames).toBe(own.filter(({ flags }) => flags.startsWith('K')).length)
    }
  })
}

/** The first box of a type under another name, as if it were not there. */
function withoutBox(bytes: Buffer, type: string): Buffer {
  const copy = Buffer.from(bytes)
  copy.write('free', copy.indexOf(type), 'latin1')
  return copy
}

type Fault = readonly [rule: string, file: string, change: (bytes: Buffer) => Buffer | string]

const mp4Faults: readonly Fault[] = [
  ['mp4-tfdt', 'index1.m4s', (bytes) => withoutBox(bytes, 'tfdt')],
  ['mp4-boxes', 'index1.m4s', (bytes) => withoutBox(bytes, 'moof')],
  ['mp4-boxes', 'index1.m4s', (bytes) => bytes.subarray(0, bytes.length - 100)],
  ['mp4-init', 'init.mp4', (bytes) => withoutBox(bytes, 'moov')],
  ['mp4-map', 'index.m3u8', (bytes) => bytes.toString().replace(/#EXT-X-MAP.*\n/, '')],
  ['version-too-low', 'index.m3u8', (bytes) => bytes.toString().replace('VERSION:7', 'VERSION:5')],
]

test('lintFolder follows a live list that ffmpeg writes, and finds no error', async (context) => {
  const tools = await toolsFor(context)
  const folder = temporaryFolder(context)
  const input = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=15', '-f', 'lavfi', '-i', 'sine=440:r=48000']
  const live = [
    '-f',
    'hls',
    '-hls_time',
    '1',
    '-hls_list_size',
    '6',
    '-hls_flags',
    'delete_segments+temp_file',
    'index.m3u8',
  ]
  const stop = new AbortController()
  const encoding = encode.map((word) => (word === '30' ? '15' : word))
  const running = runChild(tools.ffmpeg.path, ['-nostdin', '-loglevel', 'error', ...input, ...encoding, ...live], {
    cwd: folder,
    signal: stop.signal,
  }).catch(() => undefined)
  await expect
    .poll(() => readFile(join(folder, 'index.m3u8'), 'utf8').catch(() => ''), { timeout: 20_000 })
    .toContain('MEDIA-SEQUENCE:2')
  const result = await lintFolder(folder, { ffprobe: tools.ffprobe, reloads: 6 })
  stop.abort()
  await running
  expect(rulesOf(result.findings)).toEqual([])
})

test('lintUrl finds no error at a running origin of ours', async (context) => {
  const tools = await toolsFor(context)
  const served = await ServedClip.start({ seconds: 12 }, { WEIR_SEGMENTS: 'fmp4', WEIR_SINGLE_FILES: 'true' })
  if (served === undefined) return context.skip('ffmpeg is not here')
  context.onTestFinished(() => served.stop())
  for (const name of ['master', 'master-fmp4', 'master-single', 'master-fmp4-single']) {
    const address = new URL(`${served.weir.url}/hls/${served.videoId}/${name}.m3u8`)
    const result = await lintUrl(address, 'test', { ffprobe: tools.ffprobe })
    expect([name, result.findings]).toEqual([name, []])
    expect(result.segments).toBeGreaterThan(0)
  }
})

for (const [rule, file, change] of mp4Faults) {
  test(`lintFolder tells of ${rule} in fragmented MP4, ${file}`, async (context) => {
    const tools = await toolsFor(context)
    const folder = await makeForeign(context, tools, fragmentedMp4)
    const before = await readFile(join(folder, file))
    await writeFile(join(folder, file), change(before))
    const { findings } = await lintFolder(folder, { ffprobe: undefined })
    expect(rulesOf(findings)).toContain(rule)
  })
}
