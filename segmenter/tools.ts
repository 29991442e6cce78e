import { stat } from 'node:fs/promises'
import { ChildFailed, runChild, stepBack } from './child-run.ts'
import { candidatesFor, type Candidate, type Environment, type ToolName } from './tool-candidates.ts'

/** A program that was run and found able. */
export type Tool = {
  readonly path: string
  readonly origin: string // FFMPEG_PATH, PATH or the npm package
  readonly version: string
}

export type Ffmpeg = Tool & {
  readonly canDrawText: boolean
  readonly canToneMap: boolean // HDR to SDR
  readonly deinterlacer?: 'bwdif' | 'yadif' // the better one of those it has
}
export type Tools = { readonly ffmpeg: Ffmpeg; readonly ffprobe: Tool }

/** Why a candidate was not taken. */
export type Rejection = { readonly path: string; readonly origin: string; readonly reason: string }
export type Search<Found> = { readonly found?: Found; readonly rejected: readonly Rejection[] }

/** No candidate works, or the one that a person named does not. */
export class ToolMissing extends Error {
  readonly tool: ToolName

  constructor(tool: ToolName, rejected: readonly Rejection[]) {
    const tried = rejected.map(({ path, origin, reason }) => `${path} (${origin}): ${reason}`)
    super(`no usable ${tool}; tried ${tried.join('; ') || 'nothing, none is here'}`)
    this.name = 'ToolMissing'
    this.tool = tool
  }
}

/** The ffmpeg and ffprobe to work with. Rejects with ToolMissing. */
export async function findTools(env: Environment): Promise<Tools> {
  const [ffmpeg, ffprobe] = await Promise.all([searchFfmpeg(env), searchFfprobe(env)])
  if (ffmpeg.found === undefined) throw new ToolMissing('ffmpeg', ffmpeg.rejected)
  if (ffprobe.found === undefined) throw new ToolMissing('ffprobe', ffprobe.rejected)
  return { ffmpeg: ffmpeg.found, ffprobe: ffprobe.found }
}

export async function searchFfmpeg(env: Environment): Promise<Search<Ffmpeg>> {
  return search('ffmpeg', env, probeFfmpeg)
}

export async function searchFfprobe(env: Environment): Promise<Search<Tool>> {
  return search('ffprobe', env, probeFfprobe)
}

type Probe<Found> = (candidate: Candidate) => Promise<Found>

async function search<Found>(tool: ToolName, env: Environment, probe: Probe<Found>): Promise<Search<Found>> {
  const rejected: Rejection[] = []
  for (const candidate of candidatesFor(tool, env)) {
    try {
      return { found: await once(candidate, probe), rejected }
    } catch (error) {
      rejected.push({ path: candidate.path, origin: candidate.origin, reason: reasonOf(error) })
    }
  }
  return { rejected }
}

function reasonOf(error: unknown): string {
  const lastWords = error instanceof ChildFailed ? error.stderrTail.trim().split('\n').at(-1) : undefined
  return lastWords || (error instanceof Error ? error.message : String(error))
}

const probed = new Map<string, Promise<unknown>>()

/** A file is probed once for as long as it stays the same. */
async function once<Found>(candidate: Candidate, probe: Probe<Found>): Promise<Found> {
  const { mtimeMs } = await stat(candidate.path)
  const key = `${candidate.path} ${mtimeMs} ${candidate.origin}`
  const known = probed.get(key) as Promise<Found> | undefined
  const probing = known ?? probe(candidate)
  probed.set(key, probing)
  return probing
}

async function probeFfmpeg({ path, origin }: Candidate): Promise<Ffmpeg> {
  const ask = (question: string): Promise<string> => runInBackground(path, ['-hide_banner', question])
  const [version, encoders, muxers, filters] = await Promise.all([
    runInBackground(path, ['-version']),
    ask('-encoders'),
    ask('-muxers'),
    ask('-filters'),
  ])
  const lists: readonly (readonly [string, string, readonly string[]])[] = [
    ['encoder', encoders, ['libx264', 'aac', 'mjpeg']],
    ['muxer', muxers, ['hls', 'mpegts', 'tee', 'segment', 'mp4']],
    ['filter', filters, ['fps', 'scale', 'split', 'aresample', 'apad', 'atrim']],
  ]
  for (const [kind, list, names] of lists) {
    const missing = names.find((name) => !isListed(list, name))
    if (missing !== undefined) throw new Error(`it has no ${kind} ${missing}`)
  }
  await runInBackground(path, SMOKE_ENCODE)
  const has = (filter: string): boolean => isListed(filters, filter)
  const deinterlacer = (['bwdif', 'yadif'] as const).find(has)
  return {
    path,
    origin,
    version: versionIn(version, 'ffmpeg'),
    canDrawText: has('drawtext'),
    canToneMap: has('zscale') && has('tonemap'),
    ...(deinterlacer && { deinterlacer }),
  }
}

// What is listed may still crash: a static build on another C library, an encoder without its CPU.
const SMOKE_ENCODE = [
  ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
  ...['-f', 'lavfi', '-i', 'testsrc=s=64x64:r=10:d=0.3', '-f', 'lavfi', '-i', 'sine=d=0.3'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-f', 'mpegts', 'pipe:1'],
]

async function probeFfprobe({ path, origin }: Candidate): Promise<Tool> {
  return { path, origin, version: versionIn(await runInBackground(path, ['-version']), 'ffprobe') }
}

/** A server that has just started is probing while its first viewers come: they come first. */
function runInBackground(path: string, args: readonly string[]): Promise<string> {
  return runChild(path, args, { onProcess: stepBack })
}

/** In every list that ffmpeg prints, a line is flags, then the name. */
function isListed(list: string, name: string): boolean {
  return list.split('\n').some((line) => line.trim().split(/\s+/)[1] === name)
}

function versionIn(text: string, tool: ToolName): string {
  const version = /^(\w+) version (\S+)/.exec(text)
  if (version?.[1] !== tool || version[2] === undefined) throw new Error(`it does not say that it is ${tool}`)
  return version[2]
}
