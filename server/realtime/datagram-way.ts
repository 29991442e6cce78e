import type { LiveLink } from '../live-link.ts'
import { DatagramsThroughLink } from './datagrams-through-link.ts'
import { LogFollower } from './log-follower.ts'
import type { WayParts } from './way-parts.ts'

export type DatagramReader = {
  /** The last hop; false: it takes no more, and the datagram is lost. */
  readonly write: (datagram: Uint8Array) => boolean
  readonly onMessage: (text: string) => void
}

/** One reader of events by datagrams, one an event, from now on: what is lost is lost. Behind a link both directions cross
 *  its udp lane. */
export class DatagramWay {
  readonly #parts: WayParts
  readonly #reader: DatagramReader
  readonly #link: DatagramsThroughLink | undefined
  readonly #follower: LogFollower

  constructor(parts: WayParts, link: LiveLink | undefined, reader: DatagramReader) {
    this.#parts = parts
    this.#reader = reader
    this.#link =
      link &&
      new DatagramsThroughLink(link, {
        delivered: (direction, datagram) => {
          if (direction === 'down') this.#write(datagram)
          else process.nextTick(reader.onMessage, Buffer.from(datagram).toString()) // it may be answered at once
        },
        dropped: (direction) => direction === 'down' && this.#noteDropped(),
      })
    this.#follower = new LogFollower(parts.log, parts.log.lastSequence, (text) => {
      parts.counters.sent(text)
      this.#send(Buffer.from(text, 'latin1'))
      return true
    })
  }

  /** What the reader said. */
  receive(datagram: Uint8Array): void {
    if (this.#link === undefined) this.#reader.onMessage(Buffer.from(datagram).toString())
    else this.#link.send('up', datagram)
  }

  close(): void {
    this.#follower.close()
    this.#link?.close()
  }

  #send(datagram: Uint8Array): void {
    if (this.#link === undefined) this.#write(datagram)
    else if (!this.#link.send('down', datagram)) this.#noteDropped()
  }

  #write(datagram: Uint8Array): void {
    if (!this.#reader.write(datagram)) this.#noteDropped()
  }

  #noteDropped(): void {
    this.#parts.counters.droppedEvents += 1
  }
}
