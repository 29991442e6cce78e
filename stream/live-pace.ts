/** How fast a live picture is shown so that it comes to where it should be behind the edge: 1, or a little more while it is later than
 *  that. hls.js does so only with more than a second of buffer, which a picture near the edge never has. */
export function livePace(behindSeconds: number, bufferSeconds: number): number {
  const MOST = 1.1 // the pitch of speech is kept, and nobody sees it
  const PER_SECOND = 0.2
  const LEAST_BUFFER_SECONDS = 0.15 // with less it would stall
  if (!(behindSeconds > 0.05) || bufferSeconds < LEAST_BUFFER_SECONDS) return 1
  const steps = 1 + Math.floor(behindSeconds * PER_SECOND * 50) // of two per cent
  return Math.min(MOST, 1 + steps / 50)
}
