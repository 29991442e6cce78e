import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runChild } from '../child-run.ts'
import type { Tools } from '../tools.ts'
import { decodeBrightness, decodeSound } from './clips.ts'

export type FlashClip = {
  readonly name: string // its extension tells the container
  readonly size?: string
  readonly rate?: number
  readonly seconds?: number
  readonly pictureFilter?: string // after the flashes are drawn
  readonly sounds?: readonly Sound[]
  readonly subtitles?: readonly { readonly srt: string; readonly language: string }[]
  readonly outputOptions?: readonly string[] // after those of the codecs, which they may replace
}

export type Sound = {
  readonly language?: string
  readonly title?: string
  readonly layout?: string
  readonly rateHz?: number
  readonly codec?: string
}

/** Black and silent, but for white pictures and a tone in the first 60 ms of each second: all sounds click together. */
export async function makeFlashClip({ ffmpeg }: Tools, folder: string, clip: FlashClip): Promise<string> {
  const { size = '320x240', rate = 25, seconds = 3, sounds = [{}], subtitles = [], outputOptions = [] } = clip
  const flashes = `color=black:s=${size}:r=${rate}:d=${seconds},drawbox=c=white:t=fill:enable='lt(mod(t+0.001,1),0.06)'`
  const picture = [flashes, ...(clip.pictureFilter === undefined ? [] : [clip.pictureFilter])].join(',')
  const path = join(folder, clip.name)
  const texts = await Promise.all(
    subtitles.map(async ({ srt }, index) => {
      const file = join(dirname(path), `${index}.srt`)
      await writeFile(file, srt)
      return file
    }),
  )
  await runChild(ffmpeg.path, [
    ...['-nostdin', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', picture],
    ...sounds.flatMap((sound) => ['-f', 'lavfi', '-i', clicks(sound, seconds)]),
    ...texts.flatMap((file) => ['-i', file]),
    ...['-map', '0', ...[...sounds, ...texts].flatMap((_, index) => ['-map', `${index + 1}`])],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
    ...sounds.flatMap(({ language, title, codec }, index) => [
      ...(language === undefined ? [] : [`-metadata:s:a:${index}`, `language=${language}`]),
      ...(title === undefined ? [] : [`-metadata:s:a:${index}`, `title=${title}`]),
      ...(codec === undefined ? [] : [`-c:a:${index}`, codec]),
    ]),
    ...subtitles.flatMap(({ language }, index) => [`-metadata:s:s:${index}`, `language=${language}`]),
    ...outputOptions,
    path,
  ])
  return path
}

function clicks({ layout = 'stereo', rateHz = 48_000 }: Sound, seconds: number): string {
  const wave = `0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.06)`
  return `aevalsrc='${wave}':s=${rateHz}:d=${seconds},aformat=channel_layouts=${layout}`
}

type Places = { readonly flashes: readonly number[]; readonly clicks: readonly number[] }

/** When the pictures turn white and the clicks begin, on the clock of the streams, as ffmpeg decodes them. */
export async function flashesAndClicks(
  tools: Tools,
  pictures: {
    readonly path: string
    readonly widthPixels: number
    readonly heightPixels: number
    readonly rate: number
  },
  soundPath: string,
): Promise<Places> {
  const { path, widthPixels, heightPixels, rate } = pictures
  const { frames, startSeconds } = await decodeBrightness(tools, path, widthPixels, heightPixels)
  const isWhite = frames.map((luma) => (luma[luma.length >> 1] ?? 0) > 128)
  const flashes = isWhite.flatMap((white, index) => (white && !isWhite[index - 1] ? [startSeconds + index / rate] : []))
  return { flashes, clicks: await clicksOf(tools, soundPath) }
}

const CLICK_THRESHOLD = 3000 // of 32,767; the tone reaches 16,000
const SAMPLE_RATE_HZ = 48_000

/** A click is many waves: it begins where nothing was loud for half a second. */
export async function clicksOf(tools: Tools, path: string): Promise<readonly number[]> {
  const { samples, startSeconds } = await decodeSound(tools, path)
  const found: number[] = []
  let lastLoud = -Infinity
  for (const [index, sample] of samples.entries()) {
    if (Math.abs(sample) < CLICK_THRESHOLD) continue
    if (index - lastLoud > SAMPLE_RATE_HZ / 2) found.push(startSeconds + index / SAMPLE_RATE_HZ)
    lastLoud = index
  }
  return found
}
