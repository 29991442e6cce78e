/** What ffmpeg says of H.264 pictures that it cannot decode whole: it hides the damage in what it encodes, and a copy would
 *  show it. Undefined for a text without such a line. */
export function decodeComplaint(stderr: string): string | undefined {
  return /^\[h264 @ \w+\] \[error\] (.+)$/m.exec(stderr)?.[1]
}
