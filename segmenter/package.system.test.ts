import { existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { inLongRun, matrix } from '../lab/test-support/long-run.ts'
import { sharedFile } from '../lab/test-support/shared-files.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { readOutline } from '../protocol/outline.ts'
import { makePackage, type PackageFacts, type PackageResult } from './package.ts'
import {
  countPictures,
  decodingComplaints,
  everyToolset,
  hashSound,
  makeClip,
  playlistOf,
  type ClipOptions,
} from './test-support/clips.ts'
import type { Tools } from './tools.ts'
import { toolsFor } from './test-support/tools-for.ts'

/** What holds for every package, told by other programs than ours. */
async function expectSound(tools: Tools, folder: string, made: PackageResult, pictures: number): Promise<void> {
  const [best] = made.variants
  const bestPlaylist = await readFile(playlistOf(folder, best?.name ?? ''), 'utf8')
  for (const { name } of made.variants) {
    const playlist = playlistOf(folder, name)
    expect(await readFile(playlist, 'utf8')).toBe(bestPlaylist) // the same cuts and durations
    expect(await countPictures(tools, playlist)).toBe(pictures)
    expect(await decodingComplaints(tools, playlist)).toBe('')
    const outline = readOutline(await readFile(join(folder, name, 'outline.json'), 'utf8'))
    expect(outline.ok && outline.value.segments.flatMap((segment) => segment.frames).length).toBe(pictures)
  }
  if (!best?.codecs.includes('mp4a')) return
  const hashes = await Promise.all(made.variants.map(({ name }) => hashSound(tools, playlistOf(folder, name))))
  expect(new Set(hashes).size).toBe(1)
}

for (const { file, pictures, variants } of matrix([
  { file: 'mdn_frog_480p30_8s.mp4', pictures: 248, variants: ['480p', '360p', '240p'] },
  { file: 'wave_t1_2997_beeps_8s.mp4', pictures: 240, variants: ['1080p', '720p', '480p', '360p', '240p'] },
  { file: 'pandas_720p30_10s.flv', pictures: 300, variants: ['720p', '480p', '360p', '240p'] },
  { file: 'pandas_720p30_10s.webm', pictures: 300, variants: ['720p', '480p', '360p', '240p'] },
  { file: 'pandas_720p30_10s.avi', pictures: 300, variants: ['720p', '480p', '360p', '240p'] },
  { file: 'parkinglot_432p_12.5fps_30s.mp4', pictures: 377, variants: ['432p', '360p', '240p'] },
  { file: 'skateboard_2048x1080_25_7s.mkv', pictures: 187, variants: ['1080p', '720p', '480p', '360p', '240p'] },
])) {
  test(`makePackage keeps every picture of ${file} in every variant`, async (context) => {
    const tools = await toolsFor(context)
    const source = sharedFile(context, `media/natural/${file}`)
    const out = join(temporaryFolder(context), 'out')
    const made = await makePackage(source, out, { tools })
    expect(made.variants.map(({ name }) => name)).toEqual(variants)
    expect(made.warnings).toEqual([])
    await expectSound(tools, out, made, pictures)
  })
}

type MadeClip = {
  readonly name: string
  readonly clip: ClipOptions
  readonly pictures: number
  readonly variants: readonly string[]
}

for (const { name, clip, pictures, variants } of matrix<MadeClip>([
  {
    name: '29.97 frames a second',
    clip: { rate: '30000/1001', seconds: 6 },
    pictures: 180,
    variants: ['270p', '240p'],
  },
  {
    name: 'odd sides',
    clip: { size: '321x241', outputOptions: ['-pix_fmt', 'yuv444p'] },
    pictures: 75,
    variants: ['240p'],
  },
  { name: 'no sound', clip: { soundSeconds: 0 }, pictures: 75, variants: ['270p', '240p'] },
  { name: 'sound that ends early', clip: { soundSeconds: 1 }, pictures: 75, variants: ['270p', '240p'] },
  {
    name: 'sound that begins late',
    clip: { soundFromSeconds: 2, soundSeconds: 3 },
    pictures: 75,
    variants: ['270p', '240p'],
  },
  { name: 'sound that outlasts the picture', clip: { soundSeconds: 9 }, pictures: 75, variants: ['270p', '240p'] },
  // The first picture stands for a second and the 21 ms that AAC's encoder puts ahead: 15.3 frames more.
  {
    name: 'sound a second before the picture',
    clip: { soundFromSeconds: -1 },
    pictures: 90,
    variants: ['270p', '240p'],
  },
])) {
  test(`makePackage packages ${name}`, async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const source = await makeClip(tools, join(folder, 'source.mkv'), clip)
    const made = await makePackage(source, join(folder, 'out'), { tools })
    expect(made.variants.map((variant) => variant.name)).toEqual(variants)
    await expectSound(tools, join(folder, 'out'), made, pictures)
  })
}

