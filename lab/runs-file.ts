import { open, type FileHandle } from 'node:fs/promises'
import type { LabRun } from '../simulation/lab-results.ts'
import { plannedRunCount } from '../simulation/planned-runs.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { ConfigProblems } from '../server/config.ts'
import { parseJson } from '../server/json-text.ts'

/** What the runs of a file have in common: with the same, they are the same runs. */
export type RunsIdentity = {
  readonly weir: string
  readonly scenario: Scenario
  readonly videoSha256?: string // of a source that is a file
}

const BLOCK_BYTES = 1 << 20
const BEFORE_BYTES = 1 << 17 // of a block: what ended a little earlier than its neighbours
const MAX_LINE_BYTES = 16 << 20
const NEWLINE = 10

/** `runs.jsonl`: what has been run so far, in the order in which it ended, a line each after one that says of what; so that
 *  an interrupted experiment goes on. Only where each run stands is held in memory. */
export class RunsFile {
  readonly #handle: FileHandle
  readonly #starts: Float64Array // by the run's index; 0 is where the head stands
  readonly #lengths: Uint32Array
  #endByte: number
  #count = 0
  #block = Buffer.alloc(0)
  #blockStart = 0

  private constructor(handle: FileHandle, runs: number) {
    this.#handle = handle
    this.#starts = new Float64Array(runs)
    this.#lengths = new Uint32Array(runs)
    this.#endByte = 0
  }

  /** Makes the file or goes on with it; a last line that was cut off is dropped. Throws `ConfigProblems` where it holds
   *  something else, or runs of another scenario, video or version. */
  static async open(path: string, identity: RunsIdentity): Promise<RunsFile> {
    const handle = await open(path, 'a+').then((made) => made.close().then(() => open(path, 'r+')))
    const file = new RunsFile(handle, plannedRunCount(identity.scenario))
    try {
      await file.#read(path, headLine(identity))
    } catch (error) {
      await handle.close()
      throw error
    }
    return file
  }

  /** How many runs there are. */
  get count(): number {
    return this.#count
  }

  has(index: number): boolean {
    return this.#starts[index] !== 0
  }

  /** On the disk as far as the system is concerned when it resolves. Wait for one before the next. */
  async append(run: LabRun): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(run)}\n`)
    await this.#handle.write(line, 0, line.length, this.#endByte)
    this.#note(run.index, line.length - 1)
  }

  /** In the order of the plan. */
  async *inOrder(): AsyncGenerator<LabRun> {
    for (const [index, start] of this.#starts.entries()) {
      if (start !== 0) yield JSON.parse(await this.#textAt(start, this.#lengths[index] as number)) as LabRun
    }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #read(path: string, head: string): Promise<void> {
    const lines = this.#lines(path)
    const first = await lines.next()
    if (first.done === true) {
      await this.#handle.truncate(0)
      await this.#handle.write(`${head}\n`, 0)
      this.#endByte = Buffer.byteLength(head) + 1
      return
    }
    if (first.value !== head) throw new ConfigProblems([otherRuns(path, first.value)])
    this.#endByte = Buffer.byteLength(head) + 1
    let lineNumber = 1
    for await (const line of lines) {
      lineNumber += 1
      const index = (parseJson(line) as { readonly index?: unknown } | undefined)?.index
      if (typeof index !== 'number' || this.#starts[index] !== 0) {
        throw new ConfigProblems([`${path}: line ${lineNumber} is no run of this scenario`])
      }
      this.#note(index, Buffer.byteLength(line))
    }
    await this.#handle.truncate(this.#endByte)
  }

  #note(index: number, lengthBytes: number): void {
    this.#starts[index] = this.#endByte
    this.#lengths[index] = lengthBytes
    this.#endByte += lengthBytes + 1
    this.#count += 1
  }

  /** Whole lines, without their ends. */
  async *#lines(path: string): AsyncGenerator<string> {
    let rest = Buffer.alloc(0)
    for (let atByte = 0; ;) {
      const { bytesRead, buffer } = await this.#handle.read(Buffer.alloc(BLOCK_BYTES), 0, BLOCK_BYTES, atByte)
      if (bytesRead === 0) return
      atByte += bytesRead
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
      let start = 0
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, start)) {
        yield rest.toString('utf8', start, end)
        start = end + 1
      }
      rest = rest.subarray(start)
      if (rest.length > MAX_LINE_BYTES) throw new ConfigProblems([`${path} is no list of runs: its lines are too long`])
    }
  }

  async #textAt(start: number, lengthBytes: number): Promise<string> {
    const isHere = start >= this.#blockStart && start + lengthBytes <= this.#blockStart + this.#block.length
    if (!isHere) {
      this.#blockStart = Math.max(0, start - BEFORE_BYTES)
      const sizeBytes = Math.max(BLOCK_BYTES, start - this.#blockStart + lengthBytes)
      const { bytesRead, buffer } = await this.#handle.read(Buffer.alloc(sizeBytes), 0, sizeBytes, this.#blockStart)
      this.#block = buffer.subarray(0, bytesRead)
    }
    const from = start - this.#blockStart
    return this.#block.toString('utf8', from, from + lengthBytes)
  }
}

function headLine({ weir, scenario, videoSha256 }: RunsIdentity): string {
  return JSON.stringify({ format: 'weir-lab-runs', version: 1, weir, videoSha256, scenario })
}

function otherRuns(path: string, line: string): string {
  const head = parseJson(line) as
    | { readonly format?: unknown; readonly scenario?: { readonly name?: unknown } }
    | undefined
  if (head?.format !== 'weir-lab-runs') return `${path} must be a list of runs, got ${line.slice(0, 60)}`
  return `${path} has runs of another scenario, video or version of Weir (${String(head.scenario?.name)}): choose another folder`
}
