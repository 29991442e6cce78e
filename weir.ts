#!/usr/bin/env node
import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError, Option } from 'commander'
import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { access, constants, readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { planOf, validateKernel } from './lab/validate-kernel.ts'
import { readBudgets } from './lab/budget.ts'
import { LabMissing } from './lab/validate-lab.ts'
import { cellLine, conclusion, introduction } from './lab/validate-text.ts'
import { watch } from './lab/watch.ts'
import { watchMeasures } from './lab/watch-figures.ts'
import { watchTable } from './lab/watch-text.ts'
import { linkPresets } from './link/presets.ts'
import { makePackage } from './segmenter/package.ts'
import { SegmenterRefusal } from './segmenter/segmenter-refusal.ts'
import { findTools, ToolMissing } from './segmenter/tools.ts'
import { addDirectly, addThroughServer, isWeirAt, type NewFile } from './server/add-video.ts'
import { urlAt } from './server/addresses.ts'
import { configPath, ConfigProblems, describeConfig, readConfig, type Config, type Origins } from './server/config.ts'
import { examineMachine } from './server/doctor.ts'
import { isLoopback } from './server/gate.ts'
import { createLogger } from './server/logger.ts'
import { lockHolder, MediaInUse } from './server/media-lock.ts'
import { importedNetwork, networkLines } from './server/networks-command.ts'
import { version } from './server/project-folder.ts'
import { Refusal } from './server/refusal.ts'
import { serve } from './server/serve.ts'
import { readReceiverAddress } from './udp-relay/receiver-address.ts'

/** Of all commands. */
const exitCodes = { done: 0, finding: 1, badArguments: 2, somethingMissing: 3, interrupted: 130 } as const

/** ECMA-48: to the first column, erase to the end of the line. */
const CLEAR_LINE = '\r\x1b[K'

/** Where the person stands: npm runs its scripts in the project's folder. */
const userFolder = process.env['INIT_CWD'] ?? process.cwd()

type NetworksFlags = { readonly json?: boolean; readonly import?: string }

type Flags = Readonly<Record<string, unknown>> & { readonly config?: string }

type WatchFlags = {
  readonly for?: number
  readonly transport?: 'udp' | 'tcp'
  readonly jitterBufferMs: number
  readonly budget: readonly string[]
  readonly json?: boolean
  readonly junit?: string
  readonly out?: string
}

/** Between two lines of `weir watch`: on a terminal one that changes, else one after the other. */
const LINE_MS = { terminal: 500, elsewhere: 5000 } as const

const measureNames = watchMeasures.map(({ name }) => name)

type KernelFlags = Parameters<typeof planOf>[0] & { readonly json?: boolean }

/** The commands and their options; what each does stands below. */
export function createProgram(): Command {
  const program = new Command('weir')
    .description('The same video, over HLS and over UDP, through the same network, side by side.')
    .version(version)
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.badArguments))
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 a finding, 2 bad arguments or configuration, 3 something missing here, 130 interrupted.',
    )

  withServerOptions(program.command('serve'))
    .description('start the server: pages, HLS, RTSP')
    .option('--print-config', 'print every setting and where it came from, and end')
    .action(runServe)

  withServerOptions(program.command('add'))
    .description('put videos into the library, through the running server if there is one')
    .argument('<file...>', 'video files')
    .option('--title <text>', "the title, in place of the file's name (with one file)")
    .action(runAdd)

  program
    .command('segment')
    .description('the segmenter alone: a folder of plain HLS files')
    .argument('<file>', 'a video file')
    .argument('<out>', 'the folder to make; it must not exist, or be empty')
    .action(runSegment)

  program
    .command('watch')
    .description('watch an RTSP address without a screen, and say how it was: startup, loss, damage, freezes, jitter')
    .argument('<url>', 'rtsp://[user:password@]host[:port]/…; with ?repair=rtx Weir sends again what is lost')
    .option('--for <duration>', 'such as 30s, 500ms or 2m (default: to the end)', duration)
    .addOption(
      new Option('--transport <name>', 'udp, or tcp in the RTSP connection (default: udp, else tcp)').choices([
        'udp',
        'tcp',
      ]),
    )
    .option('--jitter-buffer-ms <number>', 'how long a frame waits for what is late', wholeNumber(0, 10_000), 200)
    .option(
      '--budget <limit>',
      'what must hold, such as lostPackets<1, else the exit code is 1; may be given again',
      collect,
      [],
    )
    .option('--json', 'one JSON object at the end')
    .option('--junit <file>', 'a JUnit report of the budgets')
    .option('--out <file>', 'what arrived, as a transport stream')
    .addHelpText('after', `\nMeasures: ${measureNames.join(', ')}.`)
    .action(runWatch)

  program
    .command('networks')
    .description('the presets of links with their numbers, and where those come from')
    .option('--json', 'as GET /api/link-presets gives them')
    .option('--import <file>', 'not the presets: a profile of a trace (mahimahi, sabre, [[kbit/s, s], …]) as JSON')
    .action(runNetworks)

  program
    .command('doctor')
    .description('say which programs and addons were found, and what is lost without each')
    .action(runDoctor)

  const lab = program.command('lab').description('measure and check, without a viewer')
  const validate = lab.command('validate').description('hold the models against what they stand for')
  validate
    .command('kernel')
    .description('the model of TCP against the Linux kernel, on lines that are measured now (Linux, no root needed)')
    .option('--quick', 'three lines, about a minute')
    .option('--runs <number>', 'of each line that loses packets', wholeNumber(1, 100), 4)
    .option('--seconds <number>', 'of each run', wholeNumber(1, 60), 10)
    .option('--parallel <number>', 'runs at once (default: one for each processor)', wholeNumber(1, 16))
    .option('--json', 'one JSON object, once all is done')
    .action(runValidateKernel)
  return program
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text]
}

