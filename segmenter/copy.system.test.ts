import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { inLongRun, matrix } from '../lab/test-support/long-run.ts'
import { sharedFile } from '../lab/test-support/shared-files.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { readOutline, type Outline } from '../protocol/outline.ts'
import { startReceiver } from '../udp-relay/receiver.ts'
import { startClipRelay } from '../udp-relay/test-support/clip-relay.ts'
import { presentationOf } from '../udp-relay/test-support/package-clip.ts'
import { runChild } from './child-run.ts'
import { makePackage, type PackageOptions } from './package.ts'
import {
  countPictures,
  decodingComplaints,
  everyToolset,
  hashSound,
  makeClip,
  playlistOf,
  type ClipOptions,
} from './test-support/clips.ts'
import { hashAac, hashSlices, makeChangingClip, makeFlashClip, soundLateMs } from './test-support/copies.ts'
import type { Tools } from './tools.ts'
import { toolsFor } from './test-support/tools-for.ts'

function outlineOf(folder: string, variant: string): Outline {
  const read = readOutline(readFileSync(join(folder, variant, 'outline.json'), 'utf8'))
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  return read.value
}

/** Packages a source; the variants must be alike whatever was copied. */
async function packaged(tools: Tools, source: string, options: Partial<PackageOptions> = {}) {
  const out = `${source}.out`
  const made = await makePackage(source, out, { tools, ...options })
  const lists = made.variants.map(({ name }) => playlistOf(out, name))
  expect(new Set(lists.map((list) => readFileSync(list, 'utf8'))).size).toBe(1) // the same cuts and durations
  const pictures = await Promise.all(lists.map((list) => countPictures(tools, list)))
  expect(new Set(pictures).size).toBe(1)
  for (const list of lists) expect(await decodingComplaints(tools, list)).toBe('')
  const [best] = made.variants
  if (best?.codecs.includes('mp4a') === true) {
    expect(new Set(await Promise.all(lists.map((list) => hashSound(tools, list)))).size).toBe(1)
  }
  const origins = made.variants.map(({ name }) => outlineOf(out, name).originTicks)
  expect(Math.max(...origins) - Math.min(...origins)).toBeLessThanOrEqual(2)
  return { ...made, out, top: lists[0] ?? '', pictures: pictures[0] ?? 0 }
}

const usual = { rate: '25', size: '480x270', seconds: 5 }
const goodCodec = ['-preset', 'veryfast', '-g', '50', '-sc_threshold', '0']
const good = { ...usual, outputOptions: goodCodec }

type Row = {
  readonly name: string
  readonly file: string
  readonly clip: ClipOptions
  readonly pictures?: number
  readonly sound: 'copied' | 'encoded' | 'none'
  readonly cutSeconds?: readonly number[]
}

