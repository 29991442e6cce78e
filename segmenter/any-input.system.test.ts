import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { matrix } from '../lab/test-support/long-run.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { runChild } from './child-run.ts'
import { makePackage, type PackageOptions } from './package.ts'
import { countPictures, decodingComplaints, playlistOf } from './test-support/clips.ts'
import { flashesAndClicks, makeFlashClip, type FlashClip } from './test-support/flash-clip.ts'
import type { Tools } from './tools.ts'
import { toolsFor } from './test-support/tools-for.ts'

type Kind = {
  readonly kind: string
  readonly clip: FlashClip
  readonly change?: (tools: Tools, path: string) => Promise<string> // gives the changed file
  readonly size?: readonly [number, number] // of the best variant
  readonly rate?: number
  readonly seconds?: number
  readonly secondsOff?: number // absent: one picture
  readonly mostApartSeconds?: number // absent: 20 ms
  readonly flashSeconds?: readonly number[] // after the first picture
  readonly warnings?: readonly (string | RegExp)[]
  readonly renditions?: readonly string[] // folders whose sound clicks with the flashes
}

const WORDS = '1\n00:00:00,500 --> 00:00:02,500\nHello\n'
const srt = (language: string) => ({ srt: WORDS, language })
const HDR = ['-pix_fmt', 'yuv420p10le', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc']

for (const row of matrix<Kind>([
  {
    kind: 'interlaced pictures, two languages, 5.1 and subtitles',
    clip: {
      name: 'a.mkv',
      rate: 50,
      pictureFilter: 'tinterlace=interleave_top',
      sounds: [{ language: 'eng', layout: '5.1' }, { language: 'ger' }],
      subtitles: [srt('fre')],
      outputOptions: ['-flags', '+ilme+ildct', '-top', '1'],
    },
    renditions: ['audio-1', 'audio-2'],
  },
  { kind: 'a phone held upright', clip: { name: 'a.mp4' }, change: turned(90), size: [240, 320] },
  { kind: 'a phone on its head', clip: { name: 'a.mp4' }, change: turned(180) },
  {
    kind: 'a variable frame rate',
    clip: { name: 'a.mkv', pictureFilter: "select='lt(mod(n,25),2)+mod(n,5)'", outputOptions: ['-vsync', 'vfr'] },
  },
  {
    kind: 'interlaced pictures of MPEG-2',
    clip: {
      name: 'a.ts',
      rate: 50,
      pictureFilter: 'tinterlace=interleave_top',
      outputOptions: ['-c:v', 'mpeg2video', '-b:v', '3M', '-flags', '+ilme+ildct'],
    },
  },
  {
    kind: 'odd sides',
    clip: { name: 'a.mkv', size: '321x241', outputOptions: ['-pix_fmt', 'yuv444p'] },
    size: [320, 240],
  },
  { kind: 'four pixels', clip: { name: 'a.mkv', size: '2x2' }, size: [2, 2] },
  { kind: 'a strip', clip: { name: 'a.mkv', size: '1000x16' }, size: [1000, 16] },
  {
    kind: '4K',
    clip: { name: 'a.mkv', size: '3840x2160', seconds: 2 },
    size: [1920, 1080],
    seconds: 2,
    flashSeconds: [0, 1],
  },
  { kind: 'pixels that are not square', clip: { name: 'a.mp4', pictureFilter: 'setsar=2/1' }, size: [640, 240] },
  { kind: 'HDR (PQ)', clip: { name: 'a.mkv', outputOptions: [...HDR, '-color_trc', 'smpte2084'] } },
  { kind: 'HDR (HLG)', clip: { name: 'a.mkv', outputOptions: [...HDR, '-color_trc', 'arib-std-b67'] } },
  { kind: '10 bit', clip: { name: 'a.mkv', outputOptions: ['-pix_fmt', 'yuv420p10le'] } },
  ...[50, 60].map((rate) => ({ kind: `${rate} fps`, clip: { name: 'a.mp4', rate }, rate })),
  ...[120, 240].map((rate) => ({
    kind: `${rate} fps`,
    clip: { name: 'a.mkv', rate },
    rate: 60,
    warnings: [`Of ${rate} pictures a second 60 are kept.`],
  })),
  { kind: 'telephone sound', clip: { name: 'a.mkv', sounds: [{ layout: 'mono', rateHz: 8000, codec: 'pcm_s16le' }] } },
  { kind: 'sound of 192 kHz', clip: { name: 'a.mkv', sounds: [{ rateHz: 192_000, codec: 'flac' }] } },
  {
    kind: 'three sounds of one language',
    clip: { name: 'a.mkv', sounds: [{}, {}, {}] },
    renditions: ['audio-1', 'audio-2'],
  },
  { kind: 'MPEG-TS, whose clock begins at 1.4 s', clip: { name: 'a.ts' } },
  { kind: 'a clock that begins at 100 s', clip: { name: 'a.mkv', outputOptions: ['-output_ts_offset', '100'] } },
  {
    kind: 'an edit list that begins between keyframes',
    clip: { name: 'a.mp4', seconds: 4 },
    change: (tools, path) => copied(tools, path, 'cut.mp4', ['-ss', '1.2'], []),
    seconds: 2.8,
    flashSeconds: [0.8, 1.8],
  },
  {
    kind: 'sound that an edit list puts half a second later, and the pictures as well',
    clip: { name: 'a.mp4', outputOptions: ['-output_ts_offset', '0.5'] },
  },
  {
    kind: 'two recordings joined, the clock of the second like that of the first',
    clip: { name: 'a.ts' },
    change: twice,
    seconds: 6,
    secondsOff: 0.1,
    flashSeconds: [0, 1, 2, 3, 4, 5],
    mostApartSeconds: 0.04, // the second clock may lie between two places of the first one's frame grid
  },
  {
    kind: 'a tail that is missing',
    clip: { name: 'a.mkv', seconds: 6 },
    change: async (_, path) => {
      await truncate(path, Math.round((await stat(path)).size * 0.6))
      return path
    },
    seconds: 3.6,
    secondsOff: 0.6,
    flashSeconds: [0, 1, 2, 3],
    warnings: [/^The source promises 6\.0 s, but only 3\.\d s could be shown\.$/],
  },
  {
    kind: 'a duration of ten times the truth',
    clip: { name: 'a.mkv' },
    change: lyingCopy,
    warnings: [/^The source promises 30\.0 s, but only 3\.0 s could be shown\.$/],
  },
])) {
  test(`makePackage is right at the first try: ${row.kind}`, async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const made = await makeFlashClip(tools, folder, row.clip)
    const source = (await row.change?.(tools, made)) ?? made
    const out = join(folder, 'out')
    const { variants, durationSeconds, warnings } = await makePackage(source, out, { tools })
    const { size = [320, 240], rate = 25, seconds = 3, flashSeconds = [0, 1, 2], renditions = [] } = row
    expect(warnings).toEqual(
      (row.warnings ?? []).map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))),
    )
    expect([variants[0]?.widthPixels, variants[0]?.heightPixels, variants[0]?.framesPerSecond]).toEqual([...size, rate])
    expect(Math.abs(durationSeconds - seconds)).toBeLessThan(row.secondsOff ?? 1 / rate + 0.001)

    const last = variants.at(-1)
    const playlist = playlistOf(out, last?.name ?? '')
    expect(await countPictures(tools, playlist)).toBe(Math.round(durationSeconds * rate))
    expect(await decodingComplaints(tools, playlist)).toBe('')
    const { widthPixels = 0, heightPixels = 0 } = last ?? {}
    for (const sound of [last?.name ?? '', ...renditions]) {
      const pictures = { path: playlist, widthPixels, heightPixels, rate }
      const { flashes, clicks } = await flashesAndClicks(tools, pictures, playlistOf(out, sound))
      const base = (flashes[0] ?? 0) - (flashSeconds[0] ?? 0)
      expect(flashes.map((at) => at - base)).toEqual(flashSeconds.map((at) => expect.closeTo(at, 2)))
      expect(clicks).toHaveLength(flashes.length)
      for (const [index, at] of clicks.entries())
        expect(Math.abs(at - (flashes[index] ?? 0))).toBeLessThan(row.mostApartSeconds ?? 0.02)
    }
  })
}

