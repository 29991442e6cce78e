import { frameCodeGrid, readFrameCode } from '../protocol/frame-code.ts'

const TRIED_PICTURES = 60 // the first two seconds show whether this video has codes
const LEAST_APART_SECONDS = 0.025 // so each picture of up to 30 a second, of 60 every other one

/** Reads the frame numbers that a video shows, where it shows any: the picture's top rows are copied, and no more. One
 *  picture at a time; what comes meanwhile is left out. */
export class FrameCodeReader {
  readonly #onNumber: (frameNumber: number, atMs: number) => void
  #bytes = new Uint8Array(0)
  #triesLeft = TRIED_PICTURES
  #isReading = false
  #lastSeconds = -Infinity

  constructor(onNumber: (frameNumber: number, atMs: number) => void) {
    this.#onNumber = onNumber
  }

  /** Whether the picture of this place in the video would be read. */
  wants(seconds: number): boolean {
    return this.#triesLeft > 0 && !this.#isReading && Math.abs(seconds - this.#lastSeconds) >= LEAST_APART_SECONDS
  }

  /** Takes the picture over, and closes it. */
  async read(picture: VideoFrame, seconds: number, atMs: number): Promise<void> {
    this.#isReading = true
    this.#lastSeconds = seconds
    const frameNumber = await this.#numberIn(picture).catch(() => undefined) // a format that cannot be copied
    picture.close()
    this.#isReading = false
    if (frameNumber === undefined) {
      this.#triesLeft -= 1
      return
    }
    this.#triesLeft = Infinity // damaged codes that follow do not end it
    this.#onNumber(frameNumber, atMs)
  }

  async #numberIn(picture: VideoFrame): Promise<number | undefined> {
    const { format, visibleRect } = picture
    if (visibleRect === null || (format !== 'I420' && format !== 'NV12')) return undefined // brightness is a plane of its own
    const { x, y, width, height } = visibleRect
    const rows = 2 * Math.ceil((height * frameCodeGrid.pictureHeightShare) / 2) // chroma has half of them
    const rect = { x, y, width: width - (width % 2), height: rows }
    const sizeBytes = picture.allocationSize({ rect })
    if (this.#bytes.length < sizeBytes) this.#bytes = new Uint8Array(sizeBytes)
    const [luma] = await picture.copyTo(this.#bytes, { rect })
    if (luma?.stride !== width) return undefined
    return readFrameCode({ widthPixels: width, heightPixels: height, luma: this.#bytes.subarray(luma.offset) })
  }
}
