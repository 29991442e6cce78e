import { MSS_BYTES } from './tcp-packet.ts'

const SLOW_RATE_BYTES_PER_MS = 150 // bbr_min_tso_rate, 1.2 Mbit/s: below it segments leave one by one
const MOST_SEGMENTS = 127

/** How many segments a paced sender hands over at once at this rate: about a millisecond's worth. Linux:
 *  bbr_tso_segs_goal. */
export function burstSegments(bytesPerMs: number): number {
  const least = bytesPerMs < SLOW_RATE_BYTES_PER_MS ? 1 : 2
  const segments = Math.floor((bytesPerMs * 1000) / 1024 / MSS_BYTES)
  return Math.min(Math.max(segments, least), MOST_SEGMENTS)
}
