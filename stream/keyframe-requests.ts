export type KeyframeRequestOptions = {
  readonly intervalMs: number // the longest from one keyframe to the next
  readonly pauseMs: number // the shortest from one request to the next
}

/** When to ask a sender for a keyframe: browsers send one only on request. Asks where the last one is too long ago, and at once where a
 *  picture was lost, until one comes. */
export class KeyframeRequests {
  readonly #options: KeyframeRequestOptions
  #dueMs: number // the next one is wanted
  #askedMs = -Infinity
  requests = 0

  constructor(options: KeyframeRequestOptions, nowMs: number) {
    this.#options = options
    this.#dueMs = nowMs + options.pauseMs // the first picture is one by itself
  }

  noteKeyframe(nowMs: number): void {
    this.#dueMs = nowMs + this.#options.intervalMs
  }

  /** What comes from now on refers to what is not there. */
  noteLoss(nowMs: number): void {
    this.#dueMs = Math.min(this.#dueMs, nowMs)
  }

  /** Whether to ask now; it counts as asked. */
  takeDue(nowMs: number): boolean {
    if (nowMs < this.#dueMs || nowMs < this.#askedMs + this.#options.pauseMs) return false
    this.#askedMs = nowMs
    this.requests += 1
    return true
  }
}
