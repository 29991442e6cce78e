import type { DropCause } from '../link/link-packet.ts'
import type { LinkCounters } from '../protocol/weir-api.ts'

/** The ground truth of packets in one direction. */
export class DirectionCounters {
  #acceptedPackets = 0
  readonly #droppedPackets = { loss: 0, queue: 0, blocked: 0 }
  #deliveredPackets = 0
  #deliveredBytes = 0
  #duplicatedPackets = 0
  #queueingDelayMsSum = 0
  #queueingDelayMsMax = 0

  accept(): void {
    this.#acceptedPackets += 1
  }

  drop(cause: DropCause): void {
    this.#droppedPackets[cause] += 1
  }

  deliver(sizeBytes: number, queueingDelayMs: number): void {
    this.#deliveredPackets += 1
    this.#deliveredBytes += sizeBytes
    this.#queueingDelayMsSum += queueingDelayMs
    this.#queueingDelayMsMax = Math.max(this.#queueingDelayMsMax, queueingDelayMs)
  }

  duplicate(): void {
    this.#duplicatedPackets += 1
  }

  read(): LinkCounters {
    return {
      acceptedPackets: this.#acceptedPackets,
      lostPackets: this.#droppedPackets.loss,
      tailDroppedPackets: this.#droppedPackets.queue,
      blockedPackets: this.#droppedPackets.blocked,
      deliveredPackets: this.#deliveredPackets,
      deliveredBytes: this.#deliveredBytes,
      duplicatedPackets: this.#duplicatedPackets,
      queueingDelayMsMean: this.#queueingDelayMsSum / Math.max(1, this.#deliveredPackets),
      queueingDelayMsMax: this.#queueingDelayMsMax,
    }
  }
}
