import { readBudgets } from '../lab/budget.ts'
import { watchMeasures } from '../lab/watch-figures.ts'
import { watchTable } from '../lab/watch-text.ts'
import { watch } from '../lab/watch.ts'
import { ConfigProblems } from '../server/config.ts'
import { version } from '../server/project-folder.ts'
import { readReceiverAddress } from '../udp-relay/receiver-address.ts'
import { exitCodes } from './exit-codes.ts'
import { CLEAR_LINE } from './terminal.ts'
import { writableFile } from './user-files.ts'

type WatchFlags = {
  readonly for?: number
  readonly transport?: 'udp' | 'tcp'
  readonly insecure?: boolean
  readonly jitterBufferMs: number
  readonly budget: readonly string[]
  readonly json?: boolean
  readonly junit?: string
  readonly out?: string
}

/** Between two lines of `weir watch`: on a terminal one that changes, else one after the other. */
const LINE_MS = { terminal: 500, elsewhere: 5000 } as const

/** What a budget may limit. */
export const measureNames = watchMeasures.map(({ name }) => name)

/** `weir watch`: a line now and then, at the end a table or JSON. */
export async function runWatch(url: string, flags: WatchFlags): Promise<void> {
  const { json = false, insecure = false, jitterBufferMs, transport, junit, out } = flags
  const read = readBudgets(flags.budget, measureNames)
  const files = await Promise.all([writableFile('--junit', junit), writableFile('--out', out)])
  const problems = [
    ...watchProblems(url),
    ...(read.ok ? [] : read.problems),
    ...files.flatMap(({ problem }) => problem ?? []),
  ]
  if (!read.ok || problems.length > 0) throw new ConfigProblems(problems)
  const stop = new AbortController()
  process.on('SIGINT', () => stop.abort())
  const isTerminal = process.stdout.isTTY && !json
  const tell = (line: string): void => {
    if (isTerminal) process.stdout.write(`${CLEAR_LINE}${line.slice(0, process.stdout.columns - 1)}`)
    else if (!json) console.log(line)
  }
  const watched = await watch({
    url,
    forMs: flags.for ?? Infinity,
    transport,
    acceptsAnyCertificate: insecure,
    jitterBufferMs,
    budgets: read.budgets,
    junitFile: files[0]?.path,
    outFile: files[1]?.path,
    userAgent: `Weir/${version}`,
    signal: stop.signal,
    everyMs: isTerminal ? LINE_MS.terminal : LINE_MS.elsewhere,
    onLine: tell,
  })
  if (isTerminal) process.stdout.write(CLEAR_LINE)
  const { figures, judged, end, isGood, unwrittenBytes } = watched
  if (json) console.log(JSON.stringify(watched, undefined, 2))
  else if (figures !== undefined) console.log(watchTable(figures, judged).join('\n'))
  if (end.why !== undefined) console.error(`weir: ${end.why}`)
  if (unwrittenBytes > 0) console.error(`weir: ${unwrittenBytes} bytes are not in --out: the disk was too slow`)
  process.exitCode = stop.signal.aborted ? exitCodes.interrupted : isGood ? exitCodes.done : exitCodes.finding
}

function watchProblems(url: string): string[] {
  const shown = url.slice(0, 200)
  if (/^https?:/i.test(url)) return [`<url> must be an rtsp address: weir watch does not play HLS yet, got ${shown}`]
  return readReceiverAddress(url) === undefined ? [`<url> must be rtsp://host[:port]/… or rtsps://…, got ${shown}`] : []
}
