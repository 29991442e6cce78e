import type { Socket } from 'node:dgram'
import type { BurstSocket } from './burst-socket.ts'
import type { PacketBurst } from './burst-writer.ts'
import type { Departures } from './departures.ts'
import { PacketArena } from './packet-arena.ts'

const MAX_QUEUED_BYTES = 1_000_000 // in the process, behind a full socket buffer: half a second of 16 Mbit/s

/** Datagrams of all viewers that leave one right behind the other when the process's turn ends: sent singly, between other
 *  work, each costs the kernel two to three times as much. A socket has to be connected. What the kernel does not take is
 *  kept by Node up to a bound, and dropped above it. */
export class UdpOutbox {
  /** Packets that are written here are done with when the turn ends, never before: more may be written there meanwhile. */
  readonly memory = new PacketArena()
  readonly #departures: Departures
  #sockets: Socket[] = []
  #packets: Uint8Array[] = []
  #scheduledMs: number[] = []
  #burstSockets: BurstSocket[] = []
  #bursts: PacketBurst[] = []
  #isKept = false // by Node, of this turn
  readonly #slow = new Set<Socket>() // of which Node kept packets when they were last sent to

  constructor(departures: Departures) {
    this.#departures = departures
  }

  /** A send that fails is told to the socket's 'error' listener. False: dropped. */
  add(socket: Socket, packet: Uint8Array, scheduledMs: number): boolean {
    if (this.#isFull(socket)) return false
    this.#expectEnd()
    this.#sockets.push(socket)
    this.#packets.push(packet)
    this.#scheduledMs.push(scheduledMs)
    return true
  }

  /** The same for a burst. */
  addBurst(socket: BurstSocket, burst: PacketBurst): boolean {
    if (this.#isFull(socket.socket)) return false
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
      const socket = sockets[at] as Socket
      socket.send(packets[at] as Uint8Array)
      this.#noteKept(socket)
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
      const socket = sockets[at] as BurstSocket
      if (!socket.send(bursts[at] as PacketBurst)) this.#noteKept(socket.socket)
    }
    const nowMs = performance.now()
    for (const { scheduledMs } of bursts) for (const dueMs of scheduledMs) this.#departures.note(nowMs - dueMs)
  }

  /** As a rule the kernel takes a packet at once; one that it has no room for is kept by Node. */
  #noteKept(socket: Socket): void {
    if (socket.getSendQueueSize() > 0) {
      this.#slow.add(socket)
      this.#isKept = true
    } else if (this.#slow.size > 0) this.#slow.delete(socket)
  }

  #isFull(socket: Socket): boolean {
    return this.#slow.size > 0 && this.#slow.has(socket) && socket.getSendQueueSize() > MAX_QUEUED_BYTES
  }
}
