/** When the pictures of a source are shown, on the source's own clock. */
export type SourceSpan = { readonly pictures: number; readonly startSeconds: number; readonly endSeconds: number }

/** Folds ffprobe's lines `pts_time,dts_time,duration_time,flags`, one a packet, in pieces as they come. What a
 *  container claims of its duration may be missing or wrong, a recording of a browser's for one; packets do not lie. */
export class SourceSpanReader {
  readonly #reorderedFrames: number
  readonly #mayJump: boolean
  #shiftSeconds = 0 // of all that follows the last jump
  #dueSeconds: number | undefined // when the next picture is to be decoded
  #unread = ''
  #pictures = 0
  #startSeconds = Infinity
  #endSeconds = -Infinity

  /** AVI tells decode times alone: its first picture is shown when the decoder has what it reorders. The clock of a
   *  transport stream may jump, as where two recordings were joined: ffmpeg lets the second follow the first. */
  constructor(reorderedFrames: number, { mayJump = false }: { readonly mayJump?: boolean } = {}) {
    this.#reorderedFrames = reorderedFrames
    this.#mayJump = mayJump
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
    if (this.#mayJump) this.#followJump(Number.parseFloat(dts), lastsSeconds)
    const shownSeconds = atSeconds + this.#shiftSeconds
    this.#pictures += 1
    this.#startSeconds = Math.min(this.#startSeconds, shownSeconds)
    this.#endSeconds = Math.max(this.#endSeconds, shownSeconds + lastsSeconds)
  }

  #followJump(decodeSeconds: number, lastsSeconds: number): void {
    if (Number.isNaN(decodeSeconds)) return
    const early = (this.#dueSeconds ?? decodeSeconds) - (decodeSeconds + this.#shiftSeconds)
    if (early > LARGEST_STEP_BACK_SECONDS + lastsSeconds || early < -LARGEST_GAP_SECONDS) this.#shiftSeconds += early
    this.#dueSeconds = decodeSeconds + this.#shiftSeconds + lastsSeconds
  }
}

// Beyond these ffmpeg takes decode times for those of another clock (dts_delta_threshold, and a tenth of a second back).
const LARGEST_GAP_SECONDS = 10
const LARGEST_STEP_BACK_SECONDS = 0.1