/** In ms. */
function duration(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text)
  const ms = Number(parts?.[1]) * ({ ms: 1, s: 1000, m: 60_000 }[parts?.[2] ?? ''] ?? NaN)
  if (ms > 0 && ms <= MAX_DURATION_MS) return ms
  throw new InvalidArgumentError('It must be a number with its unit, such as 30s, 500ms or 2m, up to 24 days.')
}
const MAX_DURATION_MS = 2 ** 31 - 1 // of a timer

/** Each is a key of the configuration file, too. */
function withServerOptions(command: Command): Command {
  return command
    .option('--host <address>', 'where to listen; 0.0.0.0 lets other machines in (default: 127.0.0.1)')
    .option('--port <number>', 'of pages, API and HLS; 0 takes any free one (default: 8080)')
    .option('--rtsp-port <number>', 'of RTSP (default: 8554)')
    .option('--rtp-port <number>', 'of RTP, even; RTCP takes the next (default: 8000)')
    .option('--media <folder>', 'the library (default: ./media)')
    .option('--config <file>', 'the configuration file (default: ./weir.yaml, if there is one)')
    .option('--public-url <url>', 'the address by which people reach this server')
    .option('--token <text>', 'what writing needs (made at start when others can reach the server)')
    .addOption(new Option('--no-sample', 'do not add the sample clip to a new library').default(undefined))
}

async function readSettings({
  config: askedFile,
  ...flags
}: Flags): Promise<{ config: Config; origins: Origins; path: string }> {
  const path = configPath(askedFile, userFolder)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (askedFile === undefined && error.code === 'ENOENT') return undefined
    throw new ConfigProblems([`--config must be a file that can be read, got ${path} (${error.code})`])
  })
  const file = text === undefined ? undefined : { path, text }
  return { ...readConfig({ flags, env: process.env, file, userFolder }), path }
}

