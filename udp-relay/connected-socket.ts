import type { Socket } from 'node:dgram'
import type { PacketBurst } from './burst-writer.ts'
import type { Departures } from './departures.ts'
import type { SendBurst } from './segmentation-offload.ts'

/** A connected socket over which bursts leave as one piece, or packet by packet where that is not possible. */
export class BurstSocket {
  readonly socket: Socket
  readonly #sendAsOne: SendBurst
  readonly #departures: Departures
  readonly #onRefused: () => void
  #isPossible = true

  constructor(socket: Socket, sendAsOne: SendBurst, departures: Departures, onRefused: () => void) {
    this.socket = socket
    this.#sendAsOne = sendAsOne
    this.#departures = departures
    this.#onRefused = onRefused
  }

  /** False: Node may still hold some of its packets. */
  send({ bytes, sizeBytes, scheduledMs }: PacketBurst): boolean {
    const packets = scheduledMs.length
    const outcome = packets > 1 && this.#isPossible ? this.#sendAsOne(bytes, sizeBytes) : 'full'
    if (outcome === 'sent') {
      this.#departures.bursts += 1
      this.#departures.burstPackets += packets
      return true
    }
    if (outcome === 'refused') {
      this.#onRefused()
      return true
    }
    if (outcome === 'impossible') this.#isPossible = false // the path's MTU is smaller, or the device cannot
    for (let at = 0; at < bytes.length; at += sizeBytes) this.socket.send(bytes.subarray(at, at + sizeBytes))
    return false
  }
}
