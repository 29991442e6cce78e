#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander'
import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { runAdd } from './commands/add.ts'
import { amounts } from './commands/amounts.ts'
import { runDoctor } from './commands/doctor.ts'
import { exitCodes } from './commands/exit-codes.ts'
import { reportFailure } from './commands/failure.ts'
import { runLabPlan } from './commands/lab-plan.ts'
import { runLabRun } from './commands/lab-run.ts'
import { runLabSweep } from './commands/lab-sweep.ts'
import { runLint } from './commands/lint.ts'
import { runNetworks } from './commands/networks.ts'
import { runRelayPull } from './commands/relay-pull.ts'
import { runSegment } from './commands/segment.ts'
import { runServe } from './commands/serve.ts'
import { runValidateKernel } from './commands/validate-kernel.ts'
import { runValidateLive } from './commands/validate-live.ts'
import { measureNames, runWatch } from './commands/watch.ts'
import { LONGEST_SECONDS } from './lab/scenario-schema.ts'
import { sweepSides, type SweepSide } from './lab/sweep-flags.ts'
import { segmentKinds } from './segmenter/segment-kind.ts'
import { abrRules } from './stream/abr.ts'
import { version } from './server/project-folder.ts'

/** The commands and their options. */
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
    .addOption(noCopy())
    .option('--keep-original', KEEP_ORIGINAL)
    .addOption(segmentsOption())
    .option('--single-files', SINGLE_FILES)
    .option('--webrtc', WEBRTC)
    .action(runSegment)

  program
    .command('lint')
    .description('check an HLS package or a running origin against the specification, one line a finding')
    .argument('<target>', "a folder with a playlist, a playlist, or its http[s]:// address; anyone's")
    .option('--json', 'one JSON object in place of lines')
    .option('--junit <file>', 'a JUnit report: a failed case for each finding that counts')
    .option('--strict', 'warnings count as errors do')
    .option(
      '--max-segments <number>',
      'of each playlist, from its beginning and end (default: of a folder all, else 20)',
      wholeNumber(0, 1_000_000),
    )
    .option(
      '--reloads <number>',
      'of each playlist that grows, to see what changes (default: of a folder none, else 2)',
      wholeNumber(0, 1000),
    )
    .action(runLint)

  program
    .command('watch')
    .description(
      'watch an HLS or RTSP address without a screen, and say how it was: startup, stalls, loss, damage, jitter',
    )
    .argument(
      '<url>',
      "http[s]://… of an HLS playlist, anyone's; or rtsp[s]://[user:password@]host[:port]/…; with ?repair=rtx Weir sends again what is lost, with ?repair=fec parity",
    )
    .option('--for <duration>', 'such as 30s, 500ms or 2m (default: to the end)', duration)
    .addOption(abrOption())
    .option('--variant <name>', 'of HLS: this one all the time, such as 720p')
    .option(
      '--network <name>',
      'of a Weir: through a link of this preset (weir networks), or of a file with a profile; the link goes at the end',
    )
    .option('--origin <url>', "of --network with rtsp: where the Weir's API is (default: http://<host>:8080)")
    .addOption(transportOption('it'))
    .option(
      '--else <url>',
      'of rtsp: an HLS playlist to go on with where RTP comes by neither way; with --network of the same Weir',
    )
    .option('--insecure', 'of an https or rtsps address: take any certificate, such as a self-signed one')
    .option(
      '--jitter-buffer-ms <number>',
      'of rtsp: how long a frame waits for what is late',
      wholeNumber(0, 10_000),
      200,
    )
    .option(
      '--budget <limit>',
      'what must hold, such as lostPackets<1, else the exit code is 1; may be given again',
      collect,
      [],
    )
    .option('--json', 'one JSON object at the end')
    .option('--junit <file>', 'a JUnit report of the budgets')
    .option('--out <file>', 'of rtsp: what arrived, as a transport stream')
    .addHelpText('after', `\nMeasures of HLS: ${measureNames.hls.join(', ')}.`)
    .addHelpText('after', `\nMeasures of RTSP: ${measureNames.rtsp.join(', ')}.`)
    .action(runWatch)

  const relay = program.command('relay').description('pass on what others send')
  withRelayOptions(relay.command('pull'))
    .description("serve another server's live stream from here, and ask for it again whenever it ends")
    .argument('<url>', 'rtsp[s]://[user:password@]host[:port]/…, with H.264 and, if there is sound, AAC')
    .option('--name <text>', 'served as rtsp://…/live/<name> (default: what stands last in the path)')
    .addOption(transportOption('the source'))
    .option('--insecure', 'of an rtsps source: take any certificate, such as a self-signed one')
    .action(runRelayPull)

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
  lab
    .command('run')
    .description('the experiment of a scenario file: results, verdict on its budgets, report')
    .argument('<scenario>', 'a YAML file (docs/scenarios.md); examples are in lab/scenarios')
    .option('--out <folder>', 'where to write (default: weir-lab/ and the name, with a number if there is one)')
    .addOption(new Option('--mode <name>', "in place of the file's").choices(['virtual', 'live']))
    .option('--seeds <list>', "in place of the file's, such as 1,2,5-9", seedList)
    .option('--jobs <number>', 'virtual runs at once (default: one for each processor)', wholeNumber(1, 256))
    .option('--record', 'everything that happened in the first run of each network, too')
    .option(
      '--check-live <number>',
      'of the virtual runs so many are made over live sockets, too, and the report tells how they differ',
      wholeNumber(1, 100),
    )
    .option('--overwrite', 'results that stand in --out give way')
    .option('--json', 'one JSON object at the end')
    .action(runLabRun)
  lab
    .command('sweep')
    .description('HLS and UDP over a grid of networks, in virtual time, on every processor')
    .argument('[scenario]', 'a YAML file (docs/scenarios.md) in place of the flags that make a grid')
    .option('--rate <list>', 'of the downlink, such as 1M,2M,800k', amounts({ '': 1, k: 1e3, M: 1e6 }))
    .option('--loss <list>', 'of the downlink, such as 0,0.5%,2% or 0,0.005,0.02', amounts({ '': 1, '%': 0.01 }))
    .option('--delay <list>', 'one way, in ms, such as 10,50', amounts({ '': 1 }))
    .option('--burst <list>', 'how long bad moments last on average, in ms (default: 50)', amounts({ '': 1 }))
    .option('--jitter-buffer <list>', 'of UDP, in ms (default: 200)', amounts({ '': 1 }))
    .option('--segment <list>', 'how long the segments of HLS are, in s (default: 4)', amounts({ '': 1 }))
    .option('--preset <list>', 'networks by their names (weir networks) in place of one plain line', names)
    .option('--side <list>', `ways to watch (default: hls,udp): ${sweepSides.join(', ')}`, sides)
    .option(
      '--bitrate <list>',
      'of the modelled video, one for each variant (default: 5M)',
      amounts({ '': 1, k: 1e3, M: 1e6 }),
    )
    .option('--for <seconds>', 'how long each run is watched (default: 60)', wholeNumber(1, LONGEST_SECONDS))
    .option('--seeds <number>', 'how often each cell is run, by seeds 1, 2, … (default: 5)', wholeNumber(1, 100_000))
    .option('--out <folder>', 'where to write (default: weir-lab/ and the name, with a number if there is one)')
    .option('--jobs <number>', 'runs at once (default: one for each processor)', wholeNumber(1, 256))
    .option('--overwrite', 'results that stand in --out give way')
    .option('--json', 'one JSON object at the end')
    .action(runLabSweep)
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
  validate
    .command('live')
    .description('virtual time against real sockets in real time: the same video, networks and seeds both ways')
    .option('--quick', 'three networks, about a minute')
    .option('--runs <number>', 'of each network, each with a seed of its own', wholeNumber(1, 100), 1)
    .option('--seconds <number>', 'of video', wholeNumber(4, 600), 20)
    .option('--parallel <number>', 'runs at once', wholeNumber(1, 8), 3)
    .option('--video <file>', 'this one, as long as it is (default: the sample clip)')
    .option('--browser', 'hls.js in Chromium, too')
    .option('--json', 'one JSON object, once all is done')
    .action(runValidateLive)
  withPlanOptions(lab.command('plan'))
    .description('what so many viewers need, by HLS, a CDN, UDP and multicast: from the measured cost of each')
    .action(runLabPlan)
  return program
}

