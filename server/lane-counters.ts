import type { PacketFate } from '../link/access-link.ts'
import type { LinkCounters } from '../protocol/weir-api.ts'

/** The ground truth of a lane, counted as its packets' fates are told. */
export class LaneCounters {
  #acceptedPackets = 0
  #lostPackets = 0
  #tailDroppedPackets = 0
  #deliveredPackets = 0
  #deliveredBytes = 0
  #queueingDelayMsSum = 0
  #queueingDelayMsMax = 0
  gatewayDroppedPackets = 0

  add(fate: PacketFate): void {
    switch (fate.kind) {
      case 'accepted':
        this.#acceptedPackets += 1
        return
      case 'tail-dropped':
        this.#tailDroppedPackets += 1
        return
      case 'lost':
        this.#lostPackets += 1
        return
      case 'delivered':
        this.#deliveredPackets += 1
        this.#deliveredBytes += fate.packet.sizeBytes
        this.#queueingDelayMsSum += fate.queueingDelayMs
        this.#queueingDelayMsMax = Math.max(this.#queueingDelayMsMax, fate.queueingDelayMs)
    }
  }

  read(): LinkCounters {
    return {
      acceptedPackets: this.#acceptedPackets,
      lostPackets: this.#lostPackets,
      tailDroppedPackets: this.#tailDroppedPackets,
      deliveredPackets: this.#deliveredPackets,
      deliveredBytes: this.#deliveredBytes,
      gatewayDroppedPackets: this.gatewayDroppedPackets,
      queueingDelayMsMean: this.#queueingDelayMsSum / Math.max(1, this.#deliveredPackets),
      queueingDelayMsMax: this.#queueingDelayMsMax,
    }
  }
}