for (const row of matrix<Row>([
  { name: 'B-frames that others lean on', file: 'a.mp4', clip: good, sound: 'copied' },
  { name: 'a MOV file', file: 'a.mov', clip: good, sound: 'copied' },
  { name: 'a Matroska file', file: 'a.mkv', clip: good, sound: 'encoded' },
  {
    name: 'an FLV file',
    file: 'a.flv',
    clip: { ...good, outputOptions: [...goodCodec, '-ar', '44100'] },
    sound: 'encoded',
  },
  { name: 'a transport stream', file: 'a.ts', clip: good, sound: 'encoded' },
  {
    name: 'AAC at 44.1 kHz',
    file: 'b.mp4',
    clip: { ...good, outputOptions: [...goodCodec, '-ar', '44100'] },
    sound: 'copied',
  },
  {
    name: 'loud AAC of 320 kbit/s',
    file: 'c.mp4',
    clip: { ...good, outputOptions: [...goodCodec, '-b:a', '320k'] },
    sound: 'copied',
  },
  {
    name: 'MP3 sound',
    file: 'd.mp4',
    clip: { ...good, outputOptions: [...goodCodec, '-c:a', 'mp3'] },
    sound: 'encoded',
  },
  {
    name: 'sound of six channels',
    file: 'e.mp4',
    clip: { ...good, outputOptions: [...goodCodec, '-ac', '6'] },
    sound: 'encoded',
  },
  { name: 'sound that ends early', file: 'f.mp4', clip: { ...good, soundSeconds: 2 }, sound: 'encoded' },
  { name: 'sound that outlasts the picture', file: 'g.mp4', clip: { ...good, soundSeconds: 9 }, sound: 'copied' },
  { name: 'no sound', file: 'h.mp4', clip: { ...good, soundSeconds: 0 }, sound: 'none' },
  {
    name: 'the main profile without B-frames',
    file: 'i.mp4',
    clip: { ...usual, outputOptions: [...goodCodec, '-bf', '0', '-profile:v', 'main'] },
    sound: 'copied',
  },
  { name: 'a size with one variant alone', file: 'j.mp4', clip: { ...good, size: '320x180' }, sound: 'copied' },
  {
    name: 'keyframes at odd moments, at 29.97 frames a second',
    file: 'k.mp4',
    clip: { rate: '30000/1001', size: '480x270', seconds: 14, outputOptions: ['-g', '83', '-sc_threshold', '0'] },
    pictures: 420,
    sound: 'copied',
    cutSeconds: [0, (166 * 1001) / 30_000, (249 * 1001) / 30_000, (415 * 1001) / 30_000],
  },
  {
    name: 'keyframes just before where a muxer would cut',
    file: 'l.mp4',
    clip: {
      ...usual,
      seconds: 9,
      outputOptions: ['-preset', 'veryfast', '-x264-params', 'keyint=33:min-keyint=33:scenecut=0'],
    },
    pictures: 225,
    sound: 'copied',
    cutSeconds: [0, 5.28, 9.24].slice(0, 2),
  },
  {
    name: '60 frames a second, deep B-frames',
    file: 'm.mp4',
    clip: {
      rate: '60',
      size: '480x270',
      seconds: 5,
      outputOptions: ['-g', '120', '-bf', '6', '-refs', '6', '-sc_threshold', '0'],
    },
    pictures: 300,
    sound: 'copied',
  },
  {
    name: 'a fragmented MP4 file',
    file: 'n.mp4',
    clip: { ...good, outputOptions: [...goodCodec, '-movflags', 'frag_keyframe+empty_moov'] },
    sound: 'encoded',
  },
])) {
  test(`makePackage copies the pictures of ${row.name}`, async (context) => {
    const tools = await toolsFor(context)
    const source = await makeClip(tools, join(temporaryFolder(context), row.file), row.clip)
    const made = await packaged(tools, source)
    expect(made.notCopied).toBeUndefined()
    expect(made.warnings).toEqual([])
    expect(made.pictures).toBe(row.pictures ?? 125)
    expect(await hashSlices(tools, made.top)).toBe(await hashSlices(tools, source))
    const isSoundCopied =
      row.sound !== 'none' && (await hashAac(tools, made.top)) === (await hashAacOf(tools, source, row))
    expect(isSoundCopied).toBe(row.sound === 'copied')
    if (row.cutSeconds === undefined) return
    const starts = outlineOf(made.out, made.variants[0]?.name ?? '').segments.map(({ startSeconds }) => startSeconds)
    expect(starts.map((seconds) => seconds.toFixed(3))).toEqual(row.cutSeconds.map((seconds) => seconds.toFixed(3)))
  })
}

/** Of as much of the source's sound as there are pictures. */
async function hashAacOf(tools: Tools, source: string, { clip, sound }: Row): Promise<string> {
  if (sound !== 'copied' || (clip.soundSeconds ?? 0) <= (clip.seconds ?? 0))
    return hashAac(tools, source).catch(() => 'no AAC')
  const cut = `${source}.cut.mp4`
  await runChild(tools.ffmpeg.path, ['-v', 'error', '-i', source, '-c', 'copy', '-t', `${clip.seconds}`, cut])
  return hashAac(tools, cut)
}

