import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outline } from '../protocol/outline.ts'
import type { LabRun, LabSide } from '../simulation/lab-results.ts'
import type { NamedSide } from '../simulation/experiment.ts'
import type { PlannedRun, ScenarioSource } from '../simulation/scenario.ts'
import type { RunEvent } from '../stream/record.ts'
import { ownProgram, startLiveServer, type LiveServer } from './live-server.ts'
import { openLabChannel, type LabChannel } from './lab-channel.ts'
import { putIntoLibrary, type LabVideo } from './live-library.ts'
import { LiveSide } from './live-side.ts'

/** Runs in real time: a server, links and viewers over real sockets. */
export type LiveLab = {
  /** All sides at the same time, each over a link of its own with the run's profile. Rejects with the signal's reason; nothing of
   *  the run is left then. */
  run(planned: PlannedRun, signal: AbortSignal): Promise<LabRun>
  /** The same, and why its figures do not count, if so, in place of telling it. */
  runWatched(planned: PlannedRun, signal: AbortSignal): Promise<WatchedRun>
  readonly outlines: readonly Outline[] // of the video's variants, the lowest bitrate first
  close(): Promise<void>
}

export type WatchedRun = LabRun & { readonly warnings: readonly string[] }

export type LiveLabOptions = {
  readonly source: ScenarioSource
  readonly durationSeconds: number // of each run, from the wish to play on
  readonly signal: AbortSignal
  readonly tell: (line: string) => void // what is being prepared, what does not count
  readonly program?: readonly string[] // the arguments of Node that run `weir`; absent: as this process was started
  /** Everything that happens to a side, as it happens; atMs on the process's clock or the link's, as its `clock` tells. */
  readonly tellEvent?: (planned: PlannedRun, side: string, event: RunEvent) => void
}

/** Starts a server with the one video of the source. Rejects with BadSource, ToolMissing, SegmenterRefusal, the signal's reason. */
export async function openLiveLab(options: LiveLabOptions): Promise<LiveLab> {
  const mediaFolder = await mkdtemp(join(tmpdir(), 'weir-lab-'))
  const removeFolder = (): Promise<void> => rm(mediaFolder, { recursive: true, force: true, maxRetries: 5 })
  const opened: LiveServer[] = []
  try {
    const { source, signal, tell, program = ownProgram() } = options
    const video = await putIntoLibrary(source, { mediaFolder, signal, tell })
    const server = await startLiveServer({ mediaFolder, program, signal })
    opened.push(server)
    await warmUp({ planned: WARM_UP, video, server, signal }, options)
    return {
      outlines: video.variants.map(({ outline }) => outline),
      runWatched: (planned, runSignal) => runLive({ planned, video, server, signal: runSignal }, options),
      async run(planned, runSignal) {
        const { warnings, ...run } = await runLive({ planned, video, server, signal: runSignal }, options)
        for (const warning of warnings) tell(warning)
        return run
      },
      async close() {
        await server.close()
        await removeFolder()
      },
    }
  } catch (error) {
    await Promise.all(opened.map((server) => server.close()))
    await removeFolder()
    throw error
  }
}

type Live = {
  readonly planned: PlannedRun
  readonly video: LabVideo
  readonly server: LiveServer
  readonly signal: AbortSignal
}

/** What is compiled and opened for the first time costs time that is no side's. */
const WARM_UP: PlannedRun = {
  index: -1,
  network: 'warm-up',
  profile: { seed: 1, downlink: {} },
  sides: [
    { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
  ],
  axes: {},
  seed: 1,
}
const WARM_UP_SECONDS = 1.5

async function warmUp(live: Live, { source, signal, tell }: LiveLabOptions): Promise<void> {
  await runLive(live, { source, signal, tell, durationSeconds: WARM_UP_SECONDS })
}

async function runLive({ planned, video, server, signal }: Live, options: LiveLabOptions): Promise<WatchedRun> {
  signal.throwIfAborted()
  const { sides } = planned
  const isOfChannel = sides.some(({ spec }) => spec.kind === 'll-hls')
  const channel = isOfChannel ? await openLabChannel(server, video.id, signal) : undefined
  try {
    return await watchAll({ planned, video, server, signal, channel }, options)
  } finally {
    await channel?.close().catch(() => undefined) // the server may have gone
  }
}

async function watchAll(
  live: Live & { readonly channel: LabChannel | undefined },
  options: LiveLabOptions,
): Promise<WatchedRun> {
  const { planned, video, server, channel, signal } = live
  const { durationSeconds, tellEvent } = options
  const { index, network, axes, seed, sides, profile } = planned
  const stop = new AbortController() // where a side fails the others end, too
  const open = ({ name, spec }: NamedSide): LiveSide =>
    new LiveSide(name, spec, {
      video,
      channel,
      server,
      profile,
      durationMs: durationSeconds * 1000, // s to ms
      signal: AbortSignal.any([signal, stop.signal]),
      tell: tellEvent && ((event) => tellEvent(planned, name, event)),
    })
  const opened = sides.map(open) // says what cannot be played before anything is begun
  const made = await allOrNone(
    opened.map((side) => side.watch()),
    () => stop.abort(),
  )
  const told = made.map(({ name, side, measures, hasEnded }): LabSide => ({ name, side, measures, hasEnded }))
  const warnings = made.flatMap(({ name, warning }) =>
    warning === undefined ? [] : [`run ${index}, side ${name}: ${warning}`],
  )
  return { index, network, axes, seed, mode: 'live', sides: told, warnings }
}

/** Rejects with the first failure, when all have come to their end. */
async function allOrNone<Value>(running: readonly Promise<Value>[], onFailure: () => void): Promise<Value[]> {
  const failures: unknown[] = []
  const settled = await Promise.all(
    running.map((one) =>
      one.then(
        (value) => [value],
        (error: unknown) => {
          failures.push(error)
          onFailure()
          return []
        },
      ),
    ),
  )
  if (failures.length > 0) throw failures[0]
  return settled.flat()
}
