const FIRST_MS = 1000
const MOST_MS = 8000
const MOST_RETRIES = 6

/** How long to wait before a failed request is made again: twice as long each time, as hls.js waits (`errorRetry` of its
 *  `fragLoadPolicy`). Undefined: it has failed too often. `failures` is at least 1. */
export function retryDelayMs(failures: number): number | undefined {
  if (failures > MOST_RETRIES) return undefined
  let delayMs = FIRST_MS
  for (let failure = 1; failure < failures && delayMs < MOST_MS; failure += 1) delayMs *= 2
  return delayMs
}