if (inLongRun) {
  test('makePackage makes the same package with every ffmpeg that we take', async (context) => {
    needs(context, 'ffmpeg')
    const folder = temporaryFolder(context)
    const toolsets = await everyToolset()
    const playlists = new Set<string>()
    for (const [index, tools] of toolsets.entries()) {
      const source = await makeClip(tools, join(folder, `${index}.mp4`), { seconds: 9, size: '480x270', rate: '25' })
      const out = join(folder, `out${index}`)
      const made = await makePackage(source, out, { tools })
      await expectSound(tools, out, made, 225)
      playlists.add(await readFile(playlistOf(out, '240p'), 'utf8'))
    }
    expect(playlists.size).toBe(1)
  })
}

test('makePackage takes names that mean something to ffmpeg as mere names', async (context) => {
  const tools = await toolsFor(context)
  const folder = temporaryFolder(context)
  const name = `-y it's 100%03d [select='a':f=hls]|x, "q" \\ $(id).mp4`
  const source = await makeClip(tools, join(folder, 'plain.mp4'), { seconds: 1, size: '160x120' })
  const named = join(folder, name)
  writeFileSync(named, readFileSync(source))
  const out = join(folder, `${name} out`)
  const made = await makePackage(named, out, { tools })
  await expectSound(tools, out, made, 15)
})