// Registered in the long run alone.
const refused: readonly (Omit<Row, 'sound'> & { readonly reason: RegExp })[] = [
  {
    name: 'open keyframes',
    file: 'a.mp4',
    clip: {
      ...usual,
      outputOptions: ['-x264-params', 'open-gop=1:keyint=50:min-keyint=50:bframes=3', '-preset', 'veryfast'],
    },
    reason: /open/,
  },
  {
    name: 'open keyframes in Matroska',
    file: 'a.mkv',
    clip: {
      ...usual,
      outputOptions: ['-x264-params', 'open-gop=1:keyint=50:min-keyint=50:bframes=3', '-preset', 'veryfast'],
    },
    reason: /open/,
  },
  {
    name: 'keyframes too far apart',
    file: 'b.mp4',
    clip: { ...usual, seconds: 8, outputOptions: ['-g', '250', '-sc_threshold', '0'] },
    pictures: 200,
    reason: /too far apart: 8\.0 s/,
  },
  {
    name: 'a variable frame rate',
    file: 'c.mp4',
    clip: { ...good, outputOptions: [...goodCodec, '-vf', "select='not(eq(mod(n,7),3))'", '-vsync', 'vfr'] },
    reason: /not evenly spaced/,
  },
  {
    name: '10 bits',
    file: 'd.mp4',
    clip: { ...good, outputOptions: [...goodCodec, '-pix_fmt', 'yuv420p10le'] },
    reason: /not 4:2:0 of 8 bits/,
  },
  {
    name: '4:4:4',
    file: 'e.mp4',
    clip: { ...good, outputOptions: [...goodCodec, '-pix_fmt', 'yuv444p'] },
    reason: /not 4:2:0 of 8 bits/,
  },
  {
    name: 'interlaced pictures',
    file: 'f.mp4',
    clip: { ...good, size: '480x272', outputOptions: [...goodCodec, '-flags', '+ildct+ilme'] },
    reason: /interlaced/,
  },
  {
    name: 'pixels that are not square',
    file: 'g.mp4',
    clip: { ...good, outputOptions: [...goodCodec, '-vf', 'setsar=4/3'] },
    reason: /not square/,
  },
  {
    name: 'far too many bits',
    file: 'h.mp4',
    clip: { ...good, outputOptions: [...goodCodec, '-vf', 'noise=alls=60:allf=t', '-crf', '10'] },
    reason: /take \d+ bit\/s/,
  },
]

