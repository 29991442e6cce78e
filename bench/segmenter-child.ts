import { mkdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { runChild } from '../segmenter/child-run.ts'
import { SEGMENT_LIST } from '../segmenter/encode.ts'
import { finishedSegments } from '../segmenter/finished-segments.ts'
import { makePackage, type PackageWishes } from '../segmenter/package.ts'
import { findTools } from '../segmenter/tools.ts'

/** What this process does, once: a package, or the bare command line that makes the same files. */
export type SegmenterJob =
  | {
      readonly kind: 'weir'
      readonly source: string
      readonly out: string
      readonly wishes: PackageWishes
      readonly withMemory?: boolean // garbage is collected again and again, for what is left; costs CPU
    }
  | {
      readonly kind: 'bare'
      readonly args: readonly string[]
      readonly out: string
      readonly encoded: readonly string[] // variants
      readonly copied?: string
    }

export type SegmenterFigures = {
  readonly cpuSeconds: number // of all processes but, of the bare command, this one
  readonly firstSegmentsSeconds: number // until every variant has one
  readonly peakBytes: number // the most that this process held, garbage included
  readonly neededBytes: number // the most that was left of its objects and buffers by a collection; NaN if not asked for
}

const TICKS_PER_SECOND = 100 // of /proc

/** Of children that have ended and, where asked for, of this process. */
function cpuSeconds(withOwn: boolean): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ').map(Number) ?? []
  const [own = 0, ownSystem = 0, children = 0, childrenSystem = 0] = fields.slice(11, 15)
  return (children + childrenSystem + (withOwn ? own + ownSystem : 0)) / TICKS_PER_SECOND
}

const COLLECT_MS = 100

/** Gives what tells the most that was left by a collection so far. Needs --expose-gc. */
function watchNeeded(): () => number {
  let neededBytes = 0
  const look = (): void => {
    const { gc } = globalThis as { gc?: () => void }
    gc?.()
    gc?.() // waits for the sweep of the first, which lets go of buffers beside the program
    const { heapUsed, external } = process.memoryUsage() // external: buffers, too
    neededBytes = Math.max(neededBytes, heapUsed + external)
  }
  const looking = setInterval(look, COLLECT_MS)
  return () => {
    clearInterval(looking)
    return neededBytes
  }
}

async function runWeir({
  source,
  out,
  wishes,
  withMemory = false,
}: SegmenterJob & { kind: 'weir' }): Promise<SegmenterFigures> {
  const tools = await findTools(process.env)
  const before = cpuSeconds(true)
  const startMs = performance.now()
  let firstSegmentsSeconds = NaN
  const needed = withMemory ? watchNeeded() : () => NaN
  await makePackage(source, out, {
    tools,
    ...wishes,
    onPlayable: () => (firstSegmentsSeconds = (performance.now() - startMs) / 1000),
  })
  const peakBytes = process.resourceUsage().maxRSS * 1024 // KiB
  return { cpuSeconds: cpuSeconds(true) - before, firstSegmentsSeconds, peakBytes, neededBytes: needed() }
}

async function runBare({ args, out, encoded, copied }: SegmenterJob & { kind: 'bare' }): Promise<SegmenterFigures> {
  const { ffmpeg } = await findTools(process.env)
  for (const name of copied === undefined ? encoded : [...encoded, copied])
    mkdirSync(join(out, name), { recursive: true })
  const before = cpuSeconds(false)
  const startMs = performance.now()
  let firstSegmentsSeconds = NaN
  let isCopiedThere = copied === undefined
  const look = (): void => {
    const isThere = isCopiedThere && encoded.every((name) => listed(join(out, name)) > 0)
    if (isThere && Number.isNaN(firstSegmentsSeconds)) firstSegmentsSeconds = (performance.now() - startMs) / 1000
  }
  const watchers = encoded.map((name) => watch(join(out, name), look))
  const onStdout = (text: string): void => {
    isCopiedThere ||= text.includes('.ts')
    look()
  }
  await runChild(ffmpeg.path, args, { cwd: out, onStdout, onSideChannel: () => {} })
  for (const watcher of watchers) watcher.close()
  look()
  return { cpuSeconds: cpuSeconds(false) - before, firstSegmentsSeconds, peakBytes: NaN, neededBytes: NaN }
}

function listed(folder: string): number {
  try {
    return finishedSegments(readFileSync(join(folder, SEGMENT_LIST), 'utf8'))
  } catch {
    return 0
  }
}

process.once('message', (job: SegmenterJob) => {
  const running = job.kind === 'weir' ? runWeir(job) : runBare(job)
  running.then(
    (figures) => process.send?.(figures, () => process.disconnect()),
    (error: unknown) => {
      console.error(error)
      process.exitCode = 1
      process.disconnect()
    },
  )
})
