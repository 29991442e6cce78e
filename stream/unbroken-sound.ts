import { opusPacketSamples, SILENT_OPUS_PACKET } from '../protocol/opus.ts'

export type SoundPacket = { readonly data: Uint8Array; readonly samples: number }

const TICKS_PER_SAMPLE = 90_000 / 48_000
const SILENT_SAMPLES = 960
const TOLERATED = 0.05 // of such a packet: times are rounded
const MAX_FILLERS = 500 // at once; the rest of a longer hole with the packets after it

/** Opus packets as a decoder wants them that counts samples and knows no times: silence where one is missing (also where a sender
 *  sends none because nobody speaks, RFC 7587 section 3.1.3), and none twice. */
export class UnbrokenSound {
  /** When the first sample is heard, 90 kHz; undefined before. */
  firstTicks: number | undefined
  #givenSamples = 0

  /** What to give for a packet of that time, in order: nothing for one whose place is taken, or that is no Opus. */
  push(data: Uint8Array, ptsTicks: number): readonly SoundPacket[] {
    const samples = opusPacketSamples(data)
    if (!samples.ok) return []
    this.firstTicks ??= ptsTicks
    const missingSamples = (ptsTicks - this.firstTicks) / TICKS_PER_SAMPLE - this.#givenSamples
    if (missingSamples <= -SILENT_SAMPLES / 2) return []
    const fillers = Math.max(0, Math.floor(missingSamples / SILENT_SAMPLES + TOLERATED))
    const silence: SoundPacket = { data: SILENT_OPUS_PACKET, samples: SILENT_SAMPLES }
    const filling = Array.from({ length: Math.min(fillers, MAX_FILLERS) }, () => silence)
    const packets = fillers > MAX_FILLERS ? filling : [...filling, { data, samples: samples.value }]
    this.#givenSamples += packets.reduce((sum, packet) => sum + packet.samples, 0)
    return packets
  }
}
