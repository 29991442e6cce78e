import { concatBytes } from './bytes.ts'
import { OPUS_CLOCK_RATE_HZ } from './opus.ts'

const HEADER_BYTES = 27
const MAX_SEGMENT_BYTES = 255
const FIRST_PAGE = 2 // of the flags of a page
/** By which libopus, and with it every browser, delays what it encodes: left out, so that the first sample is that of the RTP time. */
const ENCODER_DELAY_SAMPLES = 312

/** Opus packets as an Ogg stream, a page for each, so that a reader has it at once. RFC 3533, RFC 7845. */
export class OggOpusWriter {
  readonly #serial: number
  #pages = 0
  #samples = 0

  /** `serial`: 32 bits that tell this stream from others. */
  constructor(serial: number) {
    this.#serial = serial
  }

  /** What comes first: the identification and the comments, RFC 7845 section 5. */
  head(channelCount: 1 | 2): Uint8Array {
    const identification = new Uint8Array(19)
    const view = new DataView(identification.buffer)
    identification.set(ascii('OpusHead'))
    identification[8] = 1 // version
    identification[9] = channelCount
    view.setUint16(10, ENCODER_DELAY_SAMPLES, true) // pre-skip
    view.setUint32(12, OPUS_CLOCK_RATE_HZ, true)
    const comments = concatBytes([
      ascii('OpusTags'),
      Uint8Array.of(4, 0, 0, 0),
      ascii('weir'),
      Uint8Array.of(0, 0, 0, 0),
    ])
    return concatBytes([this.#page(identification, FIRST_PAGE), this.#page(comments, 0)])
  }

  /** Throws RangeError for a packet that fills more than a page, 64,770 bytes. */
  packet(packet: Uint8Array, samples: number): Uint8Array {
    this.#samples += samples
    return this.#page(packet, 0)
  }

  /** RFC 3533 section 6. */
  #page(packet: Uint8Array, flags: number): Uint8Array {
    const fullSegments = Math.floor(packet.length / MAX_SEGMENT_BYTES)
    if (fullSegments >= MAX_SEGMENT_BYTES) throw new RangeError(`${packet.length} bytes do not fit into a page of Ogg`)
    const page = new Uint8Array(HEADER_BYTES + fullSegments + 1 + packet.length)
    const view = new DataView(page.buffer)
    page.set(ascii('OggS'))
    page[5] = flags
    view.setBigUint64(6, BigInt(this.#samples), true) // granule position: samples up to the end of the page
    view.setUint32(14, this.#serial, true)
    view.setUint32(18, this.#pages, true)
    page[26] = fullSegments + 1
    page.fill(MAX_SEGMENT_BYTES, HEADER_BYTES, HEADER_BYTES + fullSegments)
    page[HEADER_BYTES + fullSegments] = packet.length % MAX_SEGMENT_BYTES // below 255: the packet ends here
    page.set(packet, HEADER_BYTES + fullSegments + 1)
    view.setUint32(22, checksum(page), true)
    this.#pages += 1
    return page
  }
}

const POLYNOMIAL = 0x04c1_1db7

const checksumOfByte = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 24
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder << 1) ^ (remainder < 0 ? POLYNOMIAL : 0)
  return remainder
})

/** CRC-32 from the highest bit on, without inversion; its own field counts as zero. */
function checksum(page: Uint8Array): number {
  let sum = 0
  for (const byte of page) sum = (sum << 8) ^ (checksumOfByte[((sum >>> 24) ^ byte) & 0xff] as number)
  return sum >>> 0
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
