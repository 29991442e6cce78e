import { execFileSync } from 'node:child_process'
import type { TestContext } from 'vitest'
import { needs } from './clients.ts'

export type HevcOptions = {
  readonly size?: string // 320x240
  readonly rate?: number // 25
  readonly seconds?: number // 6
  readonly isNoisy?: boolean // pictures of some thousand bytes
  readonly x265Params?: string // beside a keyframe each two seconds
  readonly outputOptions?: readonly string[] // such as a container
}

/** Encodes a test picture and a tone as HEVC and AAC into `file`, with an ffmpeg of `needsX265`. */
export function encodeHevc(ffmpeg: string, file: string, options: HevcOptions = {}): void {
  const { size = '320x240', rate = 25, seconds = 6, isNoisy = false, x265Params = 'open-gop=0' } = options
  const noise = isNoisy ? ['-vf', 'noise=alls=40:allf=t'] : []
  const keyframes = `log-level=error:keyint=${2 * rate}:min-keyint=${2 * rate}:scenecut=0`
  execFileSync(ffmpeg, [
    ...['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`],
    ...['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`, ...noise],
    ...['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', `${keyframes}:${x265Params}`],
    ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '64k', ...(options.outputOptions ?? []), file],
  ])
}

/** The path of an ffmpeg that encodes HEVC; without one the test is skipped, as by `needs`. */
export function needsX265(context: Pick<TestContext, 'skip'>): string {
  const ffmpeg = needs(context, 'ffmpeg')
  if (hasX265(ffmpeg)) return ffmpeg
  const reason = `${ffmpeg} was built without libx265`
  if (process.env['WEIR_TEST_ALL'] === '1') throw new Error(`${reason}, and WEIR_TEST_ALL=1 asks for every test`)
  return context.skip(reason)
}

export function hasX265(ffmpeg: string): boolean {
  return execFileSync(ffmpeg, ['-hide_banner', '-encoders'], { encoding: 'utf8' }).includes(' libx265 ')
}
