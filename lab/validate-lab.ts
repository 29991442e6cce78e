import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { projectFolder } from '../server/project-folder.ts'
import { lostPackets } from './validate-losses.ts'
import type { BulkCell } from './validate-model.ts'

/** What this machine lacks for a lab of real kernel TCP. */
export class LabMissing extends Error {
  override readonly name = 'LabMissing'
}

/** One transfer over kernel TCP: `goodputKbps` as `modelGoodputKbps` counts it. */
export type KernelRun = {
  readonly goodputKbps: number
  readonly handshakesMs: readonly number[] // connect() of each flow: the round trip without load
  readonly congestionControl: string // of the server's sockets, as the kernel names it
  readonly segmentBytes: number
  readonly retransmitted: number
  readonly relay: {
    readonly tailDropped: number
    readonly queued: number
    readonly lost: number
    readonly overlooked: number
  }
  readonly latenessMs: { readonly p50: number; readonly p99: number; readonly most: number }
}

type Greeting = { readonly missing: string } | Facts
type Facts = { readonly congestionControls: readonly string[]; readonly kernel: string }

const QUEUE_MS = 200
const LONGEST_START_SECONDS = 15 // as in lab/kernel/endpoints.py
const LEAST_MEAN_PACKET_BYTES = 1000 // nearly all are full

/** Two kernel endpoints and the emulated line between them, in namespaces of their own (`lab/kernel/line.py`). One run at
 *  a time. Nothing of it outlives `close`, nor this process. */
export class KernelLab {
  readonly facts: Facts
  readonly #child: ChildProcessWithoutNullStreams
  readonly #answers: AsyncIterator<string>
  readonly #said: () => string

  private constructor(
    facts: Facts,
    child: ChildProcessWithoutNullStreams,
    answers: AsyncIterator<string>,
    said: () => string,
  ) {
    this.facts = facts
    this.#child = child
    this.#answers = answers
    this.#said = said
  }

  /** Rejects with LabMissing where this machine has no such lab. */
  static async open(env: NodeJS.ProcessEnv = process.env): Promise<KernelLab> {
    if (process.platform !== 'linux') throw new LabMissing(`a Linux kernel; this is ${process.platform}`)
    // -B: no cache files beside the sources. Detached: an interrupt of the terminal is ours alone to deal with.
    const child = spawn('python3', ['-B', join(projectFolder, 'lab/kernel/line.py')], { env, detached: true })
    const failure = once(child, 'error').then(([error]) => error as NodeJS.ErrnoException)
    const errors: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
    child.stdin.on('error', () => undefined) // its end is told by its answers
    const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
    const said = (): string => errors.join('').trim()

    const first = await Promise.race([answers.next(), failure])
    if (first instanceof Error) throw new LabMissing(`the program python3 (${first.code ?? first.message})`)
    if (first.done === true) throw new LabMissing(`a lab of namespaces: python3 ended at once and said: ${said()}`)
    const greeting = JSON.parse(first.value) as Greeting
    if ('missing' in greeting) throw new LabMissing(greeting.missing)
    return new KernelLab(greeting, child, answers, said)
  }

  /** The packets that are lost are those that the link's model loses under this seed. */
  async run(cell: BulkCell, { seed, seconds }: { seed: number; seconds: number }): Promise<KernelRun> {
    const mostPackets = Math.ceil(
      ((cell.rateBitsPerSecond / 8) * (seconds + LONGEST_START_SECONDS)) / LEAST_MEAN_PACKET_BYTES,
    )
    const order = { ...cell, queueMs: QUEUE_MS, seconds, lostPackets: lostPackets(cell, seed, mostPackets) }
    this.#child.stdin.write(`${JSON.stringify(order)}\n`)
    const answer = await this.#answers.next()
    if (answer.done === true) throw new Error(`the lab ended in a run and said: ${this.#said()}`)
    return JSON.parse(answer.value) as KernelRun
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL') // the kernel ends all that is in its namespaces
    await once(this.#child, 'exit')
  }
}
