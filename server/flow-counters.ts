import type { FlowKind, FlowSummary } from '../protocol/weir-api.ts'
import { DirectionCounters } from './direction-counters.ts'

/** What a flow is, told by whoever opened it. */
export type FlowNote = {
  readonly what: FlowKind
  readonly sinceSeconds: number // of link time
  readonly tcp?: () => unknown // the state of a modelled connection (link/tcp/connection.ts)
}

/** The ground truth of one flow of a lane. */
export class FlowCounters {
  readonly down = new DirectionCounters()
  readonly up = new DirectionCounters()
  readonly #note: FlowNote

  constructor(note: FlowNote) {
    this.#note = note
  }

  read(): FlowSummary {
    const { what, sinceSeconds, tcp } = this.#note
    const state = tcp === undefined ? {} : { tcp: tcp() }
    return { what, sinceSeconds, downlink: this.down.read(), uplink: this.up.read(), ...state }
  }
}
