import { SampleTimeline, type AudioClock } from './sample-timeline.ts'
import { TRACK_AUDIO, TRACK_VIDEO, type PlannedPacket } from './send-schedule.ts'

/** A packet and its time on the clock of its track, counted from the first picture of the presentation. */
export type TimedPacket<Packet> = { readonly packet: Packet; readonly mediaTicks: number }

type OpenSegment<Packet> = {
  readonly packets: readonly Packet[]
  readonly laterTicks: number // 90 kHz, all of it
  next: number
}

/** What is next to send out of consecutive segments. Decode runs ahead of presentation, so the schedules of neighbours
 *  overlap: the two at hand are merged, and the order does not depend on where the files were cut. */
export class PacketQueue<Packet extends PlannedPacket> {
  readonly #samples: SampleTimeline | undefined
  #open: OpenSegment<Packet>[] = []
  #earliest: OpenSegment<Packet> | undefined // the one of which a packet comes next
  #nextSendMs = Infinity // kept, for it is asked for several times a packet
  #audioTicks = 0 // of the unit that is being sent

  constructor(audio: AudioClock | undefined) {
    this.#samples = audio === undefined ? undefined : new SampleTimeline(audio)
  }

  /** One segment is being sent and one waits: no more is needed. */
  get isFilled(): boolean {
    return this.#open.length > 1
  }

  /** Some packets of a frame are gone and some are not: a pause here would tear it. */
  get isMidUnit(): boolean {
    return this.#open.some((open) =>
      [TRACK_VIDEO, TRACK_AUDIO].some((track) => (nextOfTrack(open, track)?.packetOfUnit ?? 0) > 0),
    )
  }

  /** `laterTicks`: all of it comes so much later than it says, as in the loops after the first. */
  add(packets: readonly Packet[], laterTicks = 0): void {
    if (packets.length === 0) return
    this.#open.push({ packets, laterTicks, next: 0 })
    this.#findEarliest()
  }

  /** Of the packet that is taken next; Infinity: there is none. */
  get nextSendMs(): number {
    return this.#nextSendMs
  }

  take(): TimedPacket<Packet> | undefined {
    const open = this.#earliest
    const packet = open?.packets[open.next]
    if (open === undefined || packet === undefined) return undefined
    open.next += 1
    if (open.next === open.packets.length) this.#open = this.#open.filter((other) => other !== open)
    this.#findEarliest()
    return { packet, mediaTicks: this.#mediaTicks(packet, open.laterTicks) }
  }

  #findEarliest(): void {
    const first = this.#open[0] // not taken apart: it is asked for at each packet
    const second = this.#open[1]
    const firstMs = first === undefined ? Infinity : sendMsOf(first)
    const secondMs = second === undefined ? Infinity : sendMsOf(second)
    this.#earliest = secondMs < firstMs ? second : first
    this.#nextSendMs = Math.min(firstMs, secondMs)
  }

  #mediaTicks({ trackIndex, packetOfUnit, ptsTicks }: PlannedPacket, laterTicks: number): number {
    if (trackIndex !== TRACK_AUDIO || this.#samples === undefined) return ptsTicks + laterTicks
    if (packetOfUnit === 0) this.#audioTicks = this.#samples.samplesAt(ptsTicks + laterTicks)
    return this.#audioTicks
  }
}

function nextOfTrack({ packets, next }: OpenSegment<PlannedPacket>, trackIndex: number): PlannedPacket | undefined {
  return packets.find((packet, at) => at >= next && packet.trackIndex === trackIndex)
}

function sendMsOf({ packets, laterTicks, next }: OpenSegment<PlannedPacket>): number {
  return (packets[next] as PlannedPacket).sendMs + laterTicks / 90 // 90 ticks a ms
}
