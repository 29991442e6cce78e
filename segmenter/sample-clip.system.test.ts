import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { frameCodeGrid, readFrameCode } from '../protocol/frame-code.ts'
import { makePackage } from './package.ts'
import { makeSampleClip } from './sample-clip.ts'
import { decodeBrightness, decodeSound, playlistOf } from './test-support/clips.ts'
import { findTools, type Tools } from './tools.ts'

type Build = 'this machine' | 'the npm package of 2018'

const SECONDS = 3
const BEEP_THRESHOLD = 3000 // of 32,767; the beep reaches 16,000, the silence of AAC some tens

function brightnessOfFlash(luma: Uint8Array, widthPixels: number, heightPixels: number): number {
  return (
    luma[
      Math.floor(heightPixels * frameCodeGrid.pictureHeightShare * 0.5) * widthPixels + Math.floor(widthPixels * 0.95)
    ] ?? 0
  )
}

function risingAt<T>(values: Iterable<T>, isHigh: (value: T) => boolean): number[] {
  const rises: number[] = []
  let wasHigh = false
  let index = 0
  for (const value of values) {
    if (isHigh(value) && !wasHigh) rises.push(index)
    wasHigh = isHigh(value)
    index += 1
  }
  return rises
}

/** What is on the pictures and in the sound of a file or a playlist, as ffmpeg decodes it. */
async function expectCodesAndSync(
  tools: Tools,
  path: string,
  [widthPixels, heightPixels]: readonly [number, number],
): Promise<void> {
  const { frames, startSeconds } = await decodeBrightness(tools, path, widthPixels, heightPixels)
  const numbers = frames.map((luma) => readFrameCode({ widthPixels, heightPixels, luma }))
  expect(numbers).toEqual(Array.from({ length: SECONDS * 30 }, (_, frame) => frame))

  const flashes = risingAt(frames, (luma) => brightnessOfFlash(luma, widthPixels, heightPixels) > 128)
  expect(flashes).toEqual([0, 30, 60])
  const sound = await decodeSound(tools, path)
  // A beep is many waves: it begins where nothing was loud for half a second.
  const loud = [...sound.samples.keys()].filter((index) => Math.abs(sound.samples[index] ?? 0) > BEEP_THRESHOLD)
  const beeps = loud.filter((index, place) => index - (loud[place - 1] ?? -Infinity) > 24_000)
  expect(beeps).toHaveLength(SECONDS)
  for (const [second, sample] of beeps.entries()) {
    const beepSeconds = sound.startSeconds + sample / 48_000
    const flashSeconds = startSeconds + (flashes[second] ?? 0) / 30
    expect(Math.abs(beepSeconds - flashSeconds)).toBeLessThan(0.02)
  }
}

for (const build of matrix<Build>(['this machine', 'the npm package of 2018'])) {
  test(`makeSampleClip by the ffmpeg of ${build} has every frame number, and a beep within 20 ms of each flash, over HLS too`, async (context) => {
    const tools = await toolsOf(context, build)
    const folder = temporaryFolder(context)
    const clip = join(folder, 'clip.mp4')
    await makeSampleClip(clip, { tools, seconds: SECONDS })
    await expectCodesAndSync(tools, clip, [1280, 720])
    expect((await makePackage(clip, join(folder, 'out'), { tools })).notCopied).toBeUndefined()
    await expectCodesAndSync(tools, playlistOf(join(folder, 'out'), '240p'), [426, 240])
  })
}

test('makeSampleClip leaves nothing behind when it is cancelled', async (context) => {
  const tools = await toolsOf(context, 'this machine')
  const folder = temporaryFolder(context)
  const made = makeSampleClip(join(folder, 'clip.mp4'), { tools, seconds: 1, signal: AbortSignal.abort('no more') })
  await expect(made).rejects.toBe('no more')
  expect(readdirSync(folder)).toEqual([])
})

async function toolsOf(context: TestContext, build: Build): Promise<Tools> {
  needs(context, 'ffmpeg')
  needs(context, 'ffprobe')
  return findTools(build === 'this machine' ? process.env : { PATH: '' })
}
