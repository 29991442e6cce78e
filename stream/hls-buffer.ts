/** What hls.js keeps ahead by its defaults, in seconds: as much as 60 MB (`maxBufferSize`) hold of the variant, yet at
 *  least 30 s (`maxBufferLength`) and at most 600 s (`maxMaxBufferLength`); `getMaxBufferLength` in its source. */
export function hlsJsBufferSeconds(bandwidthBitsPerSecond: number): number {
  const seconds = (8 * 60_000_000) / bandwidthBitsPerSecond // 8 bit a byte
  return Math.min(Math.max(seconds, 30), 600)
}
