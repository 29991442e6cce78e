import type { EventOf } from './event-kinds.ts'

/** What repair has done for a viewer. */
export type RepairMeasures = {
  readonly repairedPackets: number // in time
  readonly lateRepairs: number // packets that came back after they had been given up
  readonly sentBytes: number // of retransmissions and parity that came
  readonly meanDelayMs?: number // from the moment at which a packet was missed until it was there again
  readonly longestDelayMs?: number
}

/** The fold over what comes for repair. */
export class RepairFold {
  repairedPackets = 0
  repairedBytes = 0
  lateRepairs = 0
  sentBytes = 0
  #delayed = 0
  #delayMs = 0 // of them all together
  #longestDelayMs = 0

  add({ sizeBytes, repairedPackets, repairedBytes, latePackets = 0, delayMs }: EventOf<'repair-received'>): void {
    this.repairedPackets += repairedPackets
    this.repairedBytes += repairedBytes
    this.lateRepairs += latePackets
    this.sentBytes += sizeBytes
    if (delayMs === undefined) return
    this.#delayed += 1
    this.#delayMs += delayMs
    this.#longestDelayMs = Math.max(this.#longestDelayMs, delayMs)
  }

  measures(): RepairMeasures {
    const { repairedPackets, lateRepairs, sentBytes } = this
    const delays = { meanDelayMs: this.#delayMs / this.#delayed, longestDelayMs: this.#longestDelayMs }
    return { repairedPackets, lateRepairs, sentBytes, ...(this.#delayed === 0 ? {} : delays) }
  }
}
