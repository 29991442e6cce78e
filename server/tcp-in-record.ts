import type { Lane, TcpStateEvent } from '../stream/record.ts'
import type { LaneCounters } from './lane-counters.ts'

type Connections = ReadonlyMap<Lane, Pick<LaneCounters, 'tcpStates'>>
type Told = Omit<TcpStateEvent, 'atMs'>

/** What the modelled senders of a link look like, each time it is asked: of those that have changed since. */
export class TcpInRecord {
  readonly #tell: (event: TcpStateEvent) => void
  #told = new Map<string, string>() // by lane and flow, the text of the newest state

  constructor(tell: (event: TcpStateEvent) => void) {
    this.#tell = tell
  }

  look(connections: Connections, atMs: number): void {
    const now = new Map<string, string>()
    for (const [lane, counters] of connections) {
      for (const { flow, state } of counters.tcpStates()) {
        const event = stateEvent(lane, flow, state)
        const [name, text] = [`${lane} ${flow}`, JSON.stringify(event)]
        if (this.#told.get(name) !== text) this.#tell({ ...event, atMs })
        now.set(name, text)
      }
    }
    this.#told = now // a closed connection is forgotten
  }
}

type State = ReturnType<LaneCounters['tcpStates']>[number]['state']

function stateEvent(lane: Lane, flow: number, state: State): Told {
  const { recovery, cwnd, ssthresh, inFlight, srttMs, retransmittedSegments } = state
  return {
    kind: 'tcp-state',
    lane,
    direction: 'down',
    flow,
    recovery,
    cwnd,
    ...(ssthresh === Infinity ? {} : { ssthresh }),
    inFlight,
    srttMs,
    retransmittedSegments,
  }
}
