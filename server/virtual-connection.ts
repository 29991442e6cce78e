import type { ServerResponse } from 'node:http'
import type { LinkProfile } from '../link/profile.ts'
import { TcpConnection, type TcpEnds, type TcpOptions } from '../link/tcp/connection.ts'
import { HeldResponse } from './held-response.ts'
import type { LaneUse, LiveLink } from './live-link.ts'
import { RequestQueue } from './request-queue.ts'

/** A request on the connection: how many bytes its head has, and who answers when the server has them. */
export type Exchange = { readonly requestBytes: number; readonly response: ServerResponse; readonly serve: () => void }
type Answering = { readonly held: HeldResponse; readonly serve: () => void }

/** What the client's system takes before the application reads: the advertised window when nothing is taken. */
export const RECEIVE_BUFFER_BYTES = 4_000_000
const WRITE_AHEAD_BYTES = 1_000_000 // 80 ms at 100 Mbit/s
const MOST_HELD_BYTES = 7_000_000 // of a connection's responses in this process, from the file to the real socket
const GATHERED_MS = 4 // a write to a socket costs more than all that the model does for a packet
const GATHERED_BYTES = 16_000
const ROOM_STEP_BYTES = 64_000 // a window that opens by less waits for the next bytes

/** One modelled TCP connection between a real client and this server, on the tcp lane of a link. Its server answers one
 *  request after the other, as HTTP/1.1 orders them (RFC 9112 section 9.3.2). What it is told by the link is only noted
 *  then, and acted upon when the link has come to rest. */
export class VirtualConnection {
  readonly #use: LaneUse
  readonly #tcp: TcpConnection
  readonly #requests = new RequestQueue<Answering>()
  readonly #responses: HeldResponse[] = [] // the first one is next to arrive
  #isAnswering = false
  #serverLagMs = 0
  #arrivedBytes = 0
  #toldRoomBytes = RECEIVE_BUFFER_BYTES
  #unarrivedBytes = 0 // written by the server, not yet at the client
  #tcpHasRoom = true
  #isWaiting = false // the one who answers, for room
  #isFlushing = false
  #gathering: NodeJS.Timeout | undefined
  #handedOverAtMs: number | undefined
  #isRetired = false
  #isClosed = false

  constructor(link: LiveLink) {
    this.#use = link.join('tcp')
    this.#tcp = new TcpConnection(this.#use.line, tcpOptionsOf(link.profile), this.#ends())
    this.#use.counters.openFlow(this.#tcp.flow, { what: 'http', tcp: () => this.#tcp.state() })
    this.#use.counters.http.connections += 1
    this.#use.act(this.#use.nowMs(), (_line, linkMs) => this.#tcp.open(linkMs))
  }

  /** False when the link has been begun anew: the next request needs a new connection. */
  isCurrent(): boolean {
    return this.#use.isCurrent()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The request leaves now, or as soon as the connection is established. */
  request({ requestBytes, response, serve }: Exchange): void {
    const held = new HeldResponse(response, {
      send: (bytes) => this.#send(bytes),
      end: () => this.#answered(),
      taken: () => this.#flush(),
    })
    this.#use.counters.http.requests += 1
    this.#requests.leave({ held, serve }, requestBytes)
    this.#use.act(this.#use.nowMs(), (_line, linkMs) => this.#tcp.request(requestBytes, linkMs))
  }

  /** The client has gone, or will not come back to this connection. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#gathering)
    this.#tcp.close()
    this.#use.counters.closeFlow(this.#tcp.flow)
    this.#use.leave()
    for (const { held } of this.#requests.all()) held.abort()
    for (const response of this.#responses) response.abort()
  }

  /** No more requests: ends with the answers under way. */
  retire(): void {
    this.#isRetired = true
    if (this.#isIdle) this.close()
  }

  get #isIdle(): boolean {
    return this.#requests.isEmpty && this.#responses.length === 0
  }

  #ends(): TcpEnds {
    return {
      established: () => void (this.#use.counters.http.handshakes += 1),
      requestArrived: (bytes, atMs) => {
        this.#requests.arrive(bytes)
        this.#handOver(atMs)
      },
      responseArrived: (bytes, atMs) => {
        this.#arrivedBytes += bytes
        this.#unarrivedBytes -= bytes
        this.#toldRoomBytes = this.#roomBytes
        this.#tcp.setReceiveRoom(this.#toldRoomBytes, atMs)
        this.#roomCame(atMs)
      },
      drained: (atMs) => {
        this.#tcpHasRoom = true
        this.#roomCame(atMs)
      },
    }
  }

  /** The link hands something to the server, which acts on it when the link has come to rest. */
  #handOver(atMs: number): void {
    this.#handedOverAtMs ??= atMs
    this.#flushSoon()
  }

