import type { Direction } from '../link/access-link.ts'
import type { TcpState } from '../link/tcp/connection.ts'
import type { FlowKind, FlowSummary } from '../protocol/weir-api.ts'
import type { RtpName } from '../stream/packet-events.ts'
import { DirectionCounters } from './direction-counters.ts'

/** What a flow is, told by whoever opened it. */
export type FlowNote = {
  readonly what: FlowKind
  readonly tcp?: () => TcpState // of a modelled connection
  readonly rtp?: (packetId: number) => RtpName | undefined // of a packet that is still under way
}

/** The ground truth of one flow of a lane. */
export class FlowCounters {
  readonly note: FlowNote
  readonly #directions = { down: new DirectionCounters(), up: new DirectionCounters() }
  #sinceMs: number | undefined // its first packet, in link time

  constructor(note: FlowNote) {
    this.note = note
  }

  of(direction: Direction, atMs: number): DirectionCounters {
    this.#sinceMs ??= atMs
    return this.#directions[direction]
  }

  read(): FlowSummary {
    const { what, tcp } = this.note
    const { down, up } = this.#directions
    return {
      what,
      ...(this.#sinceMs === undefined ? {} : { sinceSeconds: this.#sinceMs / 1000 }),
      downlink: down.read(),
      uplink: up.read(),
      ...(tcp === undefined ? {} : { tcp: tcp() }),
    }
  }
}