async function runServe({ printConfig, ...flags }: Flags): Promise<void> {
  const { config, origins, path } = await readSettings(flags)
  if (printConfig === true) return void process.stdout.write(describeConfig(config, origins))
  const logger = createLogger(config.logLevel)
  const token = config.token ?? (isLoopback(config.host) ? undefined : randomBytes(16).toString('base64url'))
  const tools = findTools(process.env)
  tools.catch(() => undefined) // told below, when the server can be ended for it
  const weir = await serve({ config: { ...config, token }, configFile: path, tools, logger })
  console.log(`Weir: ${weir.url}/  RTSP: ${weir.rtspUrl}/`)
  if (config.token === undefined && token !== undefined)
    console.log(`Writing needs the token: ${weir.url}/?token=${token}`)

  let isStopping = false
  const stop = (exitCode: number): void => {
    if (isStopping) process.exit(exitCodes.interrupted) // asked twice
    isStopping = true
    logger.info('shutting down')
    weir.close().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        logger.error({ err: error }, 'not all could be ended')
        process.exit(exitCodes.finding)
      },
    )
  }
  // Not `once`: write-file-atomic's signal-exit ends a process that has no listener left beside its own.
  process.on('SIGTERM', () => stop(exitCodes.done))
  process.on('SIGINT', () => stop(exitCodes.interrupted))

  await tools.catch(async (error: unknown) => {
    await weir.close()
    throw error
  })
}

async function runAdd(files: readonly string[], { title, ...flags }: Flags): Promise<void> {
  const { config } = await readSettings(flags)
  if (title !== undefined && files.length > 1) {
    throw new ConfigProblems([`--title must come with one file, got ${files.length} files`])
  }
  const paths = await Promise.all(files.map(readablePath))
  const url = await runningServer(config)
  const tools = url === undefined ? findTools(process.env) : undefined
  const logger = createLogger('warn')
  for (const path of paths) {
    const id = await withBar(path, (onProgress) => {
      const file: NewFile = { path, title: typeof title === 'string' ? title : undefined, onProgress }
      if (tools === undefined) return addThroughServer(url ?? '', config.token, file)
      return addDirectly({ mediaFolder: config.media, minFreeBytes: config.minFreeBytes, tools, logger }, file)
    })
    console.log(id)
  }
}

/** At the configured port, or wherever the server that uses the media folder listens. */
async function runningServer({ host, port, media }: Config): Promise<string | undefined> {
  const configured = urlAt('http', host, port)
  if (port !== 0 && (await isWeirAt(configured))) return configured
  const holder = await lockHolder(media)
  return holder?.url !== undefined && (await isWeirAt(holder.url)) ? holder.url : undefined
}

async function runSegment(file: string, out: string): Promise<void> {
  const path = await readablePath(file)
  const tools = await findTools(process.env)
  const stop = new AbortController()
  process.on('SIGINT', () => stop.abort())
  const made = await withBar(path, (onProgress) =>
    makePackage(path, resolve(userFolder, out), {
      tools,
      signal: stop.signal,
      onProgress: ({ ratio }) => onProgress(ratio),
    }),
  ).catch((error: unknown) => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted)
    throw error
  })
  for (const warning of made.warnings) console.error(`warning: ${warning}`)
  console.log(resolve(userFolder, out, 'master.m3u8'))
}

async function runWatch(url: string, flags: WatchFlags): Promise<void> {
  const { json = false, jitterBufferMs, transport, junit, out } = flags
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
  return readReceiverAddress(url) === undefined ? [`<url> must be rtsp://host[:port]/…, got ${shown}`] : []
}

async function runNetworks({ json = false, import: file }: NetworksFlags): Promise<void> {
  if (file !== undefined) {
    const path = await readablePath(file)
    return console.log(importedNetwork(path, await readFile(path, 'utf8')))
  }
  console.log(json ? JSON.stringify(linkPresets, undefined, 2) : networkLines().join('\n'))
}

