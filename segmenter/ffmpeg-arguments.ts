import fluentFfmpeg, { type FfmpegCommand } from 'fluent-ffmpeg'

export type Input = { readonly options: readonly string[]; readonly url: string }
export type Output = { readonly options: readonly string[]; readonly url: string }
export type Job = {
  readonly inputs: readonly Input[]
  readonly filters: readonly string[] // chains of one filter graph
  readonly output: Output
  readonly moreOutputs?: readonly Output[]
}

/** Private in fluent-ffmpeg, whose last version this is; the tests hold the arrays. */
type WithArguments = FfmpegCommand & { _getArguments(): string[] }

/** The arguments of an ffmpeg job. Only built here: fluent-ffmpeg's own runner loses kills and sees no progress. */
export function ffmpegArguments({ inputs, filters, output, moreOutputs = [] }: Job): string[] {
  const command = fluentFfmpeg() as WithArguments
  for (const input of inputs) {
    command.input(input.url)
    command.inputOptions(...asVariadic(input.options))
  }
  if (filters.length > 0) command.complexFilter([...filters])
  for (const { url, options } of [output, ...moreOutputs]) {
    command.output(url)
    command.outputOptions(...asVariadic(options))
  }
  return [...GLOBAL_OPTIONS, ...command._getArguments()]
}

// Progress by descriptor 3; its text on the error stream only when something is wrong.
const GLOBAL_OPTIONS = ['-hide_banner', '-nostdin', '-loglevel', 'level+warning', '-progress', 'pipe:3']

/** Given one argument, fluent-ffmpeg splits it at its space; given several, it takes each as it is. */
function asVariadic(options: readonly string[]): [string, string, ...string[]] {
  const [first, second, ...rest] = options
  if (first === undefined || second === undefined) throw new RangeError(`expected two options or more, got ${first}`)
  return [first, second, ...rest]
}
