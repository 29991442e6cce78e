/** Where decoded sound goes on the clock of the sound card. Times in seconds. */

/** A moment that both clocks know: the sound card's, and the one the pictures follow. */
export type ClockPair = { readonly contextSeconds: number; readonly wallMs: number }

/** The moment of the sound card's clock at which `wallMs` is heard. */
export function contextSecondsAt(wallMs: number, pair: ClockPair): number {
  return pair.contextSeconds + (wallMs - pair.wallMs) / 1000
}

/** Units that follow each other join without a seam; this much may the two clocks drift apart before they are set anew.
 *  Below what an ear or eye notices, above what the clocks' readings scatter. */
const DRIFT_SECONDS = 0.015

/** Places units of sound one after the other. A unit that is missing leaves its time silent: the next keeps its own. */
export class AudioTimeline {
  #anchor: { readonly positionSeconds: number; readonly contextSeconds: number } | undefined
  resyncs = 0

  /** The start on the sound card's clock for the unit at `positionSeconds` of the video that should be heard
   *  at `wantedContextSeconds`. */
  place(positionSeconds: number, wantedContextSeconds: number): number {
    if (this.#anchor !== undefined) {
      const { positionSeconds: from, contextSeconds } = this.#anchor
      const seamless = contextSeconds + (positionSeconds - from)
      if (Math.abs(seamless - wantedContextSeconds) <= DRIFT_SECONDS) return seamless
      this.resyncs += 1
    }
    this.#anchor = { positionSeconds, contextSeconds: wantedContextSeconds }
    return wantedContextSeconds
  }

  /** After a seek or a pause. */
  reset(): void {
    this.#anchor = undefined
  }
}