/** Numbers may end in k, M, G, T; they are read, and refused, all together. */
function withPlanOptions(command: Command): Command {
  return command
    .option('--viewers <numbers>', 'one or several, such as 100,10k,1M', '100,10k,1M')
    .option('--bitrate <number>', 'bits a second of the video with its sound, such as 5M')
    .option('--package <folder>', 'in place of --bitrate: the folder of a variant, whose outline says its rate')
    .option('--segment-seconds <number>', 'of HLS', '4')
    .option('--streams <number>', 'different ones that are watched at once: multicast sends each once', '1')
    .option('--hours <number>', 'that are paid for', '1')
    .option('--cdn-hit-ratio <number>', 'of requests and bytes, what the CDN answers by itself', '0.95')
    .option('--cores <number>', 'of a server', '8')
    .option('--memory <bytes>', 'of a server', '16G')
    .option('--nic <number>', 'bits a second of a NIC, one a server', '10G')
    .option('--open-files <number>', 'that a server may have', '100k')
    .option('--fill <ratio>', 'how full a server may be', '0.7')
    .option('--core-price <number>', 'of a core for an hour, in any one currency')
    .option('--egress-price <number>', 'of a gigabyte that our servers send')
    .option('--cdn-price <number>', 'of a gigabyte that the CDN sends')
    .option('--costs <file>', 'what --write-costs wrote (default: figures measured before this version)')
    .option('--measure', 'measure the costs here and now, with real viewers on loopback: two to three minutes (Linux)')
    .option('--measure-viewers <number>', 'of --measure, at most at once', wholeNumber(10, 1000), 250)
    .option('--write-costs <file>', 'where --measure keeps them')
    .option('--json', 'one JSON object, with the assumptions')
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

function noCopy(): Option {
  const text = "encode the top variant, too, where a source's own H.264 would do as it is"
  return new Option('--no-copy', text).default(undefined)
}

function names(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim())
}

