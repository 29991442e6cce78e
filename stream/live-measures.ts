import { CatchUpFold, isLatencyEvent } from './catch-up.ts'
import type { Heard } from './event-kinds.ts'
import { LatencySplitFold } from './latency-split.ts'

/** What one viewer of something live makes of it: where the time from capture to screen goes, and how it comes back to it. */
export class LiveMeasuresFold {
  readonly #split = new LatencySplitFold()
  readonly #catchUp: CatchUpFold

  constructor(frameIntervalMs: number) {
    this.#catchUp = new CatchUpFold(frameIntervalMs)
  }

  add(event: Heard<typeof isLatencyEvent>): void {
    this.#catchUp.add(event)
    if (event.kind === 'picture-latency') this.#split.add(event)
  }

  measures() {
    const { split } = this.#split
    return {
      captureToPublishMsP50: split?.captureToPublish.p50Ms,
      captureToPublishMsP95: split?.captureToPublish.p95Ms,
      publishToReceivedMsP50: split?.publishToReceived.p50Ms,
      publishToReceivedMsP95: split?.publishToReceived.p95Ms,
      receivedToShownMsP50: split?.receivedToShown.p50Ms,
      receivedToShownMsP95: split?.receivedToShown.p95Ms,
      longestCatchUpMs: this.#longestCatchUpMs(),
    }
  }

  #longestCatchUpMs(): number | undefined {
    const back = this.#catchUp.catchUps.flatMap(({ backAfterMs }) => (backAfterMs === undefined ? [] : [backAfterMs]))
    return back.length === 0 ? undefined : Math.max(...back)
  }
}
