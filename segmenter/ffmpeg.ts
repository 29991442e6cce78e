import { runChild, type ChildOptions } from './child-run.ts'
import { FfmpegProgressReader } from './ffmpeg-progress.ts'
import type { Tools } from './tools.ts'

export type FfmpegOptions = Pick<ChildOptions, 'cwd' | 'signal' | 'onProcess' | 'onStdout' | 'onStderr'> & {
  readonly onProgress?: (outSeconds: number) => void // about twice a second
}

/** Runs ffmpeg with arguments of `ffmpegArguments`. Rejects as `runChild` does. */
export async function runFfmpeg({ ffmpeg }: Tools, args: readonly string[], options: FfmpegOptions): Promise<void> {
  const { onProgress, ...childOptions } = options
  const progress = new FfmpegProgressReader()
  await runChild(ffmpeg.path, args, {
    onStdout: () => {},
    ...childOptions,
    onSideChannel: (text) => {
      const outSeconds = progress.push(text)
      if (outSeconds !== undefined) onProgress?.(outSeconds)
    },
  })
}