function sides(text: string): readonly SweepSide[] {
  const asked = names(text)
  const known = asked.filter((name): name is SweepSide => sweepSides.some((side) => side === name))
  if (known.length === asked.length && new Set(known).size === known.length) return known
  throw new InvalidArgumentError(`It must be some of ${sweepSides.join(', ')}.`)
}

/** `1,2,5-9`. */
function seedList(text: string): readonly number[] {
  const seeds = text.split(',').flatMap((part) => {
    const [, from = '', to = from] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part) ?? []
    const count = from === '' ? NaN : Number(to) - Number(from) + 1
    if (!(count >= 1 && count <= MOST_SEEDS && Number(to) <= HIGHEST_SEED)) return [NaN]
    return Array.from({ length: count }, (_, index) => Number(from) + index)
  })
  if (seeds.length <= MOST_SEEDS && seeds.every(Number.isFinite)) return seeds
  throw new InvalidArgumentError(`It must be whole numbers, such as 1,2,5-9, at most ${MOST_SEEDS}.`)
}
const MOST_SEEDS = 100_000
const HIGHEST_SEED = 0xffff_ffff

/** In ms. */
function duration(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text)
  const ms = Number(parts?.[1]) * ({ ms: 1, s: 1000, m: 60_000 }[parts?.[2] ?? ''] ?? NaN)
  if (ms > 0 && ms <= MAX_DURATION_MS) return ms
  throw new InvalidArgumentError('It must be a number with its unit, such as 30s, 500ms or 2m, up to 24 days.')
}
const MAX_DURATION_MS = 2 ** 31 - 1 // of a timer

const KEEP_ORIGINAL = "keep a source's own HEVC, or AV1 over fmp4, as one more variant, where its keyframes suffice"

const WEBRTC = 'variants without B-frames, and the sound as Opus, too: what browsers take as WebRTC media (WHEP)'
const SINGLE_FILES = 'all segments of a variant in one file, too, listed as its byte ranges by master-single.m3u8'

function abrOption(): Option {
  const text = 'of HLS: how the variant is chosen; fixed: always the best (default: hls.js)'
  return new Option('--abr <rule>', text).choices(abrRules)
}

function transportOption(whose: string): Option {
  const text = `how ${whose} comes: udp, or tcp in the RTSP connection (default: udp, then tcp where nothing comes; of rtsps: tcp)`
  return new Option('--transport <name>', text).choices(['udp', 'tcp'])
}

function segmentsOption(): Option {
  const text = 'ts: MPEG transport streams; fmp4: fragmented MP4 beside them, with master-fmp4.m3u8 (default: ts)'
  return new Option('--segments <kind>', text).choices(segmentKinds)
}

/** Each is a key of the configuration file, too. */
function withServerOptions(command: Command): Command {
  return withRelayOptions(command)
    .option('--port <number>', 'of pages, API and HLS; 0 takes any free one (default: 8080)')
    .option('--media <folder>', 'the library (default: ./media)')
    .option('--public-url <url>', 'the address by which people reach this server')
    .option('--token <text>', 'what writing needs (made at start when others can reach the server)')
    .addOption(noCopy())
    .option('--keep-original', KEEP_ORIGINAL)
    .addOption(segmentsOption())
    .option('--single-files', SINGLE_FILES)
    .option('--webrtc', WEBRTC)
    .addOption(new Option('--no-sample', 'do not add the sample clip to a new library').default(undefined))
}

/** Those of them that RTSP needs. */
function withRelayOptions(command: Command): Command {
  return command
    .option('--host <address>', 'where to listen; 0.0.0.0 lets other machines in (default: 127.0.0.1)')
    .option('--rtsp-port <number>', 'of RTSP; 0 takes any free one (default: 8554)')
    .option('--rtsps-port <number>', 'of RTSP over TLS, by custom 322 (default: none)')
    .option('--tls-certificate <file>', 'what RTSPS shows, with its chain, as PEM')
    .option('--tls-key <file>', 'the private key of that, as PEM')
    .option('--rtp-port <number>', 'of RTP, even; RTCP takes the next (default: 8000)')
    .option('--config <file>', 'the configuration file (default: ./weir.yaml, if there is one)')
}

/** Not when a test or the documents' writer imports this file. */
const isProgram = import.meta.url === pathToFileURL(realpathSync(process.argv[1] ?? '.')).href
if (isProgram) {
  createProgram()
    .parseAsync()
    .catch((error: unknown) => process.exit(reportFailure(error)))
}