if (inLongRun) {
  for (const row of refused) {
    test(`makePackage encodes all of a source with ${row.name}`, async (context) => {
      const tools = await toolsFor(context)
      const source = await makeClip(tools, join(temporaryFolder(context), row.file), row.clip)
      const made = await packaged(tools, source)
      expect(made.notCopied).toMatch(row.reason)
      expect(made.pictures).toBe(row.pictures ?? 125)
      expect(await hashSlices(tools, made.top)).not.toBe(await hashSlices(tools, source))
    })
  }

  test('makePackage copies nothing when it is told so', async (context) => {
    const tools = await toolsFor(context)
    const source = await makeClip(tools, join(temporaryFolder(context), 'a.mp4'), {
      ...good,
      size: '160x90',
      seconds: 1,
    })
    const made = await packaged(tools, source, { copy: false })
    expect(made.notCopied).toBeUndefined()
    expect(await hashSlices(tools, made.top)).not.toBe(await hashSlices(tools, source))
  })

  test('makePackage encodes a clip whose first pictures an edit list hides', async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const whole = await makeClip(tools, join(folder, 'whole.mov'), { ...good, seconds: 6 })
    const source = join(folder, 'cut.mov')
    await runChild(tools.ffmpeg.path, ['-v', 'error', '-ss', '0.6', '-i', whole, '-c', 'copy', source])
    const made = await packaged(tools, source)
    expect(made.notCopied).toMatch(/not to be shown/)
    expect(made.durationSeconds).toBeCloseTo(5.4, 1)
  })

  test('makePackage encodes a picture that is to be turned', async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const upright = await makeClip(tools, join(folder, 'upright.mp4'), good)
    const source = join(folder, 'turned.mp4')
    await runChild(tools.ffmpeg.path, [
      '-v',
      'error',
      '-i',
      upright,
      '-c',
      'copy',
      '-metadata:s:v',
      'rotate=90',
      source,
    ])
    expect((await packaged(tools, source)).notCopied).toMatch(/turned/)
  })

  const other = { ...usual, seconds: 2, outputOptions: [...goodCodec, '-refs', '1', '-bf', '0', '-profile:v', 'main'] }
  const first = { ...good, seconds: 2 }
  for (const name of ['a.ts', 'a.mkv', 'a.mp4']) {
    test(`makePackage encodes a source whose parameter sets change: ${name}`, async (context) => {
      const tools = await toolsFor(context)
      const source = await makeChangingClip(tools, temporaryFolder(context), { name, parts: [first, first, other] })
      const made = await packaged(tools, source)
      expect(made.notCopied).toMatch(/parameter sets/)
      expect(made.pictures).toBe(150)
    })
  }

  test('a copy that turns out wrong gives way to an encoded variant', async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const source = await makeChangingClip(tools, folder, { name: 'a.mp4', parts: [first, other, first] })
    const seen: string[] = []
    const made = await packaged(tools, source, {
      onCopyPlayable: () => seen.push('copy'),
      onPlayable: () => seen.push('all'),
    })
    expect(made.notCopied).toMatch(/parameter sets of its own/) // between the cuts: nobody looks there beforehand
    expect(made.pictures).toBe(150)
    expect(seen.at(-1)).toBe('all')
  })

  test('a copy that breaks a rule of HLS gives way to an encoded variant', async (context) => {
    const tools = await toolsFor(context)
    const source = await makeClip(tools, join(temporaryFolder(context), 'a.mp4'), { ...good, seconds: 9 })
    const out = `${source}.out`
    let plays = 0
    const onPlayable = (): void => {
      plays += 1
      const [copied, encoded] = ['270p', '240p'].map((name) => join(out, name, '00000.ts')) as [string, string]
      if (plays === 1) writeFileSync(copied, readFileSync(encoded))
    }
    const made = await makePackage(source, out, { tools, onPlayable })
    expect(made.notCopied).toMatch(/^270p.* breaks /)
    expect(plays).toBe(2)
  })

  test('a source that cannot be decoded is no package of copies', async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const source = await makeClip(tools, join(folder, 'a.mp4'), { ...good, size: '320x180', soundSeconds: 0 })
    const bytes = readFileSync(source)
    const at = bytes.indexOf('mdat') + 4
    // Each NAL unit keeps its size and its header; what is in it means nothing.
    for (
      let unit = at;
      unit + 5 < bytes.length && unit < bytes.indexOf('moov') - 4;
      unit += 4 + bytes.readUInt32BE(unit)
    ) {
      bytes.fill(0xa5, unit + 6, unit + 4 + bytes.readUInt32BE(unit))
    }
    writeFileSync(source, bytes)
    await expect(makePackage(source, join(folder, 'out'), { tools })).rejects.toThrow()
    expect(existsSync(join(folder, 'out'))).toBe(false)
  })

  test('every ffmpeg that we take copies to the same bytes', async (context) => {
    needs(context, 'ffmpeg')
    const folder = temporaryFolder(context)
    for (const [index, tools] of (await everyToolset()).entries()) {
      const source = await makeClip(tools, join(folder, `${index}.mp4`), good)
      const made = await packaged(tools, source)
      expect(made.notCopied).toBeUndefined()
      expect(await hashSlices(tools, made.top)).toBe(await hashSlices(tools, source))
    }
  })

  for (const [file, options] of [
    ['a.mp4', []],
    ['a.mov', []],
    ['b.mp4', ['-ar', '44100']],
    ['a.mkv', []],
    ['c.mp4', ['-bf', '4', '-refs', '5']],
  ] as const) {
    test(`flash and tone stay together in every variant: ${file} ${options.join(' ')}`, async (context) => {
      const tools = await toolsFor(context)
      const source = await makeFlashClip(tools, join(temporaryFolder(context), file), ['-s', '480x270', ...options])
      const made = await packaged(tools, source)
      expect(made.notCopied).toBeUndefined()
      const late = await Promise.all(
        made.variants.map(({ name, heightPixels }) => soundLateMs(tools, playlistOf(made.out, name), heightPixels)),
      )
      for (const lateMs of late) expect(Math.abs(lateMs)).toBeLessThan(20)
    })
  }

  test('over RTSP a copied variant comes whole, with flash and tone together', async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const source = await makeFlashClip(tools, join(folder, 'a.mp4'), ['-s', '480x270', '-bf', '4', '-refs', '5'])
    const { out, notCopied } = await packaged(tools, source)
    expect(notCopied).toBeUndefined()
    const outline = outlineOf(out, '270p')
    const segments = outline.segments.map(({ uri }) => readFileSync(join(out, '270p', uri)))
    const presentation = presentationOf({ outline, segments }, { packageKey: 'clip/270p', variant: '270p' })
    const relay = await startClipRelay(context, { outline, segments }, { source: { open: async () => presentation } })
    const written: Uint8Array[] = []
    const receiver = await startReceiver({
      url: relay.url,
      jitterBufferMs: 200,
      userAgent: 'weir tests',
      transport: 'udp',
      onTransportStream: (bytes) => written.push(bytes),
    })
    context.onTestFinished(() => receiver.close())
    expect(await receiver.ended).toEqual({ reason: 'bye' })
    await receiver.close()
    const { measures, skippedFrames } = receiver.figures()
    expect(measures).toMatchObject({ damagedFrames: 0, frozenFrames: 0 })
    expect(measures.intactFrames + skippedFrames).toBe(125)
    const record = join(folder, 'record.ts')
    writeFileSync(record, Buffer.concat(written))
    expect(await hashSlices(tools, record)).toBe(await hashSlices(tools, source))
    expect(Math.abs(await soundLateMs(tools, record, 270))).toBeLessThan(20)
  })

  for (const file of [
    'mdn_frog_480p30_8s.mp4',
    'mdn_crystal_480p30_12s.mp4',
    'pandas_720p30_10s.mov',
    'earth_360p30_30s.mp4',
    'bbb_720p24_stereo_10s.mp4',
  ]) {
    test(`makePackage copies ${file}, or says why not`, async (context) => {
      const tools = await toolsFor(context)
      const source = sharedFile(context, `media/natural/${file}`)
      const out = join(temporaryFolder(context), 'out')
      const made = await makePackage(source, out, { tools })
      const isCopied =
        (await hashSlices(tools, playlistOf(out, made.variants[0]?.name ?? ''))) === (await hashSlices(tools, source))
      expect(isCopied).toBe(made.notCopied === undefined)
    })
  }
}

