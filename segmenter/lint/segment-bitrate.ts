/** A segment as far as bandwidth is concerned. */
export type SizedSegment = { readonly durationSeconds: number; readonly sizeBytes: number | undefined }

const MAX_RUN = 1000 // segments: durations of 0 would make it any number

/** The largest bit rate of any run of neighbouring segments that lasts from 0.5 to 1.5 target durations, RFC 8216 section
 *  4.1; undefined where no run of known sizes does. */
export function peakBitsPerSecond(segments: readonly SizedSegment[], targetSeconds: number): number | undefined {
  let peak: number | undefined
  for (let first = 0; first < segments.length; first += 1) {
    let seconds = 0
    let bytes = 0
    for (let last = first; last < Math.min(segments.length, first + MAX_RUN); last += 1) {
      const { durationSeconds, sizeBytes } = segments[last] as SizedSegment
      if (sizeBytes === undefined || !(durationSeconds >= 0)) break
      seconds += durationSeconds
      bytes += sizeBytes
      if (seconds > 1.5 * targetSeconds) break
      if (seconds >= 0.5 * targetSeconds && seconds > 0) peak = Math.max(peak ?? 0, (bytes * 8) / seconds)
    }
  }
  return peak
}

/** Over all segments; undefined while not all sizes are known. */
export function averageBitsPerSecond(segments: readonly SizedSegment[]): number | undefined {
  let seconds = 0
  let bytes = 0
  for (const { durationSeconds, sizeBytes } of segments) {
    if (sizeBytes === undefined || !(durationSeconds >= 0)) return undefined
    seconds += durationSeconds
    bytes += sizeBytes
  }
  return seconds > 0 ? (bytes * 8) / seconds : undefined
}
