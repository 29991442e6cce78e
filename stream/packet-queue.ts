import { SampleTimeline, type AudioClock } from './sample-timeline.ts'
import { TRACK_AUDIO, TRACK_VIDEO, type PlannedPacket } from './send-schedule.ts'

/** A packet and its time on the clock of its track, counted from the first picture of the presentation. */
export type TimedPacket<Packet> = { readonly packet: Packet; readonly mediaTicks: number }

type OpenSegment<Packet> = { readonly packets: readonly Packet[]; next: number }

/** What is next to send out of consecutive segments. Decode runs ahead of presentation, so the schedules of neighbours
 *  overlap: the two at hand are merged, and the order does not depend on where the files were cut. */
export class PacketQueue<Packet extends PlannedPacket> {
  readonly #samples: SampleTimeline | undefined
  #open: OpenSegment<Packet>[] = []
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

  add(packets: readonly Packet[]): void {
    if (packets.length > 0) this.#open.push({ packets, next: 0 })
  }

  peek(): Packet | undefined {
    const open = this.#earliest()
    return open?.packets[open.next]
  }

  take(): TimedPacket<Packet> | undefined {
    const open = this.#earliest()
    const packet = open?.packets[open.next]
    if (open === undefined || packet === undefined) return undefined
    open.next += 1
    if (open.next === open.packets.length) this.#open = this.#open.filter((other) => other !== open)
    return { packet, mediaTicks: this.#mediaTicks(packet) }
  }

  #earliest(): OpenSegment<Packet> | undefined {
    const first = this.#open[0] // not taken apart: it is asked for twice a packet
    const second = this.#open[1]
    if (first === undefined || second === undefined) return first
    return sendMsOf(second) < sendMsOf(first) ? second : first
  }

  #mediaTicks({ trackIndex, packetOfUnit, ptsTicks }: PlannedPacket): number {
    if (trackIndex !== TRACK_AUDIO || this.#samples === undefined) return ptsTicks
    if (packetOfUnit === 0) this.#audioTicks = this.#samples.samplesAt(ptsTicks)
    return this.#audioTicks
  }
}

function nextOfTrack({ packets, next }: OpenSegment<PlannedPacket>, trackIndex: number): PlannedPacket | undefined {
  return packets.find((packet, at) => at >= next && packet.trackIndex === trackIndex)
}

function sendMsOf({ packets, next }: OpenSegment<PlannedPacket>): number {
  return packets[next]?.sendMs ?? Infinity
}
