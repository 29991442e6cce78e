/** What counts for a segment's bit rate, RFC 8216 section 4.1: its file's bytes over its EXTINF duration. */
export type SizedSegment = { readonly sizeBytes: number; readonly durationSeconds: number }

const BITS_PER_BYTE = 8

/** BANDWIDTH in bits per second: the highest rate of any contiguous run that lasts 0.5 to 1.5 target durations, RFC
 *  8216 section 4.3.4.2, so that a last segment of a moment does not count alone. All of a playlist shorter than that
 *  counts as one run. Throws RangeError for no media at all. */
export function peakBandwidth(segments: readonly SizedSegment[], targetDurationSeconds: number): number {
  const shortest = 0.5 * targetDurationSeconds
  const longest = 1.5 * targetDurationSeconds
  let peak = 0
  for (let first = 0; first < segments.length; first++) {
    let runBytes = 0
    let runSeconds = 0
    for (let last = first; last < segments.length; last++) {
      const { sizeBytes, durationSeconds } = segments[last] as SizedSegment
      runBytes += sizeBytes
      runSeconds += durationSeconds
      if (runSeconds > longest) break
      if (runSeconds >= shortest) peak = Math.max(peak, (runBytes * BITS_PER_BYTE) / runSeconds)
    }
  }
  return peak > 0 ? Math.ceil(peak) : averageBandwidth(segments)
}

/** AVERAGE-BANDWIDTH in bits per second: all bytes over all time. Throws RangeError for no media at all. */
export function averageBandwidth(segments: readonly SizedSegment[]): number {
  const totalBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0)
  const totalSeconds = segments.reduce((sum, segment) => sum + segment.durationSeconds, 0)
  if (!(totalSeconds > 0)) throw new RangeError(`no bandwidth of ${segments.length} segments of ${totalSeconds} s`)
  return Math.ceil((totalBytes * BITS_PER_BYTE) / totalSeconds)
}
