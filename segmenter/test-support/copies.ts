import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runChild } from '../child-run.ts'
import { decodeBrightness, decodeSound, makeClip, type ClipOptions } from './clips.ts'
import type { Tools } from '../tools.ts'

/** A hash of a stream's slices and nothing else of it, in decode order: what encoding would change, and muxing does not. */
export async function hashSlices({ ffmpeg }: Tools, path: string): Promise<string> {
  const filters = 'h264_mp4toannexb,filter_units=pass_types=1-5'
  const copy = ['-map', '0:v:0', '-c', 'copy', '-bsf:v', filters, '-f', 'md5', 'pipe:1']
  return (await runChild(ffmpeg.path, ['-nostdin', '-v', 'error', '-i', path, ...copy])).trim()
}

/** A hash of a stream's AAC access units without any header. */
export async function hashAac({ ffmpeg }: Tools, path: string): Promise<string> {
  const copy = ['-map', '0:a:0', '-c', 'copy', '-bsf:a', 'aac_adtstoasc', '-f', 'md5', 'pipe:1']
  return (await runChild(ffmpeg.path, ['-nostdin', '-v', 'error', '-i', path, ...copy])).trim()
}

/** A clip of several encodes one after the other, each with parameter sets of its own. */
export async function makeChangingClip(
  tools: Tools,
  folder: string,
  { name, parts }: { readonly name: string; readonly parts: readonly ClipOptions[] },
): Promise<string> {
  const names: string[] = []
  for (const [index, part] of parts.entries()) {
    names.push(`part${index}.ts`)
    await makeClip(tools, join(folder, `part${index}.ts`), { soundSeconds: 0, ...part })
  }
  writeFileSync(join(folder, 'parts.txt'), names.map((part) => `file ${part}\n`).join(''))
  const args = ['-nostdin', '-v', 'error', '-f', 'concat', '-i', 'parts.txt', '-c', 'copy', name]
  await runChild(tools.ffmpeg.path, args, { cwd: folder })
  return join(folder, name)
}

const FLASH = { fromSeconds: 2, seconds: 0.2, widthPixels: 320, heightPixels: 180, framesPerSecond: 25 } as const

/** A black clip of 5 s with a white flash at 2 s, with which a tone begins. */
export async function makeFlashClip({ ffmpeg }: Tools, path: string, options: readonly string[]): Promise<string> {
  const { fromSeconds, seconds, widthPixels, heightPixels, framesPerSecond } = FLASH
  const during = `between(t,${fromSeconds},${fromSeconds + seconds - 0.001})`
  const picture = `color=black:s=${widthPixels}x${heightPixels}:r=${framesPerSecond}:d=5`
  const flash = `drawbox=color=white:t=fill:enable='${during}'`
  const sound = `aevalsrc='if(${during},0.8*sin(2*PI*1000*t),0)':s=48000:d=5`
  await runChild(ffmpeg.path, [
    ...['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound, '-vf', flash],
    ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '50', '-c:a', 'aac', ...options, path],
  ])
  return path
}

/** By how much the tone begins after the flash, as a decoder shows both; ms. */
export async function soundLateMs(tools: Tools, path: string, heightPixels: number): Promise<number> {
  const widthPixels = Math.round((FLASH.widthPixels * heightPixels) / FLASH.heightPixels / 2) * 2
  const pictures = await decodeBrightness(tools, path, widthPixels, heightPixels)
  const sound = await decodeSound(tools, path)
  const flash = pictures.frames.findIndex((frame) => (frame[frame.length >> 1] ?? 0) > 128)
  const tone = sound.samples.findIndex((sample) => Math.abs(sample) > 2000)
  if (flash < 0 || tone < 0) throw new Error(`${path} has no flash, or no tone`)
  const flashSeconds = pictures.startSeconds + flash / FLASH.framesPerSecond
  return 1000 * (sound.startSeconds + tone / 48_000 - flashSeconds)
}
