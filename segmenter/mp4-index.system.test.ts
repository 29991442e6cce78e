import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fuzzRuns, matrix } from '../lab/test-support/long-run.ts'
import { sharedFile } from '../lab/test-support/shared-files.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { inspectSource, measureSource } from './inspect.ts'
import { readMp4Index } from './mp4-index.ts'
import { readMp4Aac } from './mp4-sound.ts'
import { readAvcConfig } from './mp4-pictures.ts'
import { spanOf } from './mp4-span.ts'
import { readSourcePictures } from './source-pictures.ts'
import { makeClip } from './test-support/clips.ts'
import type { Tools } from './tools.ts'
import { seededRandom } from '../link/random.ts'
import { toolsFor } from './test-support/tools-for.ts'

/** The index tells what ffprobe finds in the packets: times, sizes, keyframes, and the span of all. */
async function expectSameAsPackets(tools: Tools, path: string): Promise<void> {
  const facts = await inspectSource(path, { tools })
  if (!('video' in facts)) throw new Error('no pictures')
  const track = (await readMp4Index(path))?.tracks[facts.video.streamIndex]
  expect(track).toBeDefined()
  const packets = await readSourcePictures(path, facts, { tools })
  expect(track?.sizesBytes).toEqual(packets.sizesBytes)
  expect(track?.pictures?.isKeyframe).toEqual(packets.isKeyframe)
  const off = packets.ptsSeconds.map((seconds, picture) =>
    Math.abs(seconds - (track?.pictures?.ptsSeconds[picture] ?? NaN)),
  )
  expect(Math.max(...off)).toBeLessThan(2e-6) // ffprobe tells microseconds
  const told = spanOf(track)
  const measured = await measureSource(path, facts, { tools })
  expect(told?.pictures).toBe(measured.pictures)
  expect(told?.startSeconds).toBeCloseTo(measured.startSeconds, 5)
  expect(told?.endSeconds).toBeCloseTo(measured.endSeconds, 5)
}

for (const [file, options] of matrix<readonly [string, readonly string[]]>([
  ['b-frames.mp4', ['-preset', 'veryfast']],
  ['b-frames.mov', ['-preset', 'veryfast']],
  ['index-first.mp4', ['-movflags', '+faststart']],
  ['negative-offsets.mp4', ['-preset', 'veryfast', '-movflags', '+negative_cts_offsets']],
  ['no-edit-list.mp4', ['-preset', 'veryfast', '-use_editlist', '0']],
  ['no-pictures-between.mp4', ['-g', '1']],
])) {
  test(`readMp4Index tells what the packets of ${file} are`, async (context) => {
    const tools = await toolsFor(context)
    const clip = { size: '160x90', rate: '30000/1001', seconds: 3, soundFromSeconds: 0.3, outputOptions: options }
    await expectSameAsPackets(tools, await makeClip(tools, join(temporaryFolder(context), file), clip))
  })
}

for (const file of matrix([
  'natural/mdn_frog_480p30_8s.mp4',
  'natural/pandas_720p30_10s.mov',
  'natural/bbb_1080p24_aac51_30s.mp4',
  'natural/earth_360p30_30s.mp4',
  'natural/mdn_crystal_480p30_12s.mp4',
  'natural/parkinglot_432p_12.5fps_30s.mp4',
  'natural/person_432p10_139s_noaudio.mp4',
  'natural/timer_300s_320x240.mp4',
  'natural/wave_t1_2997_beeps_8s.mp4',
])) {
  test(`readMp4Index tells what the packets of ${file} are`, async (context) => {
    await expectSameAsPackets(await toolsFor(context), sharedFile(context, `media/${file}`))
  })
}

test('readMp4Index has nothing to tell of a file that is cut off, fragmented or of another kind', async (context) => {
  const tools = await toolsFor(context)
  const folder = temporaryFolder(context)
  const small = { size: '64x64', seconds: 1, soundSeconds: 0 }
  const clip = async (name: string, outputOptions: readonly string[] = []): Promise<string> =>
    makeClip(tools, join(folder, name), { ...small, outputOptions })
  const cut = await clip('cut.mp4', ['-movflags', '+faststart'])
  truncateSync(cut, statSync(cut).size - 10)
  expect(await readMp4Index(cut)).toBeUndefined()
  expect(await readMp4Index(await clip('fragments.mp4', ['-movflags', 'frag_keyframe+empty_moov']))).toBeUndefined()
  expect(await readMp4Index(await clip('other.mkv'))).toBeUndefined()
})

test('readMp4Index reads any bytes, and says nothing or something', async (context) => {
  const tools = await toolsFor(context)
  const clip = { size: '64x64', seconds: 1, outputOptions: ['-movflags', '+faststart'] }
  const path = await makeClip(tools, join(temporaryFolder(context), 'a.mp4'), clip)
  const bytes = readFileSync(path)
  expect((await readMp4Index(path))?.tracks.map((track) => track?.format)).toEqual(['avc1', 'mp4a'])
  const at = bytes.indexOf('moov') + 4
  const moovBytes = bytes.readUInt32BE(at - 8) - 8
  const random = seededRandom(5)
  for (let run = 0; run < fuzzRuns(300); run++) {
    const broken = Uint8Array.from(bytes)
    for (let change = 0; change < 1 + 20 * random(); change++) {
      broken[at + Math.floor(random() * moovBytes)] = random() < 0.5 ? 0xff : Math.floor(256 * random())
    }
    writeFileSync(path, broken.subarray(0, random() < 0.2 ? at + random() * moovBytes : undefined))
    for (const track of (await readMp4Index(path))?.tracks ?? []) {
      if (track === undefined) continue
      readMp4Aac(track)
      readAvcConfig(track)
    }
  }
})