  #roomCame(atMs: number): void {
    if (this.#isWaiting && this.#hasRoom) this.#handOver(atMs)
    else if (this.#mayGather) this.#gathering ??= setTimeout(() => this.#flush(), GATHERED_MS)
    else this.#flushSoon()
  }

  /** First and last bytes are written as they arrive; those between leave some packets at a time. */
  get #mayGather(): boolean {
    return this.#arrivedBytes < GATHERED_BYTES && this.#responses[0]?.isMidBodyAfter(this.#arrivedBytes) === true
  }

  #flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    process.nextTick(() => {
      this.#isFlushing = false
      this.#flush()
    })
  }

  #flush(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    if (this.#isClosed) return
    this.#noteServerLag()
    this.#deliver()
    this.#wakeWriter()
    this.#serveNext()
    this.#tellRoom()
    if (this.#isIdle) this.#rest()
  }

  /** The server's time is its own: what it writes enters the link as long after the moment at which the link handed over as
   *  the server took, however late the timer was. */
  #noteServerLag(): void {
    if (this.#handedOverAtMs === undefined) return
    this.#serverLagMs = Math.max(0, this.#use.nowMs() - this.#use.processMs(this.#handedOverAtMs))
    this.#handedOverAtMs = undefined
  }

  #deliver(): void {
    for (let first = this.#responses[0]; first !== undefined; first = this.#responses[0]) {
      this.#arrivedBytes -= first.arrive(this.#arrivedBytes)
      if (!first.isComplete) return
      this.#responses.shift()
    }
  }

  #serveNext(): void {
    const next = this.#isAnswering ? undefined : this.#requests.take()
    if (next === undefined) return
    this.#isAnswering = true
    this.#responses.push(next.held)
    next.serve()
  }

  #send(bytes: number): boolean {
    if (this.#isClosed) return false
    const writtenMs = this.#use.nowMs() - this.#serverLagMs
    this.#unarrivedBytes += bytes
    this.#tcpHasRoom = this.#use.act(writtenMs, (_line, linkMs) => this.#tcp.write(bytes, linkMs))
    this.#isWaiting = !this.#hasRoom
    return this.#hasRoom
  }

  /** A real server refills its send buffer at the moment of an ACK; this one only when the timer rings, and must have
   *  written so far ahead that the modelled sender never runs dry between. */
  get #hasRoom(): boolean {
    const heldBytes = this.#unarrivedBytes + RECEIVE_BUFFER_BYTES - this.#roomBytes
    return heldBytes < MOST_HELD_BYTES && (this.#tcpHasRoom || this.#unarrivedBytes < WRITE_AHEAD_BYTES)
  }

  #wakeWriter(): void {
    if (!this.#isWaiting || !this.#hasRoom) return
    this.#isWaiting = false
    this.#responses.at(-1)?.drain() // the one being answered
  }

  #answered(): void {
    this.#isAnswering = false
    this.#flushSoon()
  }

  /** The advertised window: what the client's system takes, less what it has not passed on. */
  get #roomBytes(): number {
    const untakenBytes = this.#arrivedBytes + (this.#responses[0]?.untakenBytes ?? 0)
    return Math.max(0, RECEIVE_BUFFER_BYTES - untakenBytes)
  }

  /** The client has read: a window that had become small opens. */
  #tellRoom(): void {
    const roomBytes = this.#roomBytes
    if (roomBytes < this.#toldRoomBytes + ROOM_STEP_BYTES) return
    this.#toldRoomBytes = roomBytes
    this.#use.act(this.#use.nowMs(), (_line, linkMs) => this.#tcp.setReceiveRoom(roomBytes, linkMs))
  }

  #rest(): void {
    if (this.#isRetired) this.close()
    else this.#use.leave()
  }
}

function tcpOptionsOf({ tcp: { congestionControl = 'cubic', tlsRoundTrips = 0 } = {} }: LinkProfile): TcpOptions {
  return { congestionControl, tlsRoundTrips }
}
