import { runChild, type ChildOptions } from './child-run.ts'
import { ffmpegArguments } from './ffmpeg-arguments.ts'
import { safeInputOptions, sourceUrl } from './source-input.ts'
import type { Tools } from './tools.ts'

/** Two sequences of pictures as IVF files, in which a picture comes at a whole second and stays until the next one does;
 *  the first slot lies at 1 s, and each lasts a second. */
export type SsimJob = {
  readonly shownPath: string
  readonly duePath: string
  readonly slots: number
  readonly widthPixels: number // of the comparison: both are scaled to it
  readonly heightPixels: number
}

/** SSIM of luma for each slot, 0 to 1, by ffmpeg's filter. Rejects as `runChild` does, or when ffmpeg compared nothing. */
export async function measureSsim(
  { ffmpeg }: Tools,
  job: SsimJob,
  options: Pick<ChildOptions, 'signal' | 'onProcess'>,
): Promise<readonly number[]> {
  const found: number[] = []
  let rest = ''
  await runChild(ffmpeg.path, ssimArguments(job), {
    ...options,
    onStdout: (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      found.push(...lines.flatMap(readLuma))
    },
  })
  const last = found.at(-1)
  if (last === undefined) throw new Error(`ffmpeg compared none of ${job.slots} slots`)
  // ffmpeg ends with the last change of either sequence: after it both stand still, and so does their likeness.
  return Array.from({ length: job.slots }, (_, slot) => found[slot] ?? last)
}

/** One thread: how a damaged picture is mended must not depend on what another one has decoded meanwhile. */
export function ssimArguments({ shownPath, duePath, widthPixels, heightPixels }: SsimJob): string[] {
  const options = [...safeInputOptions, '-copyts', '-threads', '1']
  const perSlot = `fps=fps=1:round=up:start_time=1,scale=${widthPixels}:${heightPixels}:flags=bicubic,format=yuv420p`
  return ffmpegArguments({
    inputs: [shownPath, duePath].map((path) => ({ options, url: sourceUrl(path) })),
    filters: [
      `[0:v]${perSlot},setpts=PTS-STARTPTS[shown]`,
      `[1:v]${perSlot},setpts=PTS-STARTPTS[due]`,
      '[shown][due]ssim=stats_file=-',
    ],
    output: { options: ['-f', 'null'], url: '-' },
  })
}

/** Such as `n:31 Y:0.929387 U:0.919364 V:0.916074 All:0.925498 (11.278299)`. */
function readLuma(line: string): number[] {
  const [, value] = /^n:\d+ Y:([\d.]+)/.exec(line) ?? []
  return value === undefined ? [] : [Number(value)]
}
