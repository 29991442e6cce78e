const STEPS_PER_OCTAVE = 64
const STEP_BITS = 6 // 2^6 steps
const OCTAVES = 26 // the first holds 0 to 63 µs, each further one twice the one before
const LONGEST_MICROSECONDS = 0x7fff_ffff // 36 minutes; what is longer counts as this

/** How often delays of each length came, in bounded memory: exact below 64 µs, to a 64th above. */
export class DelayHistogram {
  readonly #counts = new Uint32Array(OCTAVES * STEPS_PER_OCTAVE)
  #count = 0
  #sumMs = 0

  add(delayMs: number): void {
    const bucket = bucketOf(Math.min(Math.floor(delayMs * 1000), LONGEST_MICROSECONDS)) // ms to µs
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count += 1
    this.#sumMs += delayMs
  }

  /** 0 when nothing was added. */
  get meanMs(): number {
    return this.#count === 0 ? 0 : this.#sumMs / this.#count
  }

  /** The delay that `ratio` of all do not exceed, to the bucket; 0 when nothing was added. */
  quantileMs(ratio: number): number {
    let seen = 0
    for (let bucket = 0; bucket < this.#counts.length; bucket += 1) {
      const count = this.#counts[bucket] as number // no iterator: a short run spends as long here as on its packets
      seen += count
      if (count > 0 && seen >= ratio * this.#count) return startOf(bucket) / 1000 // µs to ms
    }
    return 0
  }
}

/** Below 64 each value has a bucket of its own; above, the octave and the six bits after the highest one name it. */
function bucketOf(microseconds: number): number {
  const octave = Math.max(0, 32 - STEP_BITS - Math.clz32(microseconds))
  if (octave === 0) return microseconds
  return octave * STEPS_PER_OCTAVE + (microseconds >>> (octave - 1)) - STEPS_PER_OCTAVE
}

function startOf(bucket: number): number {
  const octave = Math.floor(bucket / STEPS_PER_OCTAVE)
  if (octave === 0) return bucket
  return ((bucket % STEPS_PER_OCTAVE) + STEPS_PER_OCTAVE) << (octave - 1)
}
