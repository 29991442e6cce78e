import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Outline, OutlineSegment } from '../protocol/outline.ts'
import { OUTLINE_SO_FAR } from '../segmenter/variant-writer.ts'

export type GrowingOutlineOptions = {
  /** Where the package may lie, the likeliest first: while it is published, it moves from the one to the other. */
  readonly folders: readonly string[]
  readonly variant: string
  readonly nowMs: () => number
  /** The whole outline, once the variant is made. Rejects before. */
  readonly readWhole: (variantFolder: string) => Promise<Outline>
}

const REFRESH_MS = 200
const MISSES_OF_THE_GONE = 10 // in a row: no longer between two renames, the job has failed

/** The outline of a variant that is being made, out of the rows that the segmenter leaves as it goes. It is read again when
 *  somebody asks for it, not more often than each 0.2 s. */
export class GrowingOutline {
  readonly #options: GrowingOutlineOptions
  #outline: Outline
  #readBytes = 0
  #refreshedMs: number
  #isRefreshing = false
  #misses = 0

  private constructor(options: GrowingOutlineOptions, head: Outline, readBytes: number) {
    this.#options = options
    this.#outline = head
    this.#readBytes = readBytes
    this.#refreshedMs = options.nowMs()
  }

  /** Resolves undefined while there is no segment yet. */
  static async open(options: GrowingOutlineOptions): Promise<GrowingOutline | undefined> {
    for (const folder of options.folders) {
      const opened = await GrowingOutline.#openIn(join(folder, options.variant), options)
      if (opened !== undefined) return opened
    }
    return undefined
  }

  static async #openIn(variantFolder: string, options: GrowingOutlineOptions): Promise<GrowingOutline | undefined> {
    const rows = await readRows(variantFolder, 0)
    if (rows === undefined) {
      const whole = await options.readWhole(variantFolder).catch(() => undefined) // made, and not yet published
      return whole && new GrowingOutline(options, whole, 0)
    }
    const [head, ...segments] = rows.values
    if (head === undefined || segments.length === 0) return undefined
    const outline = { ...(head as Omit<Outline, 'segments' | 'ended'>), segments, ended: false }
    return new GrowingOutline(options, outline as Outline, rows.bytes)
  }

  /** As it is known now. */
  current(): Outline {
    const isOld = this.#options.nowMs() - this.#refreshedMs >= REFRESH_MS
    if (isOld && !this.#isRefreshing && !this.#outline.ended) void this.#refresh()
    return this.#outline
  }

  async #refresh(): Promise<void> {
    this.#isRefreshing = true
    this.#outline = await this.#next().catch(() => this.#outline) // a row that cannot be read: nobody waits for this
    this.#refreshedMs = this.#options.nowMs()
    this.#isRefreshing = false
  }

  /** Of a job that failed, or was ended with its video, nothing is left: the video ends where it was. */
  async #next(): Promise<Outline> {
    const { folders, variant, readWhole } = this.#options
    for (const folder of folders.map((place) => join(place, variant))) {
      const rows = await readRows(folder, this.#readBytes)
      const next = rows === undefined ? await readWhole(folder).catch(() => undefined) : this.#grownBy(rows)
      if (next === undefined) continue
      this.#misses = 0
      return next
    }
    this.#misses += 1
    return this.#misses < MISSES_OF_THE_GONE ? this.#outline : { ...this.#outline, ended: true }
  }

  #grownBy({ values, bytes }: Rows): Outline {
    this.#readBytes += bytes
    if (values.length === 0) return this.#outline
    return { ...this.#outline, segments: [...this.#outline.segments, ...(values as OutlineSegment[])] }
  }
}

type Rows = { readonly values: readonly unknown[]; readonly bytes: number }

/** Whole lines from `fromByte` on; undefined without the file. */
async function readRows(variantFolder: string, fromByte: number): Promise<Rows | undefined> {
  const file = await open(join(variantFolder, OUTLINE_SO_FAR)).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const { size } = await file.stat()
    const added = Buffer.alloc(Math.max(size - fromByte, 0))
    await file.read(added, 0, added.length, fromByte)
    const bytes = added.lastIndexOf(0x0a) + 1 // LF; the last line may be half written
    const lines = added.toString('utf8', 0, bytes).split('\n').filter(Boolean)
    return { values: lines.map((line) => JSON.parse(line) as unknown), bytes }
  } finally {
    await file.close()
  }
}