async function runDoctor(): Promise<void> {
  const { lines, isUsable } = await examineMachine(process.env)
  console.log(lines.join('\n'))
  process.exit(isUsable ? exitCodes.done : exitCodes.somethingMissing) // a loaded addon may keep the process alive
}

async function runValidateKernel({ json = false, ...asked }: KernelFlags): Promise<void> {
  const plan = planOf(asked)
  const stop = new AbortController()
  process.on('SIGINT', () => stop.abort())
  const tell = (text: string): void => {
    if (json) return
    if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE) // of the bar, which comes back below
    console.log(text)
  }
  const validation = await withBar('kernel', (onProgress) =>
    validateKernel(plan, {
      signal: stop.signal,
      onProgress,
      onReady: () => tell(introduction(plan)),
      onCell: (cell) => tell(cellLine(cell)),
    }),
  ).catch((error: unknown) => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted)
    throw error
  })
  console.log(json ? JSON.stringify(validation, undefined, 2) : conclusion(validation))
  process.exitCode = validation.holds ? exitCodes.done : exitCodes.finding
}

/** Where to write; a folder that is not there, or not ours, is told before anything begins. */
async function writableFile(flag: string, file: string | undefined): Promise<{ path?: string; problem?: string }> {
  if (file === undefined) return {}
  const path = resolve(userFolder, file)
  const isWritable = await access(dirname(path), constants.W_OK).then(
    () => true,
    () => false,
  )
  return isWritable ? { path } : { problem: `${flag} must be a file in a folder that can be written, got ${path}` }
}

async function readablePath(file: string): Promise<string> {
  const path = resolve(userFolder, file)
  await access(path).catch(() => {
    throw new ConfigProblems([`<file> must be a file that can be read, got ${path}`])
  })
  return path
}

async function withBar<T>(name: string, work: (onProgress: (ratio: number) => void) => Promise<T>): Promise<T> {
  const bar = new SingleBar({ format: `${name} [{bar}] {percentage} %`, clearOnComplete: true, etaBuffer: 20 })
  bar.start(1, 0) // draws on stderr, and only on a terminal
  try {
    return await work((ratio) => bar.update(ratio))
  } finally {
    bar.stop()
  }
}

/** What went wrong, in words on stderr, and the exit code. Only our own mistakes show where they happened. */
function report(error: unknown): number {
  const { code, address, port } = error as NodeJS.ErrnoException & { readonly address?: string; readonly port?: number }
  if (error instanceof ConfigProblems) return complain(error.problems, exitCodes.badArguments)
  if (error instanceof ToolMissing) return complain([error.message, 'see weir doctor'], exitCodes.somethingMissing)
  if (error instanceof LabMissing) return complain([`missing: ${error.message}`], exitCodes.somethingMissing)
  const isRefusal = error instanceof Refusal || error instanceof SegmenterRefusal || error instanceof MediaInUse
  if (isRefusal) return complain([(error as Error).message], exitCodes.badArguments)
  if (code === 'EADDRINUSE' && port !== undefined) {
    const advice = 'choose another, or 0 for any free one (weir serve --help)'
    return complain([`port ${port} of ${address} is taken by another program: ${advice}`], exitCodes.badArguments)
  }
  if (code === 'EADDRINUSE' || code === 'EACCES' || code === 'ENOENT')
    return complain([(error as Error).message], exitCodes.badArguments)
  console.error(error)
  return exitCodes.finding
}

function complain(lines: readonly string[], exitCode: number): number {
  for (const line of lines) console.error(`weir: ${line}`)
  return exitCode
}

/** Not when a test or the documents' writer imports this file. */
const isProgram = import.meta.url === pathToFileURL(realpathSync(process.argv[1] ?? '.')).href
if (isProgram) {
  createProgram()
    .parseAsync()
    .catch((error: unknown) => process.exit(report(error)))
}
