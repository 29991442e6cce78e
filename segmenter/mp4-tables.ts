import { bodyAt, viewOf } from './mp4-boxes.ts'

/** A value for each sample, told as runs of equal ones. */
export type ValueRuns = { readonly samples: Uint32Array; readonly values: Int32Array } // of each run

const MAX_SAMPLES = 2_000_000 // 8 hours have 1.7 million at 60 frames a second

/** The values of runs one by one. */
export class ValueCursor {
  readonly #runs: ValueRuns
  #run = -1
  #left = 0

  constructor(runs: ValueRuns) {
    this.#runs = runs
  }

  /** Of the next sample: not to be asked for more than there are. */
  next(): number {
    while (this.#left === 0) this.#left = this.#runs.samples[(this.#run += 1)] as number
    this.#left -= 1
    return this.#runs.values[this.#run] as number
  }
}

/** stts and ctts, ISO/IEC 14496-12 section 8.6.1; signed, as version 1 of ctts has it and QuickTime in version 0.
 *  Undefined when they tell of more or fewer samples. Throws RangeError for a table that ends too early, as all do here. */
export function readValueRuns(box: Uint8Array | undefined, samples: number): ValueRuns | undefined {
  if (box === undefined) return undefined
  const view = viewOf(box)
  const runs = view.getUint32(4)
  if (8 + 8 * runs > box.length) return undefined
  const told = { samples: new Uint32Array(runs), values: new Int32Array(runs) }
  let left = samples
  for (let run = 0; run < runs; run++) {
    told.samples[run] = view.getUint32(8 + 8 * run)
    told.values[run] = view.getInt32(12 + 8 * run)
    left -= told.samples[run] as number
  }
  return left === 0 ? told : undefined
}

/** stsz, section 8.7.3: the size of each sample. */
export function readSizes(stsz: Uint8Array | undefined): Uint32Array | undefined {
  if (stsz === undefined) return undefined
  const view = viewOf(stsz)
  const uniformBytes = view.getUint32(4)
  const samples = view.getUint32(8)
  if (samples === 0 || samples > MAX_SAMPLES) return undefined
  if (uniformBytes > 0) return new Uint32Array(samples).fill(uniformBytes)
  const sizes = new Uint32Array(samples)
  for (let sample = 0; sample < samples; sample++) sizes[sample] = view.getUint32(12 + 4 * sample)
  return sizes
}

/** stss, section 8.6.2: 1 for a sync sample; all are where it is missing. */
export function readSyncSamples(stss: Uint8Array | undefined, samples: number): Uint8Array | undefined {
  if (stss === undefined) return new Uint8Array(samples).fill(1)
  const view = viewOf(stss)
  const count = view.getUint32(4)
  const isKeyframe = new Uint8Array(samples)
  for (let entry = 0; entry < count; entry++) {
    const number = view.getUint32(8 + 4 * entry)
    if (number < 1 || number > samples) return undefined
    isKeyframe[number - 1] = 1
  }
  return isKeyframe
}

type Places = { readonly endBytes: number; readonly keyframeOffsetsBytes: Float64Array }

/** stsc and stco or co64, sections 8.7.4 and 8.7.5: where the sync samples lie, and where all end. */
export function readPlaces(table: Uint8Array, sizesBytes: Uint32Array, isKeyframe: Uint8Array): Places | undefined {
  const runs = bodyAt(table, 'stsc')
  const chunks = readChunkOffsets(table)
  if (runs === undefined || chunks === undefined) return undefined
  const view = viewOf(runs)
  const runCount = view.getUint32(4)
  const places = new PlaceFold(sizesBytes, isKeyframe)
  for (let run = 0; run < runCount; run++) {
    const firstChunk = view.getUint32(8 + 12 * run) - 1
    const samplesPerChunk = view.getUint32(12 + 12 * run)
    const endChunk = run + 1 < runCount ? view.getUint32(8 + 12 * (run + 1)) - 1 : chunks.length
    if (endChunk < firstChunk || samplesPerChunk === 0) return undefined // each step forward places a sample
    for (let chunk = firstChunk; chunk < endChunk && !places.isWhole; chunk++) {
      places.addChunk(chunks[chunk] ?? NaN, samplesPerChunk)
    }
  }
  return places.isWhole && !Number.isNaN(places.endBytes) ? places : undefined
}

/** Goes from sample to sample through the chunks. */
class PlaceFold implements Places {
  readonly #sizesBytes: Uint32Array
  readonly #isKeyframe: Uint8Array
  readonly keyframeOffsetsBytes: Float64Array
  endBytes = 0
  #sample = 0
  #keyframe = 0

  constructor(sizesBytes: Uint32Array, isKeyframe: Uint8Array) {
    this.#sizesBytes = sizesBytes
    this.#isKeyframe = isKeyframe
    this.keyframeOffsetsBytes = new Float64Array(isKeyframe.reduce((sum, isMarked) => sum + isMarked, 0))
  }

  get isWhole(): boolean {
    return this.#sample === this.#sizesBytes.length
  }

  addChunk(offsetBytes: number, samples: number): void {
    let at = offsetBytes
    for (let place = 0; place < samples && !this.isWhole; place++) {
      if (this.#isKeyframe[this.#sample] === 1) this.keyframeOffsetsBytes[this.#keyframe++] = at
      at += this.#sizesBytes[this.#sample] as number
      this.#sample += 1
    }
    this.endBytes = Math.max(this.endBytes, at) // NaN stays NaN
  }
}

function readChunkOffsets(table: Uint8Array): Float64Array | undefined {
  const short = bodyAt(table, 'stco')
  const box = short ?? bodyAt(table, 'co64')
  if (box === undefined) return undefined
  const view = viewOf(box)
  const chunks = view.getUint32(4)
  if (chunks > MAX_SAMPLES) return undefined
  const offsets = new Float64Array(chunks)
  for (let chunk = 0; chunk < chunks; chunk++) {
    offsets[chunk] = short ? view.getUint32(8 + 4 * chunk) : Number(view.getBigUint64(8 + 8 * chunk))
  }
  return offsets
}