async function copied(
  { ffmpeg }: Tools,
  path: string,
  name: string,
  before: readonly string[],
  after: readonly string[],
): Promise<string> {
  const out = join(path, '..', name)
  await runChild(ffmpeg.path, [
    '-nostdin',
    '-v',
    'error',
    ...before,
    '-i',
    path,
    '-map',
    '0',
    '-c',
    'copy',
    ...after,
    out,
  ])
  return out
}

async function twice(_tools: Tools, path: string): Promise<string> {
  await appendFile(path, await readFile(path))
  return path
}

/** Matroska's word of when each stream ends, ten times as late. */
async function lyingCopy(_tools: Tools, path: string): Promise<string> {
  const bytes = await readFile(path)
  const text = bytes.toString('latin1').replaceAll('00:00:03.0', '00:00:30.0')
  await writeFile(path, Buffer.from(text, 'latin1'))
  return path
}

/** As phones write it: upright pictures that lie, and a matrix that turns them. */
function turned(degrees: number): NonNullable<Kind['change']> {
  return (tools, path) => copied(tools, path, 'turned.mp4', [], ['-metadata:s:v', `rotate=${degrees}`])
}

type Refused = {
  readonly kind: string
  readonly clip: FlashClip
  readonly change?: (path: string) => Promise<void>
  readonly options?: Partial<PackageOptions>
  readonly code: string
}

