import type { FrameKind } from '../protocol/outline.ts'

/** A frame that the sender is known to send; `timestampTicks` is its RTP timestamp. */
export type ExpectedFrame = { readonly timestampTicks: number; readonly kind: FrameKind }

/** The frames to come in decode order, as the outline tells them: with it, what was lost whole is known by name. */
export class ExpectedFrames {
  readonly #frames: ExpectedFrame[] = []
  readonly #indexOf = new Map<number, number>() // by timestamp
  #next = 0

  /** Appends what the outline has grown by. */
  add(frames: readonly ExpectedFrame[]): void {
    for (const frame of frames) {
      this.#indexOf.set(frame.timestampTicks, this.#frames.length)
      this.#frames.push(frame)
    }
  }

  /** Steps to the frame of this timestamp; gives it and those passed over. Undefined when it is not known, or passed. */
  stepTo(
    timestampTicks: number,
  ): { readonly frame: ExpectedFrame; readonly passed: readonly ExpectedFrame[] } | undefined {
    const index = this.#indexOf.get(timestampTicks)
    if (index === undefined || index < this.#next) return undefined
    const passed = this.#frames.slice(this.#next, index)
    this.#next = index + 1
    return { frame: this.#frames[index] as ExpectedFrame, passed }
  }

  /** Steps over all that is left; gives it. */
  stepToEnd(): readonly ExpectedFrame[] {
    const passed = this.#frames.slice(this.#next)
    this.#next = this.#frames.length
    return passed
  }
}
