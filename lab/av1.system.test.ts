import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { lintFolder } from '../segmenter/lint/lint.ts'
import { makePackage, type PackageOptions } from '../segmenter/package.ts'
import { runChild } from '../segmenter/child-run.ts'
import { decodingComplaints } from '../segmenter/test-support/clips.ts'
import { findTools } from '../segmenter/tools.ts'
import { findClient, needs } from './test-support/clients.ts'
import { hlsPages, runOnPage } from './test-support/hls-pages.ts'
import { hlsPrograms } from './test-support/hls-programs.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'

const SECONDS = 6
const RATE = 25
const FRAMES = SECONDS * RATE
const KEPT = '240p-av1'

type Clip = {
  readonly seconds?: number
  readonly keyframeEach?: number
  readonly effort?: readonly string[] // of the encoder: at its best it hides pictures that others lean on
  readonly output?: readonly string[]
}

const best = ['-cpu-used', '8']
const quick = ['-usage', 'realtime', '-cpu-used', '8']

function encodeAv1(ffmpeg: string, file: string, clip: Clip = {}): string {
  const { seconds = SECONDS, keyframeEach = 2 * RATE, effort = quick, output = [] } = clip
  execFileSync(ffmpeg, [
    ...['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=320x240:rate=${RATE}:duration=${seconds}`],
    ...['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`],
    ...['-c:v', 'libaom-av1', ...effort, '-b:v', '300k', '-g', `${keyframeEach}`, '-keyint_min', `${keyframeEach}`],
    ...['-pix_fmt', 'yuv420p', ...output, file],
  ])
  return file
}

function needsAom(context: TestContext): string {
  const ffmpeg = needs(context, 'ffmpeg')
  needs(context, 'ffprobe')
  if (hasAom(ffmpeg)) return ffmpeg
  return context.skip(`${ffmpeg} was built without libaom`)
}

function hasAom(ffmpeg: string): boolean {
  return execFileSync(ffmpeg, ['-hide_banner', '-encoders'], { encoding: 'utf8' }).includes(' libaom-av1 ')
}

async function packaged(
  context: TestContext,
  extension: string,
  clip: Clip = {},
  options: Partial<PackageOptions> = {},
) {
  const ffmpeg = needsAom(context)
  const folder = temporaryFolder(context)
  const source = encodeAv1(ffmpeg, join(folder, `source.${extension}`), clip)
  const out = join(folder, 'out')
  const tools = await findTools(process.env)
  const result = await makePackage(source, out, { tools, keepOriginal: true, segments: 'fmp4', ...options })
  return { tools, source, out, result }
}

/** A hash of every decoded picture. */
const picturesOf = (ffmpeg: string, path: string): Promise<string> =>
  runChild(ffmpeg, ['-nostdin', '-v', 'error', '-i', path, '-map', '0:v', '-f', 'md5', 'pipe:1'])

for (const [name, extension, clip] of [
  ['MP4', 'mp4', { effort: best }],
  ['Matroska', 'mkv', {}],
  ['WebM with Opus', 'webm', { output: ['-c:a', 'libopus'] }],
  ['10 bit', 'mp4', { output: ['-pix_fmt', 'yuv420p10le'] }],
  ['keyframes each 3 s', 'mp4', { keyframeEach: 75 }],
] satisfies readonly (readonly [string, string, Clip])[]) {
  test(`a package of fragmented MP4 keeps the AV1 of its source, in the same pictures: ${name}`, async (context) => {
    const { tools, source, out, result } = await packaged(context, extension, clip, { singleFiles: true })
    expect(result.warnings).toEqual([])
    expect(result.variants.map((variant) => variant.name)).toEqual(['240p'])
    const text = (file: string): string => readFileSync(join(out, file), 'utf8')
    const streams = text('master-fmp4.m3u8')
      .split('\n')
      .filter((line) => line.startsWith('#EXT-X-STREAM-INF'))
    expect(streams).toHaveLength(2)
    expect(streams[1]).toMatch(/CODECS="av01\.0\.0\dM\.(08|10),mp4a\.40\.2",RESOLUTION=320x240,FRAME-RATE=25\.000$/)
    expect(streams[1]?.includes('M.10') === true).toBe(name === '10 bit')
    expect(text('master.m3u8')).not.toContain('av01')
    expect(text(`${KEPT}/fmp4.m3u8`)).toBe(text('240p/fmp4.m3u8'))
    for (const playlist of [`${KEPT}/fmp4.m3u8`, `${KEPT}/fmp4-single.m3u8`]) {
      expect(await picturesOf(tools.ffmpeg.path, join(out, playlist))).toBe(await picturesOf(tools.ffmpeg.path, source))
      expect(await decodingComplaints(tools, join(out, playlist))).toBe('')
    }
    const sounds = [KEPT, '240p'].map((variant) =>
      runChild(tools.ffmpeg.path, [
        '-v',
        'error',
        '-i',
        join(out, variant, 'fmp4.m3u8'),
        '-map',
        '0:a',
        '-c',
        'copy',
        '-f',
        'framemd5',
        'pipe:1',
      ]),
    )
    expect(await sounds[0]).toBe(await sounds[1])
    const { findings } = await lintFolder(out, { ffprobe: tools.ffprobe })
    expect(findings).toEqual([])
  })
}

for (const [name, clip, options, reason] of [
  ['keyframes are too far apart', { keyframeEach: 1000, seconds: 7 }, {}, 'its keyframes are too far apart: 7.0 s'],
  ['there is no fragmented MP4', {}, { segments: 'ts' }, 'it needs fragmented MP4'],
] satisfies readonly (readonly [string, Clip, Partial<PackageOptions>, string])[]) {
  test(`a package does not keep the AV1 of its source where ${name}, and says so`, async (context) => {
    const { out, result } = await packaged(context, 'mp4', clip, options)
    expect(result.warnings).toEqual([`The AV1 of the source was not kept: ${reason}.`])
    expect(result.variants.map((variant) => variant.name)).toEqual(['240p'])
    expect(existsSync(join(out, KEPT))).toBe(false)
  })
}

test('a package does not keep AV1 that cannot be read to its end, and is whole without it', async (context) => {
  const ffmpeg = needsAom(context)
  const folder = temporaryFolder(context)
  const source = encodeAv1(ffmpeg, join(folder, 'source.mp4'))
  const bytes = readFileSync(source)
  bytes[placesOf(bytes, sequenceHeaderOf(bytes))[2] ?? 0] = 0x7a // padding in the place of the third keyframe's
  writeFileSync(source, bytes)
  const out = join(folder, 'out')
  const tools = await findTools(process.env)
  const { warnings } = await makePackage(source, out, { tools, keepOriginal: true, segments: 'fmp4' })
  expect(warnings).toEqual([expect.stringMatching(/^The AV1 of the source was not kept: .*Invalid data found/)])
  expect(existsSync(join(out, KEPT))).toBe(false)
  expect((await lintFolder(out, { ffprobe: tools.ffprobe })).findings).toEqual([])
})

test('a video is refused when nothing of its pictures can be decoded, and its sound can', async (context) => {
  const withoutHeaders = { output: ['-bsf:v', 'filter_units=remove_types=1'] }
  await expect(packaged(context, 'mp4', withoutHeaders)).rejects.toMatchObject({ code: 'no-pictures' })
})

/** Behind the four bytes of the configuration. */
function sequenceHeaderOf(mp4: Buffer): Buffer {
  const type = mp4.indexOf('av1C')
  return mp4.subarray(type + 8, type - 4 + mp4.readUInt32BE(type - 4))
}

function placesOf(bytes: Buffer, wanted: Buffer): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) places.push(at)
  return places
}

