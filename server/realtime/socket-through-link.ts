import { Duplex } from 'node:stream'
import { TcpConnection } from '../../link/tcp/connection.ts'
import { ByteFifo } from '../byte-fifo.ts'
import type { LaneUse, LiveLink } from '../live-link.ts'
import { RECEIVE_BUFFER_BYTES } from '../virtual-connection.ts'

const MOST_UPLINK_BYTES = 64_000 // on their way to the server; the client's socket waits with more

/** A client's socket as the server has it when a link lies between: its bytes, of whatever protocol, cross a modelled TCP
 *  connection on the link's tcp lane, both ways. The FIN is not modelled: it follows the last byte. */
export class SocketThroughLink extends Duplex {
  readonly #socket: Duplex & { readonly remoteAddress?: string | undefined }
  readonly #use: LaneUse
  readonly #tcp: TcpConnection
  readonly #up = new ByteFifo()
  readonly #down = new ByteFifo()
  #arrived: Uint8Array[] = [] // at the server, read when the link has come to rest
  #isReading = false
  #hasClientEnded = false
  #written: (() => void) | undefined // who waits for room
  #finished: (() => void) | undefined // who waits for the last byte

  constructor(socket: Duplex, link: LiveLink) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    this.#use = link.join('tcp')
    const { congestionControl = 'cubic', tlsRoundTrips = 0 } = link.profile.tcp ?? {}
    const tcp = new TcpConnection(
      this.#use.line,
      { congestionControl, tlsRoundTrips },
      {
        requestArrived: (bytes) => this.#arriveUp(this.#up.take(bytes)),
        responseArrived: (bytes, atMs) => {
          socket.write(this.#down.take(bytes))
          tcp.setReceiveRoom(this.#roomBytes, atMs)
          this.#finishIfEmpty()
        },
        drained: () => this.#goOnWriting(),
      },
    )
    this.#tcp = tcp
    this.#use.counters.openFlow(tcp.flow, { what: 'http', tcp: () => tcp.state() })
    this.#listen()
    this.#use.act(this.#use.nowMs(), (_line, linkMs) => tcp.open(linkMs))
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress
  }

  #listen(): void {
    this.#socket.on('data', (bytes: Buffer) => this.#leaveUp(bytes))
    this.#socket.on('end', () => {
      this.#hasClientEnded = true
      this.#readSoon()
    })
    this.#socket.on('drain', () => {
      this.#use.act(this.#use.nowMs(), (_line, linkMs) => this.#tcp.setReceiveRoom(this.#roomBytes, linkMs))
    })
    this.#socket.on('error', () => this.destroy()) // the client has gone, which is no fault of who answers
    this.#socket.on('close', () => this.destroy())
  }

  /** The advertised window: what the client's system takes, less what it has not passed on. */
  get #roomBytes(): number {
    return Math.max(0, RECEIVE_BUFFER_BYTES - this.#socket.writableLength)
  }

  #leaveUp(bytes: Buffer): void {
    this.#up.push(bytes)
    if (this.#up.sizeBytes > MOST_UPLINK_BYTES) this.#socket.pause()
    this.#use.act(this.#use.nowMs(), (_line, linkMs) => this.#tcp.request(bytes.length, linkMs))
  }

  #arriveUp(bytes: Uint8Array): void {
    this.#arrived.push(bytes)
    this.#readSoon()
  }

  /** Who reads may answer at once, which the link does not take while it tells. */
  #readSoon(): void {
    if (this.#isReading) return
    this.#isReading = true
    process.nextTick(() => {
      this.#isReading = false
      if (this.destroyed) return
      const arrived = this.#arrived
      this.#arrived = []
      for (const bytes of arrived) this.push(bytes)
      if (this.#up.sizeBytes <= MOST_UPLINK_BYTES) this.#socket.resume()
      if (this.#hasClientEnded && this.#up.sizeBytes === 0) this.push(null)
    })
  }

  override _read(): void {} // what a client says is short, and comes when it comes

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#down.push(chunk)
    const hasRoom = this.#use.act(this.#use.nowMs(), (_line, linkMs) => this.#tcp.write(chunk.length, linkMs))
    if (hasRoom) done()
    else this.#written = done
  }

  #goOnWriting(): void {
    const written = this.#written
    this.#written = undefined
    if (written !== undefined) process.nextTick(written)
  }

  override _final(done: () => void): void {
    this.#finished = () => {
      this.#socket.end()
      done()
    }
    this.#finishIfEmpty()
  }

  #finishIfEmpty(): void {
    if (this.#finished === undefined || this.#down.sizeBytes > 0) return
    process.nextTick(this.#finished)
    this.#finished = undefined
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#tcp.close()
    this.#use.counters.closeFlow(this.#tcp.flow)
    this.#use.leave()
    this.#socket.destroy()
    done(error)
  }
}
