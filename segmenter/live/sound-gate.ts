import type { LivePicture } from './live-cutter.ts'

const MAX_WAITING = 600 // whatever times they claim

/** Lets pictures wait for their sound. Senders put several units of sound into one packet, which comes after the pictures that it
 *  belongs to; a part whose sound ends before its pictures hls.js asks for again and again. */
export class SoundGate {
  readonly #longestTicks: number
  #waiting: LivePicture[] = []
  #soundTicks = -Infinity // presentation time of the newest
  #reorderTicks: number | undefined // from the decode time of the first picture to when it is shown

  /** No picture waits for longer: the sound may have ended. */
  constructor(longestTicks: number) {
    this.#longestTicks = longestTicks
  }

  /** Gives those that go on now, in order. The first one does at once: what sound belongs to the stream is known by it. */
  pushPicture(picture: LivePicture): readonly LivePicture[] {
    if (this.#reorderTicks === undefined) {
      this.#reorderTicks = picture.ptsTicks - picture.dtsTicks
      return [picture]
    }
    this.#waiting.push(picture)
    return this.#release()
  }

  /** The same. */
  pushSound({ ptsTicks }: { readonly ptsTicks: number }): readonly LivePicture[] {
    this.#soundTicks = Math.max(this.#soundTicks, ptsTicks)
    return this.#release()
  }

  /** Nothing more comes. */
  end(): readonly LivePicture[] {
    return this.#waiting.splice(0)
  }

  #release(): LivePicture[] {
    const newestTicks = this.#waiting.at(-1)?.dtsTicks ?? 0
    const heardTicks = this.#soundTicks - (this.#reorderTicks ?? 0)
    const tooMany = this.#waiting.length - MAX_WAITING
    const kept = this.#waiting.findIndex(({ dtsTicks }, index) => {
      return index >= tooMany && dtsTicks > heardTicks && newestTicks - dtsTicks <= this.#longestTicks
    })
    return this.#waiting.splice(0, kept < 0 ? this.#waiting.length : kept)
  }
}
