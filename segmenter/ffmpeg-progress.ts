/** How far ffmpeg has come, out of what it writes to `-progress`: blocks of `key=value` lines, in pieces as they come. */
export class FfmpegProgressReader {
  #unread = ''
  #outSeconds = 0

  /** The media time written so far, when `text` ends a block; undefined when it does not. */
  push(text: string): number | undefined {
    const lines = (this.#unread + text).split('\n')
    this.#unread = lines.pop() ?? ''
    let isBlockEnded = false
    for (const line of lines) {
      const [key, value] = line.split('=')
      if (key === 'out_time_us') this.#outSeconds = Number.parseInt(value ?? '', 10) / 1e6 || this.#outSeconds
      isBlockEnded ||= key === 'progress'
    }
    return isBlockEnded ? this.#outSeconds : undefined
  }
}
