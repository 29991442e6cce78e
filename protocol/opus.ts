import { decoded, tooShort, unsupported, type Decoded } from './decoded.ts'

/** Of RTP and of Ogg, whatever was encoded: RFC 7587 section 4.1, RFC 7845 section 4. */
export const OPUS_CLOCK_RATE_HZ = 48_000

/** 20 ms in which nothing is heard, in two channels: what stands where a packet is missing. */
export const SILENT_OPUS_PACKET = Uint8Array.of(0xfc, 0xff, 0xfe)

const MAX_SAMPLES = 5760 // 120 ms, RFC 6716 section 3.2.5
const silkSamples = [480, 960, 1920, 2880] // 10, 20, 40, 60 ms
const hybridSamples = [480, 960]
const celtSamples = [120, 240, 480, 960] // 2.5, 5, 10, 20 ms

/** How long an Opus packet lasts, in samples of 48 kHz: its frames times their length, by its first bytes (RFC 6716 section 3.1).
 *  Faults: too-short, unsupported for one without a frame or longer than 120 ms. */
export function opusPacketSamples(packet: Uint8Array): Decoded<number> {
  const [toc, second] = packet // configuration 5 bits, stereo, how many frames 2 bits
  if (toc === undefined) return tooShort(1, 0)
  const countCode = toc & 3
  if (countCode === 3 && second === undefined) return tooShort(2, 1)
  const frames = countCode === 3 ? (second as number) & 0x3f : countCode === 0 ? 1 : 2
  const samples = frames * frameSamples(toc >> 3)
  if (samples === 0 || samples > MAX_SAMPLES) return unsupported(`an Opus packet of ${samples} samples`)
  return decoded(samples)
}

/** Table 2. */
function frameSamples(configuration: number): number {
  const lengths = configuration < 12 ? silkSamples : configuration < 16 ? hybridSamples : celtSamples
  return lengths[configuration % lengths.length] as number
}
