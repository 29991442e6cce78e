import type { Writable } from 'node:stream'
import { encodeFrameCode } from '../protocol/frame-code.ts'

/** A frame code holds 24 bits: of the stamp, the milliseconds of the last four and a half hours. */
export const STAMP_WRAP_MS = 2 ** 24

/** The number that is burnt into a picture captured at this moment. */
export function captureStamp(unixMs: number): number {
  return Math.floor(unixMs) % STAMP_WRAP_MS
}

export type CaptureClockOptions = {
  readonly framesPerSecond: number
  readonly out: Writable // the encoder's codes
  readonly maxPending: number // pictures that the encoder has been given and has not shown
}

/** Gives an encoder one code a frame, at the pace of the clock: the moment at which a picture is captured. Where the encoder does not
 *  follow, pictures are left out rather than made late. */
export class CaptureClock {
  readonly #options: CaptureClockOptions
  readonly #beganMs = performance.now()
  readonly #captures: number[] = [] // civil times of pictures on their way
  #timer: NodeJS.Timeout | undefined
  #tick = 0
  leftOut = 0

  constructor(options: CaptureClockOptions) {
    this.#options = options
    options.out.on('error', () => this.stop()) // the encoder has ended, which its own end tells
    this.#next()
  }

  /** When the picture that comes out now was captured. */
  takeCapture(): number | undefined {
    return this.#captures.shift()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #next(): void {
    const dueMs = this.#beganMs + (this.#tick * 1000) / this.#options.framesPerSecond // s to ms
    this.#timer = setTimeout(() => {
      this.#capture()
      this.#tick += 1
      this.#next()
    }, dueMs - performance.now())
  }

  #capture(): void {
    if (this.#captures.length >= this.#options.maxPending) {
      this.leftOut += 1
      return
    }
    const unixMs = Date.now()
    this.#captures.push(unixMs)
    this.#options.out.write(encodeFrameCode(captureStamp(unixMs)).map((bit) => bit * 255))
  }
}
