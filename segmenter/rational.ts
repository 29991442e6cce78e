/** An exact ratio, as media has them: 30000/1001 frames a second. */
export type Rational = { readonly numerator: number; readonly denominator: number }

/** Reads `30000/1001` or `64:45`; undefined for anything that is not a positive ratio, such as ffprobe's `0/0`. */
export function readRational(text: string | undefined): Rational | undefined {
  const parts = /^(\d+)[/:](\d+)$/.exec(text ?? '')
  const numerator = Number(parts?.[1] ?? 0)
  const denominator = Number(parts?.[2] ?? 0)
  return numerator > 0 && denominator > 0 ? { numerator, denominator } : undefined
}

export function valueOf({ numerator, denominator }: Rational): number {
  return numerator / denominator
}

export function writeRational({ numerator, denominator }: Rational): string {
  return `${numerator}/${denominator}`
}
