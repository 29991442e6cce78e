const ROUNDING_TICKS = 2 // of ffmpeg, as times of the stream

/** What must be the same in all variants of a package. */
export type VariantShape = {
  readonly name: string
  readonly durationsSeconds: readonly number[] // of its segments
  readonly audioHash?: string // over all access units
  readonly originTicks?: number // of its first picture
}

/** What keeps a viewer from changing variants at any segment without a jump, for a log; undefined when nothing does. */
export function alignmentProblem(variants: readonly VariantShape[]): string | undefined {
  const [best, ...others] = variants
  for (const other of others) {
    if (other.durationsSeconds.join() !== best?.durationsSeconds.join()) {
      return `${other.name} is cut at other times than ${best?.name}`
    }
    if (Math.abs((other.originTicks ?? 0) - (best.originTicks ?? 0)) > ROUNDING_TICKS) {
      return `${other.name} begins at other times than ${best.name}`
    }
    if (other.audioHash !== best.audioHash) return `${other.name} has other sound than ${best.name}`
  }
  return undefined
}
