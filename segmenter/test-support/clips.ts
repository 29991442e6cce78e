import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runChild } from '../child-run.ts'
import { findTools, type Tools } from '../tools.ts'

export type ClipOptions = {
  readonly size?: string
  readonly rate?: string
  readonly seconds?: number
  readonly soundSeconds?: number // 0: no sound
  readonly soundFromSeconds?: number // later than the picture, or earlier
  readonly outputOptions?: readonly string[]
}

/** Makes a clip with a test picture and a tone; the name's extension tells the container. */
export async function makeClip({ ffmpeg }: Tools, path: string, options: ClipOptions = {}): Promise<string> {
  const { size = '480x270', rate = '15', seconds = 5, soundSeconds = seconds, soundFromSeconds = 0 } = options
  const sound = ['-itsoffset', `${soundFromSeconds}`, '-f', 'lavfi', '-i', `sine=440:r=48000:d=${soundSeconds}`]
  await runChild(ffmpeg.path, [
    ...['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds}`],
    ...(soundSeconds > 0 ? sound : []),
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      '-c:a',
      'aac',
      ...(options.outputOptions ?? []),
    ],
    path,
  ])
  return path
}

/** The packets of a file's or a playlist's pictures, as another program counts them. */
export async function countPictures({ ffprobe }: Tools, path: string): Promise<number> {
  const counting = ['-count_packets', '-select_streams', 'v:0', '-show_entries', 'stream=nb_read_packets']
  const text = await runChild(ffprobe.path, ['-v', 'error', ...counting, '-of', 'csv=print_section=0', path])
  return Number.parseInt(text, 10) // of a playlist, a program and its stream are told: the same number twice
}

/** A hash of the sound's packets, bytes and times. */
export async function hashSound({ ffmpeg }: Tools, path: string): Promise<string> {
  const copy = ['-map', '0:a', '-c', 'copy', '-f', 'md5', 'pipe:1']
  return (await runChild(ffmpeg.path, ['-nostdin', '-v', 'error', '-i', path, ...copy])).trim()
}

/** Every line that ffmpeg has to say of a file while it decodes all of it. */
export async function decodingComplaints({ ffmpeg }: Tools, path: string): Promise<string> {
  const script = ['-nostdin', '-v', 'warning', '-xerror', '-i', path, '-f', 'null', 'pipe:1']
  return runChild(ffmpeg.path, script).then(
    () => '',
    (error: unknown) => String(error),
  )
}

/** The tools of this machine, and the build of 2018 where its package is installed. */
export async function everyToolset(): Promise<readonly Tools[]> {
  const here = await findTools(process.env)
  const old = await findTools({ PATH: '' }).catch(() => undefined)
  return old === undefined || old.ffmpeg.path === here.ffmpeg.path ? [here] : [here, old]
}

export function playlistOf(packageFolder: string, variant: string): string {
  return join(packageFolder, variant, 'index.m3u8')
}

type Pictures = { readonly frames: readonly Uint8Array[]; readonly startSeconds: number }

/** Every picture's brightness, and the time of the first. The size must be the stream's own. Decoded from 0 on, since
 *  the build of 2018 doubles a first picture that comes after the sound. */
export async function decodeBrightness(
  tools: Tools,
  path: string,
  widthPixels: number,
  heightPixels: number,
): Promise<Pictures> {
  const raw = await decode(tools, path, [
    '-map',
    '0:v',
    '-vf',
    'setpts=PTS-STARTPTS',
    '-pix_fmt',
    'gray',
    '-f',
    'rawvideo',
  ])
  const frameBytes = widthPixels * heightPixels
  const frames = Array.from({ length: raw.length / frameBytes }, (_, frame) => {
    return raw.subarray(frame * frameBytes, (frame + 1) * frameBytes)
  })
  return { frames, startSeconds: await startOf(tools, path, 'v') }
}

/** The sound as 48 kHz mono, and the time of the first sample. */
export async function decodeSound(
  tools: Tools,
  path: string,
): Promise<{ readonly samples: Int16Array; readonly startSeconds: number }> {
  const raw = await decode(tools, path, ['-map', '0:a', '-ac', '1', '-ar', '48000', '-f', 's16le'])
  const samples = new Int16Array(raw.buffer, raw.byteOffset, raw.length >> 1)
  return { samples, startSeconds: await startOf(tools, path, 'a') }
}

async function decode({ ffmpeg }: Tools, path: string, output: readonly string[]): Promise<Uint8Array> {
  const file = `${path}.raw`
  await runChild(ffmpeg.path, ['-nostdin', '-v', 'error', '-i', path, ...output, '-y', file])
  return readFile(file)
}

async function startOf({ ffprobe }: Tools, path: string, kind: 'v' | 'a'): Promise<number> {
  const asking = ['-select_streams', `${kind}:0`, '-show_entries', 'stream=start_time', '-of', 'csv=print_section=0']
  return Number.parseFloat(await runChild(ffprobe.path, ['-v', 'error', ...asking, path]))
}