test('the AV1 of a package has no sound inside where there are languages to choose', async (context) => {
  const languages = ['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=ger']
  const output = ['-map', '0', '-map', '1', '-map', '1', ...languages]
  const { tools, out, result } = await packaged(context, 'mkv', { output })
  expect(result.warnings).toEqual([])
  const kinds = ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', join(out, KEPT, 'fmp4.m3u8')]
  expect(new Set((await runChild(tools.ffprobe.path, kinds)).match(/\w+/g))).toEqual(new Set(['av1']))
  const master = readFileSync(join(out, 'master-fmp4.m3u8'), 'utf8')
  expect(master).toMatch(/CODECS="av01[^"]+,mp4a\.40\.2",[^\n]*AUDIO="audio"\n240p-av1\/fmp4\.m3u8\n$/)
  expect((await lintFolder(out, { ffprobe: tools.ffprobe })).findings).toEqual([])
})

let clip: ServedClip | undefined
beforeAll(async () => {
  const found = findClient('ffmpeg')
  if (found === undefined || !hasAom(found)) return
  const env = { WEIR_SEGMENTS: 'fmp4', WEIR_KEEP_ORIGINAL: 'true' }
  clip = await ServedClip.startWith((ffmpeg, folder) => encodeAv1(ffmpeg, join(folder, 'source.mp4')), SECONDS, env)
}, 120_000)
afterAll(() => clip?.stop())

