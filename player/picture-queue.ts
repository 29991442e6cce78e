/** What a decoder gives: a VideoFrame, or in a test anything with a timestamp that is closed once. */
export type Picture = { readonly timestamp: number /* µs */; close(): void }

/** Decoded pictures that wait for their time, in order of presentation. Each is given once or closed. */
export class PictureQueue<P extends Picture> {
  readonly #pictures: P[] = []
  readonly #maxPictures: number
  skippedPictures = 0 // another one was due as well, or there was no room

  constructor(maxPictures: number) {
    this.#maxPictures = maxPictures
  }

  get nextTimestamp(): number | undefined {
    return this.#pictures[0]?.timestamp
  }

  get lastTimestamp(): number | undefined {
    return this.#pictures.at(-1)?.timestamp
  }

  /** Decoders give pictures nearly in order, so the place is searched from the end. */
  push(picture: P): void {
    const before = this.#pictures.findLastIndex(({ timestamp }) => timestamp <= picture.timestamp)
    this.#pictures.splice(before + 1, 0, picture)
    if (this.#pictures.length > this.#maxPictures) this.#skip()
  }

  /** The newest picture that is due; those before it are skipped. The caller closes it. */
  takeDue(nowTimestamp: number): P | undefined {
    while ((this.#pictures[1]?.timestamp ?? Infinity) <= nowTimestamp) this.#skip()
    return (this.nextTimestamp ?? Infinity) <= nowTimestamp ? this.#pictures.shift() : undefined
  }

  clear(): void {
    for (const picture of this.#pictures.splice(0)) picture.close()
  }

  #skip(): void {
    this.#pictures.shift()?.close()
    this.skippedPictures += 1
  }
}
