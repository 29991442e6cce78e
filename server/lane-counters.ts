import type { Direction, LinkObserver } from '../link/access-link.ts'
import type { DropCause, LinkPacket } from '../link/link-packet.ts'
import type { LaneSummary, LinkCounters } from '../protocol/weir-api.ts'

/** The ground truth of one direction of a lane. */
class DirectionCounters {
  acceptedPackets = 0
  readonly droppedPackets = { loss: 0, queue: 0, blocked: 0 }
  #deliveredPackets = 0
  #deliveredBytes = 0
  #queueingDelayMsSum = 0
  #queueingDelayMsMax = 0

  deliver(sizeBytes: number, queueingDelayMs: number): void {
    this.#deliveredPackets += 1
    this.#deliveredBytes += sizeBytes
    this.#queueingDelayMsSum += queueingDelayMs
    this.#queueingDelayMsMax = Math.max(this.#queueingDelayMsMax, queueingDelayMs)
  }

  read(): LinkCounters {
    return {
      acceptedPackets: this.acceptedPackets,
      lostPackets: this.droppedPackets.loss,
      tailDroppedPackets: this.droppedPackets.queue,
      blockedPackets: this.droppedPackets.blocked,
      deliveredPackets: this.#deliveredPackets,
      deliveredBytes: this.#deliveredBytes,
      queueingDelayMsMean: this.#queueingDelayMsSum / Math.max(1, this.#deliveredPackets),
      queueingDelayMsMax: this.#queueingDelayMsMax,
    }
  }
}

/** The ground truth of a lane, counted as its packets' fates are told. */
export class LaneCounters implements LinkObserver {
  readonly #directions = { down: new DirectionCounters(), up: new DirectionCounters() }
  gatewayDroppedPackets = 0

  accepted(direction: Direction): void {
    this.#directions[direction].acceptedPackets += 1
  }

  dropped(direction: Direction, _packet: LinkPacket, _atMs: number, cause: DropCause): void {
    this.#directions[direction].droppedPackets[cause] += 1
  }

  delivered(direction: Direction, { sizeBytes }: LinkPacket, _atMs: number, queueingDelayMs: number): void {
    this.#directions[direction].deliver(sizeBytes, queueingDelayMs)
  }

  read(): LaneSummary {
    const { down, up } = this.#directions
    return { downlink: down.read(), uplink: up.read(), gatewayDroppedPackets: this.gatewayDroppedPackets }
  }
}
