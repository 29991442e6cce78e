import type { Direction, LinkObserver } from '../link/access-link.ts'
import type { DropCause, LinkPacket } from '../link/link-packet.ts'
import { packetEvents } from '../stream/packet-events.ts'
import type { ClockEvent, Lane, LinkEvent } from '../stream/record.ts'
import type { PacketKind } from '../udp-relay/packet-sink.ts'
import { LaneCounters } from './lane-counters.ts'

/** The truth of all links together, since the process began. */
export type LinkTotals = Readonly<Record<Lane, LaneCounters>>
export const newLinkTotals = (): LinkTotals => ({
  tcp: new LaneCounters(),
  udp: new LaneCounters(),
  shared: new LaneCounters(),
})

/** Who hears of a link beside those who use it. */
export type LinkWatch = {
  readonly totals: LinkTotals
  /** Told once a run whose timer is too late too often: its figures do not count. */
  onLateRun(): void
}

export const unwatched = (): LinkWatch => ({ totals: newLinkTotals(), onLateRun: () => {} })

/** What a link tells of a run. */
export type RecordedEvent = LinkEvent | ClockEvent

/** A datagram of RTP or RTCP as it passes one end of a link. */
export type PassingDatagram = {
  readonly at: 'server' | 'viewer'
  readonly direction: Direction
  readonly kind: PacketKind
  readonly flow: number // of its viewer's RTP
  readonly bytes: Uint8Array
  readonly processMs: number
}

/** Who writes a run down. */
export type LinkRecorder = {
  record(event: RecordedEvent): void
  /** Told before the link does something with it, and after; absent: nobody wants the bytes. */
  capture?(datagram: PassingDatagram): void
  /** The run is over: the link was begun anew, or went. */
  end(): void
}

/** Counts every packet's fate on a lane, and tells it to who records; without one, no event is made. */
export class LaneObserver implements LinkObserver {
  readonly #own: LaneCounters
  readonly #total: LaneCounters
  readonly #recorders: ReadonlySet<LinkRecorder>
  readonly #events: LinkObserver

  constructor(
    lane: Lane,
    { own, total }: { readonly own: LaneCounters; readonly total: LaneCounters },
    recorders: ReadonlySet<LinkRecorder>,
  ) {
    this.#own = own
    this.#total = total
    this.#recorders = recorders
    const tell = (event: LinkEvent): void => {
      for (const recorder of recorders) recorder.record(event)
    }
    this.#events = packetEvents(lane, tell, (packet) => own.rtpOf(packet))
  }

  accepted(direction: Direction, packet: LinkPacket, atMs: number): void {
    this.#own.accepted(direction, packet, atMs)
    this.#total.accepted(direction, packet, atMs)
    if (this.#recorders.size > 0) this.#events.accepted(direction, packet, atMs)
  }

  dropped(direction: Direction, packet: LinkPacket, atMs: number, cause: DropCause): void {
    this.#own.dropped(direction, packet, atMs, cause)
    this.#total.dropped(direction, packet, atMs, cause)
    if (this.#recorders.size > 0) this.#events.dropped(direction, packet, atMs, cause)
  }

  delivered(direction: Direction, packet: LinkPacket, atMs: number, queueingDelayMs: number): void {
    this.#own.delivered(direction, packet, atMs, queueingDelayMs)
    this.#total.delivered(direction, packet, atMs, queueingDelayMs)
    if (this.#recorders.size > 0) this.#events.delivered(direction, packet, atMs, queueingDelayMs)
  }

  duplicated(direction: Direction, packet: LinkPacket, atMs: number): void {
    this.#own.duplicated(direction, packet, atMs)
    this.#total.duplicated(direction, packet, atMs)
  }
}
