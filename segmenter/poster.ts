import { rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EncodePlan } from './encode.ts'
import { ffmpegArguments } from './ffmpeg-arguments.ts'
import { runFfmpeg, type FfmpegOptions } from './ffmpeg.ts'
import { safeInputOptions, sourceUrl } from './source-input.ts'
import type { Tools } from './tools.ts'

const POSTER_WIDTH_PIXELS = 640
const LATEST_SECONDS = 10

/** Writes `poster.jpg`: a picture from a tenth into the video, since the first one is often black. Tells whether it
 *  could; a video is worth having without. */
export async function writePoster(
  plan: EncodePlan,
  folders: { readonly work: string; readonly out: string },
  tools: Tools,
  options: FfmpegOptions,
): Promise<boolean> {
  const moments = [Math.min(plan.durationSeconds / 10, LATEST_SECONDS), 0]
  for (const seconds of moments) {
    // A seek may lead to no picture, or fail: the beginning is the second try.
    await runFfmpeg(tools, posterArguments(plan, seconds), { ...options, cwd: folders.work }).catch(() => {})
    options.signal?.throwIfAborted()
    const file = join(folders.work, POSTER)
    const sizeBytes = await stat(file).then(
      ({ size }) => size,
      () => 0,
    )
    if (sizeBytes > 0) {
      await rename(file, join(folders.out, POSTER))
      return true
    }
  }
  return false
}

const POSTER = 'poster.jpg'

function posterArguments(
  { sourcePath, videoStreamIndex, pictureFilters = [], rungs, copy }: EncodePlan,
  seconds: number,
): string[] {
  const widestPixels = Math.max(copy?.widthPixels ?? 0, rungs[0]?.widthPixels ?? 0)
  const width = Math.min(POSTER_WIDTH_PIXELS, widestPixels)
  const small = ['scale=iw*sar:ih', `scale=${width}:-2`, 'setsar=1', 'format=yuvj420p']
  return ffmpegArguments({
    inputs: [{ options: [...safeInputOptions, '-ss', seconds.toFixed(3)], url: sourceUrl(sourcePath) }],
    filters: [`[0:${videoStreamIndex}]${[...pictureFilters, ...small].join(',')}[poster]`],
    output: {
      options: ['-map', '[poster]', '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '4', '-f', 'mjpeg'],
      url: POSTER,
    },
  })
}
