export type Progress = { readonly ratio: number; readonly secondsLeft?: number }

const SMOOTHING_MS = 5000

/** Turns "so much media is written" into a ratio and a time left. The speed is an exponential mean over some seconds:
 *  a hard scene makes the estimate wander, not jump. */
export class ProgressEstimate {
  readonly #totalSeconds: number
  #last: { readonly doneSeconds: number; readonly nowMs: number } | undefined
  #mediaPerSecond: number | undefined

  constructor(totalSeconds: number) {
    this.#totalSeconds = totalSeconds
  }

  at(doneSeconds: number, nowMs: number): Progress {
    this.#learn(doneSeconds, nowMs)
    const ratio = Math.min(1, Math.max(0, doneSeconds / this.#totalSeconds))
    const leftSeconds = Math.max(0, this.#totalSeconds - doneSeconds)
    return { ratio, ...(this.#mediaPerSecond ? { secondsLeft: leftSeconds / this.#mediaPerSecond } : {}) }
  }

  #learn(doneSeconds: number, nowMs: number): void {
    const last = this.#last
    this.#last = { doneSeconds, nowMs }
    if (last === undefined || nowMs <= last.nowMs) return
    const passedMs = nowMs - last.nowMs
    const speed = ((doneSeconds - last.doneSeconds) * 1000) / passedMs
    const weight = passedMs / (passedMs + SMOOTHING_MS)
    this.#mediaPerSecond = this.#mediaPerSecond === undefined ? speed : mix(this.#mediaPerSecond, speed, weight)
  }
}

function mix(old: number, fresh: number, weight: number): number {
  return old + weight * (fresh - old)
}
