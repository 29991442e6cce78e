import type { PacketBurst } from './burst-writer.ts'
import type { ConnectedSocket } from './connected-socket.ts'
import type { Departures } from './departures.ts'
import { PacketArena } from './packet-arena.ts'

/** Datagrams of all viewers that leave one right behind the other when the process's turn ends: sent singly, between other
 *  work, each costs the kernel two to three times as much. */
export class UdpOutbox {
  /** Packets that are written here are done with when the turn ends, never before: more may be written there meanwhile. */
  readonly memory = new PacketArena()
  readonly #departures: Departures
  #sockets: ConnectedSocket[] = []
  #packets: Uint8Array[] = []
  #scheduledMs: number[] = []
  #burstSockets: ConnectedSocket[] = []
  #bursts: PacketBurst[] = []
  #isKept = false // by Node, of this turn

  constructor(departures: Departures) {
    this.#departures = departures
  }

  /** False: dropped, for too much waits at the socket. */
  add(socket: ConnectedSocket, packet: Uint8Array, scheduledMs: number): boolean {
    if (socket.isFull) return false
    this.#expectEnd()
    this.#sockets.push(socket)
    this.#packets.push(packet)
    this.#scheduledMs.push(scheduledMs)
    return true
  }

  /** The same for a burst. */
  addBurst(socket: ConnectedSocket, burst: PacketBurst): boolean {
    if (socket.isFull) return false
    this.#expectEnd()
    this.#burstSockets.push(socket)
    this.#bursts.push(burst)
    return true
  }

  #expectEnd(): void {
    if (this.#packets.length + this.#bursts.length === 0) process.nextTick(this.#endTurn)
  }

  readonly #endTurn = (): void => {
    this.flush()
    if (this.#isKept) this.memory.abandon()
    else this.memory.reuse()
    this.#isKept = false
  }

  /** Sends what waits; to be called before one of the sockets is closed. */
  flush(): void {
    this.#flushPackets()
    this.#flushBursts()
  }

  #flushPackets(): void {
    const [sockets, packets, scheduledMs] = [this.#sockets, this.#packets, this.#scheduledMs]
    if (packets.length === 0) return
    this.#sockets = []
    this.#packets = []
    this.#scheduledMs = []
    for (let at = 0; at < sockets.length; at += 1) {
      if (!(sockets[at] as ConnectedSocket).send(packets[at] as Uint8Array)) this.#isKept = true
    }
    const nowMs = performance.now() // after the last: nobody is told earlier than he left
    for (const dueMs of scheduledMs) this.#departures.note(nowMs - dueMs)
  }

  #flushBursts(): void {
    const [sockets, bursts] = [this.#burstSockets, this.#bursts]
    if (bursts.length === 0) return
    this.#burstSockets = []
    this.#bursts = []
    for (let at = 0; at < bursts.length; at += 1) {
      if (!(sockets[at] as ConnectedSocket).sendBurst(bursts[at] as PacketBurst)) this.#isKept = true
    }
    const nowMs = performance.now()
    for (const { scheduledMs } of bursts) this.#departures.noteBurst(nowMs, scheduledMs)
  }
}
