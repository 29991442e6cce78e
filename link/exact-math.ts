/** Logarithm, exponential and cube root from + − × ÷ and floor alone, which IEEE 754 fixes to the last bit. Engines round
 *  `Math.log`, `exp` and `cbrt` as they like; a run must repeat on any machine. */

// ln 2 in two parts: the first has 32 bits, so that its product with any exponent is exact.
const LN_2_HIGH = 0.6931471803691238
const LN_2_LOW = 1.9082149292705877e-10
const SQRT_HALF = 0.7071067811865476
const SMALLEST_NORMAL = 2.2250738585072014e-308

/** Natural logarithm, within 2 units in the last place. -Infinity of 0, NaN below. */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN
  if (x === Infinity) return Infinity
  let exponent = exponentOf(x)
  let mantissa = scaled(x, -exponent) // from 1 to 2
  if (mantissa > 2 * SQRT_HALF) {
    mantissa /= 2
    exponent += 1
  }
  // ln m = 2 artanh s = 2 (s + s^3 / 3 + s^5 / 5 + …) with s = (m - 1) / (m + 1), at most 0.172; 11 terms reach 2^-58.
  const difference = mantissa - 1
  const s = difference / (mantissa + 1)
  const square = s * s
  let sum = 0
  for (let odd = 23; odd >= 3; odd -= 2) sum = (sum + 1 / odd) * square
  // 2 s = d - s d: the first term is exact, and only the small rest is rounded.
  return exponent * LN_2_HIGH + (difference - (s * (difference - 2 * sum) - exponent * LN_2_LOW))
}

/** e to the power of x, within 2 units in the last place while the result is a normal number; 0 below -745, Infinity
 *  above 709.78. */
export function exp(x: number): number {
  if (!(x > -746)) return x < 0 ? 0 : NaN
  if (x > 710) return Infinity
  const exponent = Math.floor(x / (LN_2_HIGH + LN_2_LOW) + 0.5)
  const high = x - exponent * LN_2_HIGH
  const low = exponent * LN_2_LOW
  const rest = high - low // at most ln 2 / 2
  // 1 + r (1 + r / 2 (1 + r / 3 (…))): 14 terms reach 2^-58.
  let sum = 0
  for (let term = 14; term >= 2; term -= 1) sum = (rest / term) * (1 + sum)
  return scaled(1 + (high - (low - rest * sum)), exponent)
}

/** Cube root, within 1 unit in the last place. */
export function cbrt(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x
  if (x < 0) return -cbrt(-x)
  const third = Math.floor(exponentOf(x) / 3)
  const mantissa = scaled(x, -3 * third) // from 1 to 8
  let root = 0.75 + mantissa / 6 // at most a tenth off
  // Newton's step on r^3 = m squares the error: 0.1, 1e-2, 1e-4, 1e-8, 1e-16.
  for (let step = 0; step < 5; step += 1) root -= (root - mantissa / (root * root)) / 3
  return scaled(root, third)
}

/** The e of x = m 2^e with m from 1 to 2; x is above 0 and finite. */
function exponentOf(x: number): number {
  if (x < SMALLEST_NORMAL) return exponentOf(x * powerOfTwo(54)) - 54
  let exponent = 0
  for (let step = 512; step >= 1; step /= 2) {
    if (x >= powerOfTwo(step)) {
      x = x / powerOfTwo(step)
      exponent += step
    }
    if (x < powerOfTwo(1 - step)) {
      x = x * powerOfTwo(step)
      exponent -= step
    }
  }
  return exponent
}

/** x 2^e: powers of two round nothing, but for a result below the normal numbers. */
function scaled(x: number, exponent: number): number {
  const half = Math.floor(exponent / 2) // 2^1074 is no number, its root is
  return x * powerOfTwo(half) * powerOfTwo(exponent - half)
}

function powerOfTwo(exponent: number): number {
  let power = 1
  let base = exponent < 0 ? 0.5 : 2
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= base
    base *= base
  }
  return power
}
