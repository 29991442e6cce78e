import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { junitReport } from '../lab/junit.ts'
import { lintFolder, lintUrl, NoPlaylist, type LintOptions, type LintResult } from '../segmenter/lint/lint.ts'
import { countOf, findingLine, placeText, sectionText, summaryLine } from '../segmenter/lint/report.ts'
import { searchFfprobe, ToolMissing, type Tool } from '../segmenter/tools.ts'
import { ConfigProblems } from '../server/config.ts'
import { version } from '../server/project-folder.ts'
import { exitCodes } from './exit-codes.ts'
import { withBar } from './terminal.ts'
import { userFolder, writableFile } from './user-files.ts'

export type LintFlags = {
  readonly json?: boolean
  readonly junit?: string
  readonly strict?: boolean
  readonly maxSegments?: number
  readonly reloads?: number
}

/** `weir lint`: a line for each finding and a summary, or JSON. */
export async function runLint(target: string, flags: LintFlags): Promise<void> {
  const { path: junitPath, problem } = await writableFile('--junit', flags.junit)
  if (problem !== undefined) throw new ConfigProblems([problem])
  const ffprobe = await foundFfprobe()
  const stop = new AbortController()
  process.on('SIGINT', () => stop.abort())
  const { maxSegments, reloads } = flags
  const startedMs = performance.now()
  const result = await withBar(target, (onProgress) =>
    lintTarget(target, { ffprobe, maxSegments, reloads, signal: stop.signal, onProgress }),
  ).catch((error: unknown) => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted)
    throw asProblem(error, target)
  })
  if (flags.json === true) console.log(JSON.stringify(result, undefined, 2))
  else {
    const hasColour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined
    for (const finding of result.findings) console.log(findingLine(finding, hasColour))
    console.log(summaryLine(result))
  }
  const bad = (severity: string): boolean => severity === 'error' || (flags.strict === true && severity === 'warning')
  if (junitPath !== undefined) {
    const seconds = (performance.now() - startedMs) / 1000
    await writeFile(junitPath, junitOf(target, seconds, result, bad))
  }
  const isGood = countOf(result, 'error') === 0 && !(flags.strict === true && countOf(result, 'warning') > 0)
  process.exitCode = isGood ? exitCodes.done : exitCodes.finding
}

async function foundFfprobe(): Promise<Tool> {
  const { found, rejected } = await searchFfprobe(process.env)
  if (found === undefined) throw new ToolMissing('ffprobe', rejected)
  return found
}

function lintTarget(target: string, options: LintOptions): Promise<LintResult> {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(target)) return lintFolder(resolve(userFolder, target), options)
  const isHttp = /^https?:/i.test(target) && URL.canParse(target)
  if (!isHttp)
    throw new ConfigProblems([`<target> must be a folder, a playlist or an http address, got ${target.slice(0, 200)}`])
  return lintUrl(new URL(target), `Weir/${version}`, options)
}

/** Neither a package nor a playlist is what was named. */
function asProblem(error: unknown, target: string): unknown {
  const isAbsent = ['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')
  if (!isAbsent && !(error instanceof NoPlaylist)) return error
  const why = error instanceof NoPlaylist ? `: ${error.message}` : ''
  return new ConfigProblems([
    `<target> must be a folder with a playlist, a playlist or an http address, got ${target}${why}`,
  ])
}

/** A case for each rule that was broken, and one that says that the rest holds. */
function junitOf(target: string, seconds: number, result: LintResult, bad: (severity: string) => boolean): string {
  const broken = result.findings.filter(({ severity }) => bad(severity))
  const cases = broken.map((finding) => ({
    name: `${finding.rule} ${placeText(finding)}`,
    failure: `expected ${finding.expected}, got ${finding.got} (${sectionText(finding.section)})`,
  }))
  return junitReport(`weir lint ${target}`, seconds, [{ name: summaryLine(result) }, ...cases])
}
