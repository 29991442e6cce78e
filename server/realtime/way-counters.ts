import type { Socket } from 'node:net'
import type { WayFigures } from '../../protocol/realtime-api.ts'
import type { WayNotes } from './text-log.ts'

/** What a way costs and carries. Bytes of TCP are read off the sockets themselves, both directions. */
export class WayCounters implements WayNotes {
  readonly #open = new Set<Socket>()
  #connections = 0
  #closedReadBytes = 0
  #closedWrittenBytes = 0
  #payloadBytes = 0
  #sentEvents = 0
  requests = 0
  emptyResponses = 0
  droppedEvents = 0
  /** What has no TCP socket counts here. */
  readonly datagrams = { connections: 0, openConnections: 0, readBytes: 0, writtenBytes: 0 }

  add(socket: Socket): void {
    this.#connections += 1
    this.#open.add(socket)
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#closedReadBytes += socket.bytesRead
      this.#closedWrittenBytes += socket.bytesWritten
    })
  }

  sent(text: string): void {
    this.#sentEvents += 1
    this.#payloadBytes += text.length // events are ASCII
  }

  empty(): void {
    this.emptyResponses += 1
  }

  read(): WayFigures {
    const { datagrams } = this
    let readBytes = this.#closedReadBytes + datagrams.readBytes
    let writtenBytes = this.#closedWrittenBytes + datagrams.writtenBytes
    for (const socket of this.#open) {
      readBytes += socket.bytesRead
      writtenBytes += socket.bytesWritten
    }
    return {
      connections: this.#connections + datagrams.connections,
      openConnections: this.#open.size + datagrams.openConnections,
      requests: this.requests,
      emptyResponses: this.emptyResponses,
      readBytes,
      writtenBytes,
      payloadBytes: this.#payloadBytes,
      sentEvents: this.#sentEvents,
      droppedEvents: this.droppedEvents,
    }
  }
}
