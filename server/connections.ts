import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PlacesByAddress } from './places-by-address.ts'
import type { Refusal } from './refusal.ts'

export type ConnectionLimit = {
  readonly perAddress: number
  /** What becomes of one beyond: its first request is answered 429, or it is closed at once. */
  readonly beyond: 'answer' | 'refuse'
}

/** An open connection. */
export type Connection = {
  readonly number: number // in the order of their opening
  readonly refusal: Refusal | undefined // what answers its first request, when it is one too many
  readonly waiting: Set<ServerResponse> // for the answers before them (pipelining, RFC 9112 section 9.3.2)
}

const MOST_WAITING = 64

/** The open connections, WebSockets too, which Node's server itself forgets; how many of them one address may have. */
export class Connections {
  readonly #open = new Map<Socket, Connection>()
  readonly #places: PlacesByAddress
  readonly #toBeTold: PlacesByAddress // that they are one too many
  #newest = 0
  /** Those beyond the limit, ever. */
  refused = 0

  constructor({ perAddress, beyond }: ConnectionLimit) {
    const what = 'HTTP connections at once from one address'
    this.#places = new PlacesByAddress(perAddress, what)
    this.#toBeTold = new PlacesByAddress(beyond === 'answer' ? perAddress : 0, what)
  }

  get count(): number {
    return this.#open.size
  }

  sockets(): Socket[] {
    return [...this.#open.keys()]
  }

  of(socket: Socket): Connection | undefined {
    return this.#open.get(socket)
  }

  add(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    const free = this.#places.takeIfFree(address)
    const leave = free ?? this.#toBeTold.takeIfFree(address)
    if (free === undefined) this.refused += 1
    if (leave === undefined) return void socket.destroy()
    this.#newest += 1
    const refusal = free === undefined ? this.#places.refusal() : undefined
    this.#open.set(socket, { number: this.#newest, refusal, waiting: new Set() })
    socket.once('close', () => {
      leave()
      this.#remove(socket)
    })
  }

  /** Takes an answer that has no socket yet, because others come before it. That the client has gone, Node tells to the
   *  answer that holds the socket alone; to this one it is told here. */
  wait(socket: Socket, response: ServerResponse): void {
    const waiting = this.#open.get(socket)?.waiting
    waiting?.add(response)
    response.once('close', () => waiting?.delete(response))
    if (waiting === undefined || waiting.size > MOST_WAITING) socket.destroy()
  }

  #remove(socket: Socket): void {
    const waiting = [...(this.#open.get(socket)?.waiting ?? [])]
    this.#open.delete(socket)
    waiting.forEach(abandon)
  }
}

function abandon(response: ServerResponse): void {
  if (response.destroyed || response.socket !== null) return
  response.destroy()
  response.emit('close')
}
