import type { Direction, FlowEnds } from '../link/access-link.ts'
import type { DropCause } from '../link/link-packet.ts'
import type { RtpName } from '../stream/packet-events.ts'
import type { PassingDatagram } from './link-watch.ts'
import type { LaneUse } from './live-link.ts'

/** Who is told what became of a packet; moments are the process's. */
export type PlaceListener = {
  /** A second copy came, just before the first is told. */
  duplicated(direction: Direction, packetId: number, atMs: number): void
  delivered(direction: Direction, packetId: number, atMs: number): void
  dropped(direction: Direction, packetId: number, atMs: number, cause: DropCause): void
  /** Which RTP packet one is that is under way, for a record. */
  rtpOf(packetId: number): RtpName | undefined
}

/** Each meets chance in a sequence of its own. */
export type Traffic = 'rtp' | 'rtcp'

/** A viewer's two flows on one era of the udp lane. */
export class UdpPlace {
  readonly #use: LaneUse
  readonly #flows: Readonly<Record<Traffic, number>>
  readonly #listener: PlaceListener
  #underWay = 0
  #isLeaving = false

  constructor(use: LaneUse, listener: PlaceListener) {
    this.#use = use
    this.#listener = listener
    const ends: FlowEnds = { down: this.#ends('down'), up: this.#ends('up') }
    this.#flows = { rtp: use.line.openFlow(ends), rtcp: use.line.openFlow(ends) }
    use.counters.openFlow(this.#flows.rtp, { what: 'rtp', rtp: (packetId) => listener.rtpOf(packetId) })
    use.counters.openFlow(this.#flows.rtcp, { what: 'rtcp' })
  }

  isCurrent(): boolean {
    return this.#use.isCurrent()
  }

  /** Media are the first; what a viewer sends before is no part of the run. */
  get hasBegun(): boolean {
    return this.#use.hasBegun()
  }

  /** The clock of the link. */
  nowMs(): number {
    return this.#use.nowMs()
  }

  send(direction: Direction, traffic: Traffic, id: number, sizeBytes: number, scheduledMs: number): void {
    this.#underWay += 1
    const packet = { id, flow: this.#flows[traffic], sizeBytes, traffic }
    this.#use.act(scheduledMs, (line, linkMs) => line.send(direction, packet, linkMs))
  }

  get isRecorded(): boolean {
    return this.#use.recorders.size > 0
  }

  /** A datagram passes an end of the link: for who records its bytes. */
  tellPassing(datagram: Omit<PassingDatagram, 'flow'>): void {
    for (const recorder of this.#use.recorders) recorder.capture?.({ ...datagram, flow: this.#flows.rtp })
  }

  leaveWhenEmpty(): void {
    this.#isLeaving = true
    this.#closeIfLeft()
  }

  close(): void {
    for (const flow of [this.#flows.rtp, this.#flows.rtcp]) {
      this.#use.line.closeFlow(flow)
      this.#use.counters.closeFlow(flow)
    }
    this.#use.leave()
  }

  #ends(direction: Direction): NonNullable<FlowEnds[Direction]> {
    const { processMs } = this.#use
    const listener = this.#listener
    return {
      duplicated: ({ id }, atMs) => listener.duplicated(direction, id, processMs(atMs)),
      delivered: ({ id }, atMs) => {
        this.#underWay -= 1
        listener.delivered(direction, id, processMs(atMs))
        this.#closeIfLeft()
      },
      dropped: ({ id }, atMs, cause) => {
        this.#underWay -= 1
        listener.dropped(direction, id, processMs(atMs), cause)
        this.#closeIfLeft()
      },
    }
  }

  #closeIfLeft(): void {
    if (this.#isLeaving && this.#underWay === 0) this.close()
  }
}
