/** When the pictures of a source are shown, on the source's own clock. */
export type SourceSpan = { readonly pictures: number; readonly startSeconds: number; readonly endSeconds: number }

/** Folds ffprobe's lines `pts_time,dts_time,duration_time,flags`, one a packet, in pieces as they come. What a
 *  container claims of its duration may be missing or wrong, a recording of a browser's for one; packets do not lie. */
export class SourceSpanReader {
  readonly #reorderedFrames: number
  #unread = ''
  #pictures = 0
  #startSeconds = Infinity
  #endSeconds = -Infinity

  /** AVI tells decode times alone: its first picture is shown when the decoder has what it reorders. */
  constructor(reorderedFrames: number) {
    this.#reorderedFrames = reorderedFrames
  }

  push(text: string): void {
    const lines = (this.#unread + text).split('\n')
    this.#unread = lines.pop() ?? ''
    for (const line of lines) this.#take(line)
  }

  /** undefined when there was no picture with a time. */
  end(): SourceSpan | undefined {
    this.#take(this.#unread)
    if (this.#pictures === 0) return undefined
    return { pictures: this.#pictures, startSeconds: this.#startSeconds, endSeconds: this.#endSeconds }
  }

  #take(line: string): void {
    const [pts = '', dts = '', duration = '', flags = ''] = line.split(',')
    const lastsSeconds = Number.parseFloat(duration) || 0
    const atSeconds =
      pts === 'N/A' ? Number.parseFloat(dts) + this.#reorderedFrames * lastsSeconds : Number.parseFloat(pts)
    if (Number.isNaN(atSeconds) || flags.includes('D')) return // D: before an edit list's start, decoded but not shown
    this.#pictures += 1
    this.#startSeconds = Math.min(this.#startSeconds, atSeconds)
    this.#endSeconds = Math.max(this.#endSeconds, atSeconds + lastsSeconds)
  }
}
