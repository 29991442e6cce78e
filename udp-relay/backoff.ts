const FIRST_MS = 500
const LONGEST_MS = 30_000

/** How long to wait before the next attempt after `failures` in a row: doubling from half a second to half a minute, a
 *  random half of it, so that those who lost the same server do not all come back at once. `random` from 0 to 1. */
export function backoffMs(failures: number, random: number): number {
  const wholeMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1))
  return (wholeMs * (1 + random)) / 2
}