test('the copied variant plays before master.m3u8 is there, and nothing that it says changes', async (context) => {
  const tools = await toolsFor(context)
  const source = await makeClip(tools, join(temporaryFolder(context), 'a.mp4'), { ...good, seconds: 9 })
  const out = `${source}.out`
  const seen: string[] = []
  const bounds: number[] = []
  let early = ''
  let encoders = 0
  const made = await makePackage(source, out, {
    tools,
    onProcess: (pid) => (encoders += readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('libx264') ? 1 : 0),
    onCopyPlayable: ({ variants, durationSeconds }) => {
      seen.push(
        `copy ${variants.map(({ name }) => name).join()} ${durationSeconds} ${existsSync(join(out, 'master.m3u8'))}`,
      )
      early = readFileSync(playlistOf(out, '270p'), 'utf8')
      expect(encoders).toBe(0) // which would take the machine from it
      bounds.push(variants[0]?.bandwidthBitsPerSecond ?? 0)
    },
    onPlayable: ({ variants }) => seen.push(`all ${variants.map(({ name }) => name).join()}`),
  })
  expect(seen).toEqual(['copy 270p 9 false', 'all 270p,240p'])
  expect(encoders).toBe(1)
  expect(early).toContain('00000.ts')
  expect(early).not.toContain('ENDLIST')
  expect(readFileSync(playlistOf(out, '270p'), 'utf8').startsWith(early)).toBe(true)
  expect(bounds[0]).toBeGreaterThanOrEqual(made.variants[0]?.bandwidthBitsPerSecond ?? Infinity)
  const kinds = outlineOf(out, '270p').segments.flatMap(({ frames }) => frames.map(({ kind }) => kind))
  expect(kinds.filter((kind) => kind === 'idr')).toHaveLength(5)
  expect(kinds.filter((kind) => kind === 'disposable').length).toBeGreaterThan(20)
})