test('makePackage is playable before it ends: playlists only grow, and all they list is there', async (context) => {
  const tools = await toolsFor(context)
  const folder = temporaryFolder(context)
  const out = join(folder, 'out')
  const source = await makeClip(tools, join(folder, 'source.mp4'), { seconds: 22, size: '640x360', rate: '30' })
  const seen: string[] = []
  const ratios: number[] = []
  let playable: PackageFacts | undefined
  let earlyMaster = ''
  const look = (): void => {
    const path = playlistOf(out, '360p')
    if (!existsSync(path)) return
    const text = readFileSync(path, 'utf8')
    seen.push(text)
    for (const line of text.split('\n')) {
      if (line.endsWith('.ts')) expect(existsSync(join(out, '360p', line))).toBe(true)
    }
  }
  const made = await makePackage(source, out, {
    tools,
    onProgress: ({ ratio }) => {
      ratios.push(ratio)
      look()
    },
    onPlayable: (facts) => {
      playable = facts
      earlyMaster = readFileSync(join(out, 'master.m3u8'), 'utf8')
      look()
    },
  })
  look()
  for (const [index, text] of seen.slice(0, -1).entries()) expect(seen[index + 1]?.startsWith(text)).toBe(true)
  expect(seen[0]).not.toContain('ENDLIST')
  expect(seen.at(-1)?.endsWith('#EXT-X-ENDLIST\n')).toBe(true)
  expect(ratios).toEqual(ratios.toSorted((a, b) => a - b))

  expect(playable?.variants.map(({ name }) => name)).toEqual(['360p', '240p'])
  expect(earlyMaster.match(/index\.m3u8/g)).toHaveLength(2)
  for (const [index, { bandwidthBitsPerSecond }] of made.variants.entries()) {
    expect(playable?.variants[index]?.bandwidthBitsPerSecond).toBeGreaterThan(bandwidthBitsPerSecond)
  }
  expect(made.durationSeconds).toBe(22)
  const files = ['240p', '360p', 'master.m3u8', 'poster.jpg', 'thumbnails.jpg', 'thumbnails.vtt']
  expect(readdirSync(out).sort()).toEqual(files)
  const ofVariant = readdirSync(join(out, '240p')).filter((name) => !name.endsWith('.ts'))
  expect(ofVariant.sort()).toEqual(['iframes.m3u8', 'index.m3u8', 'outline.json'])
  expect([...readFileSync(join(out, 'poster.jpg')).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
})

test('makePackage refuses what is no video, each with its code, and leaves nothing behind', async (context) => {
  const tools = await toolsFor(context)
  const folder = temporaryFolder(context)
  const whole = await readFile(await makeClip(tools, join(folder, 'whole.mp4'), { seconds: 2, size: '160x120' }))
  const bad: readonly (readonly [name: string, bytes: Uint8Array | string, code: string])[] = [
    ['empty.mp4', '', 'empty-file'],
    ['twenty.mp4', '12345678901234567890', 'not-a-video'],
    ['head.mp4', whole.subarray(0, 20), 'incomplete-file'],
    ['text.mp4', 'Dear Sir or Madam, this is no video at all.\n'.repeat(50), 'not-a-video'],
    ['cut.mp4', whole.subarray(0, whole.length * 0.6), 'incomplete-file'],
    ['list.mp4', '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n', 'not-a-video'],
    ['script.mp4', `ffconcat version 1.0\nfile whole.mp4\n`, 'not-a-video'],
  ]
  for (const [name, bytes, code] of bad) {
    await writeFile(join(folder, name), bytes)
    const made = makePackage(join(folder, name), join(folder, 'out'), { tools })
    await expect(made, name).rejects.toMatchObject({ name: 'SegmenterRefusal', code })
    expect(existsSync(join(folder, 'out')), name).toBe(false)
  }
})

test('makePackage refuses a video of which nothing can be decoded', async (context) => {
  const tools = await toolsFor(context)
  const source = sharedFile(context, 'media/broken/invalid_bitstream.webm')
  const out = join(temporaryFolder(context), 'out')
  await expect(makePackage(source, out, { tools })).rejects.toMatchObject({ code: 'no-pictures' })
  expect(existsSync(out)).toBe(false)
})

test('makePackage says how much of a damaged source could be shown', async (context) => {
  const tools = await toolsFor(context)
  const folder = temporaryFolder(context)
  const faststart = { seconds: 8, size: '320x240', soundSeconds: 0, outputOptions: ['-movflags', '+faststart'] }
  const whole = await readFile(await makeClip(tools, join(folder, 'whole.mp4'), faststart))
  await writeFile(join(folder, 'half.mp4'), whole.subarray(0, whole.length / 2))
  const { warnings, durationSeconds } = await makePackage(join(folder, 'half.mp4'), join(folder, 'out'), { tools })
  expect(durationSeconds).toBeLessThan(5)
  expect(warnings).toEqual([expect.stringMatching(/^The source promises 8\.0 s, but only \d\.\d s could be shown\.$/)])
})

test('makePackage does not touch a folder that holds something', async (context) => {
  const tools = await toolsFor(context)
  const folder = temporaryFolder(context)
  writeFileSync(join(folder, 'dear.txt'), 'mine')
  await expect(makePackage('/nowhere.mp4', folder, { tools })).rejects.toMatchObject({ code: 'folder-not-empty' })
  expect(readdirSync(folder)).toEqual(['dear.txt'])
})

test('makePackage, cancelled, leaves no process and no folder', async (context) => {
  const tools = await toolsFor(context)
  const folder = temporaryFolder(context)
  const source = await makeClip(tools, join(folder, 'source.mp4'), { seconds: 30, size: '640x360', rate: '30' })
  const stop = new AbortController()
  const pids: number[] = []
  const made = makePackage(source, join(folder, 'out'), {
    tools,
    signal: stop.signal,
    onProcess: (pid) => pids.push(pid),
    onProgress: () => stop.abort(new Error('cancelled')),
  })
  await expect(made).rejects.toThrow('cancelled')
  expect(pids.length).toBeGreaterThan(0)
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  expect(readdirSync(folder)).toEqual(['source.mp4'])
})

test('makePackage keeps no package that breaks a rule of HLS, and says which', async (context) => {
  const tools = await toolsFor(context)
  const folder = temporaryFolder(context)
  const source = await makeClip(tools, join(folder, 'source.mp4'))
  const out = join(folder, 'out')
  const onPlayable = (): void =>
    writeFileSync(join(out, '270p', '00000.ts'), readFileSync(join(out, '240p', '00000.ts')))
  await expect(makePackage(source, out, { tools, onPlayable })).rejects.toMatchObject({
    code: 'package-not-right',
    message: expect.stringMatching(/^\S*270p\S* breaks [a-z-]+ \(.+\): expected .+, got .+/),
  })
  expect(existsSync(out)).toBe(false)
})

if (inLongRun)
  test('makePackage calls a disk that is full while single files are made disk-full, and keeps nothing', async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const source = await makeClip(tools, join(folder, 'source.mp4'), { seconds: 1, size: '160x120' })
    const out = join(folder, 'out')
    const onPlayable = (): void => symlinkSync('/dev/full', join(out, '120p', 'single.ts.tmp'))
    const made = makePackage(source, out, { tools, singleFiles: true, onPlayable })
    await expect(made).rejects.toMatchObject({ name: 'SegmenterRefusal', code: 'disk-full' })
    expect(existsSync(out)).toBe(false)
  })