for (const { kind, clip, change, options, code } of matrix<Refused>([
  { kind: 'a scrambled transport stream', clip: { name: 'a.ts', seconds: 1 }, change: scramble, code: 'encrypted' },
  {
    kind: 'Common Encryption',
    clip: {
      name: 'a.mp4',
      seconds: 1,
      outputOptions: [
        ...['-encryption_scheme', 'cenc-aes-ctr', '-encryption_key', '76a6c65c5ea762046bd749a2e632ccbb'],
        ...['-encryption_kid', 'a7e61c373e219033c21091fa607bf3b8'],
      ],
    },
    code: 'encrypted',
  },
  {
    kind: 'more pixels than it may have',
    clip: { name: 'a.mkv', seconds: 1 },
    options: { limits: { gigapixels: 0.001, minutes: 1 } },
    code: 'too-many-pixels',
  },
  {
    kind: 'more minutes than it may take',
    clip: { name: 'a.mkv', size: '1280x720', seconds: 20 },
    options: { limits: { gigapixels: 1000, minutes: 0.01 } },
    code: 'took-too-long',
  },
])) {
  test(`makePackage refuses ${kind} as ${code}`, async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const source = await makeFlashClip(tools, folder, clip)
    await change?.(source)
    const out = join(folder, 'out')
    await expect(makePackage(source, out, { tools, ...options })).rejects.toMatchObject({ code })
  })
}

/** As a set-top box's recording: transport_scrambling_control says the even key, and the payload is noise. */
async function scramble(path: string): Promise<void> {
  const bytes = await readFile(path)
  for (let at = 0; at + 188 <= bytes.length; at += 188) {
    const pid = bytes.readUInt16BE(at + 1) & 0x1fff
    if (pid < 0x100 || pid === 0x1000) continue // tables
    bytes[at + 3] = (bytes[at + 3] as number) | 0x80
    for (let byte = at + 12; byte < at + 188; byte++) bytes[byte] = (bytes[byte] as number) ^ 0xa5
  }
  await writeFile(path, bytes)
}
