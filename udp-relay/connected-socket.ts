import type { Socket } from 'node:dgram'
import type { PacketBurst } from './burst-writer.ts'
import type { Departures } from './departures.ts'
import { plainSend, type SendPacket } from './direct-send.ts'
import type { SendBurst } from './segmentation-offload.ts'

const MAX_QUEUED_BYTES = 1_000_000 // in the process, behind a full socket buffer: half a second of 16 Mbit/s

export type ConnectedSocketOptions = {
  readonly departures: Departures
  /** Absent: as node:dgram does it. */
  readonly sendPacket?: SendPacket | undefined
  /** Absent: bursts leave packet by packet. */
  readonly sendAsOne?: SendBurst | undefined
  /** Nobody listens at the other end. */
  readonly onRefused: () => void
}

/** A connected socket, over which packets leave one by one, or bursts of them as one piece where that is possible. What the
 *  kernel has no room for Node keeps, up to a bound, and what comes then waits behind it. */
export class ConnectedSocket {
  readonly #socket: Socket
  readonly #sendPacket: SendPacket
  readonly #sendPlainly: SendPacket
  readonly #departures: Departures
  readonly #onRefused: () => void
  #sendAsOne: SendBurst | undefined
  #isSlow = false // Node kept something when it was last looked

  constructor(socket: Socket, { departures, onRefused, sendPacket, sendAsOne }: ConnectedSocketOptions) {
    this.#socket = socket
    this.#sendPlainly = plainSend(socket)
    this.#sendPacket = sendPacket ?? this.#sendPlainly
    this.#sendAsOne = sendAsOne
    this.#departures = departures
    this.#onRefused = onRefused
  }

  /** What comes now has to be dropped. */
  get isFull(): boolean {
    return this.#isSlow && this.#keptBytes() > MAX_QUEUED_BYTES
  }

  /** False: Node holds it. */
  send(packet: Uint8Array): boolean {
    const outcome = this.#mayOvertake() ? this.#sendPlainly(packet) : this.#sendPacket(packet)
    if (outcome === 'sent') return true
    if (outcome === 'refused') this.#onRefused()
    if (outcome !== 'kept') return true
    this.#isSlow = true
    return false
  }

  /** False: Node holds some of its packets. */
  sendBurst(burst: PacketBurst): boolean {
    const sendAsOne = this.#sendAsOne
    const packets = burst.scheduledMs.length
    if (sendAsOne === undefined || packets === 1) return this.#sendSingly(burst)
    if (this.#mayOvertake()) return this.#sendSingly(burst)
    switch (sendAsOne(burst)) {
      case 'sent':
        this.#departures.bursts += 1
        this.#departures.burstPackets += packets
        return true
      case 'refused':
        this.#onRefused()
        return true
      case 'full':
        return this.#sendSingly(burst)
      case 'failed':
        this.#sendAsOne = undefined // the path's MTU is smaller, or the device cannot
        return this.#sendSingly(burst)
    }
  }

  #sendSingly({ packets }: PacketBurst): boolean {
    let isGone = true
    for (let at = 0; at < packets.length; at += 1) if (!this.send(packets[at] as Uint8Array)) isGone = false
    return isGone
  }

  /** What Node holds back would come after what it does not send itself. */
  #mayOvertake(): boolean {
    return this.#isSlow && this.#keptBytes() > 0
  }

  #keptBytes(): number {
    const keptBytes = this.#socket.getSendQueueSize()
    if (keptBytes === 0) this.#isSlow = false
    return keptBytes
  }
}
