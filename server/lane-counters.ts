import type { Direction, LinkObserver } from '../link/access-link.ts'
import type { DropCause, LinkPacket } from '../link/link-packet.ts'
import type { TcpState } from '../link/tcp/connection.ts'
import type { HttpCounters, LaneSummary } from '../protocol/weir-api.ts'
import type { RtpName } from '../stream/packet-events.ts'
import { DirectionCounters } from './direction-counters.ts'
import { FlowCounters, type FlowNote } from './flow-counters.ts'

/** More are counted, not listed. */
const LISTED_FLOWS = 100

/** The ground truth of a lane, counted as its packets' fates are told: of all, and of each open flow that was announced. */
export class LaneCounters implements LinkObserver {
  readonly #directions = { down: new DirectionCounters(), up: new DirectionCounters() }
  readonly #flows = new Map<number, FlowCounters>()
  readonly http: { -readonly [name in keyof HttpCounters]: number } = { connections: 0, handshakes: 0, requests: 0 }
  gatewayDroppedPackets = 0

  /** What the flow sends from now on is counted apart, too, until it is closed. */
  openFlow(flow: number, note: FlowNote): void {
    this.#flows.set(flow, new FlowCounters(note))
  }

  closeFlow(flow: number): void {
    this.#flows.delete(flow)
  }

  /** Of the newest open modelled connections, as they stand now. */
  tcpStates(): { readonly flow: number; readonly state: TcpState }[] {
    return [...this.#flows]
      .slice(-LISTED_FLOWS)
      .flatMap(([flow, { note }]) => (note.tcp === undefined ? [] : [{ flow, state: note.tcp() }]))
  }

  /** Which RTP packet it is, where its flow knows. */
  rtpOf({ flow, id }: Pick<LinkPacket, 'flow' | 'id'>): RtpName | undefined {
    return this.#flows.get(flow)?.note.rtp?.(id)
  }

  accepted(direction: Direction, { flow }: LinkPacket, atMs: number): void {
    this.#directions[direction].accept()
    this.#flows.get(flow)?.of(direction, atMs).accept()
  }

  dropped(direction: Direction, { flow }: LinkPacket, atMs: number, cause: DropCause): void {
    this.#directions[direction].drop(cause)
    this.#flows.get(flow)?.of(direction, atMs).drop(cause)
  }

  delivered(direction: Direction, { flow, sizeBytes }: LinkPacket, atMs: number, queueingDelayMs: number): void {
    this.#directions[direction].deliver(sizeBytes, queueingDelayMs)
    this.#flows.get(flow)?.of(direction, atMs).deliver(sizeBytes, queueingDelayMs)
  }

  duplicated(direction: Direction, { flow }: LinkPacket, atMs: number): void {
    this.#directions[direction].duplicate()
    this.#flows.get(flow)?.of(direction, atMs).duplicate()
  }

  read(): LaneSummary {
    const { down, up } = this.#directions
    return {
      downlink: down.read(),
      uplink: up.read(),
      gatewayDroppedPackets: this.gatewayDroppedPackets,
      http: { ...this.http },
      openFlows: this.#flows.size,
      flows: [...this.#flows.values()].slice(-LISTED_FLOWS).map((flow) => flow.read()),
    }
  }
}