const players = {
  ffmpeg: hlsPrograms.ffmpeg,
  mpv: hlsPrograms.mpv,
  GStreamer: hlsPrograms.GStreamer,
  VLC: hlsPrograms.VLC,
  'hls.js': hlsPages['hls.js'],
  'Shaka Player': hlsPages['Shaka Player'],
  'the browser itself': hlsPages['the browser itself'],
}

/** A player of a page that leaps to where its buffer begins decodes the first pictures again. */
const AGAIN = 8

/** Shaka Player looks for captions in H.264, HEVC and VVC alone, and says so of all else. */
const OWN_DOING = /^Unable to determine bitstream format for CEA parsing!$/

for (const [name, play] of Object.entries(players)) {
  test(`${name} plays the AV1 of a package from start to end`, async (context) => {
    if (clip === undefined) return needsAom(context)
    const { pictures, seconds, complaints } = await play(
      context,
      `${clip.weir.url}/hls/${clip.videoId}/${KEPT}/fmp4.m3u8`,
    )
    expect(complaints.filter((text) => !OWN_DOING.test(text))).toEqual([])
    expect(pictures).toBeGreaterThanOrEqual(FRAMES)
    expect(pictures).toBeLessThanOrEqual(FRAMES + (name in hlsPages ? AGAIN : 0))
    expect(Math.abs(seconds - SECONDS)).toBeLessThan(1 / RATE + 0.001)
  })
}

test('hls.js finds the AV1 of a package in master-fmp4.m3u8, last, and plays it when it is chosen', async (context) => {
  if (clip === undefined) return needsAom(context)
  const url = `${clip.weir.url}/hls/${clip.videoId}/master-fmp4.m3u8`
  const { result, complaints } = await runOnPage(context, url, 'hls.js/dist/hls.js', CHOOSING)
  expect(complaints).toEqual([])
  expect(result).toEqual({ codecs: ['avc1', 'av01'], played: 'av01' })
  expect(await (await fetch(`${clip.weir.url}/api/videos/${clip.videoId}`)).text()).not.toContain('av1')
})

const CHOOSING = `
  const hls = new Hls()
  hls.on(Hls.Events.ERROR, (_, { details, error }) => complain(details + ' ' + error))
  const parsed = new Promise((resolve) => hls.on(Hls.Events.MANIFEST_PARSED, (_, { levels }) => resolve(levels)))
  hls.loadSource(url)
  const codecs = (await parsed).map(({ videoCodec }) => videoCodec.slice(0, 4))
  hls.startLevel = hls.loadLevel = codecs.indexOf('av01')
  hls.attachMedia(video)
  const ended = new Promise((resolve) => video.addEventListener('ended', resolve))
  await video.play()
  await ended
  return { codecs, played: hls.levels[hls.currentLevel].videoCodec.slice(0, 4) }`
