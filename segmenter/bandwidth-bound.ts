import { AUDIO_BITS_PER_SECOND } from './encode.ts'
import { valueOf, type Rational } from './rational.ts'

export type Muxed = {
  readonly frameRate: Rational
  readonly withAudio: boolean
  readonly audioBitsPerSecond?: number // of a sound that is copied the highest of any second
}
type Coded = Muxed & { readonly maxRateBitsPerSecond: number }

// A run of segments that counts (RFC 8216 section 4.3.4.2) lasts 2 s or more: half the target duration of 4 s. The
// buffer of one second that the encoder may fill before it adds half of the rate to such a run.
const BUFFER_SHARE = 1 / 2
const AUDIO_SHARE = 1.15 // AAC's rate is a mean, and ADTS adds 7 bytes to a frame of some 340
const BITS_PER_FRAME = 8 * (19 + 8 + 184) // PES header, PCR, and the stuffing of a last transport packet
const TABLES_BITS_PER_SECOND = 8 * 188 * (2 * 10 + 2) // PAT and PMT ten times a second, SDT twice
const TS_SHARE = 188 / 184

/** BANDWIDTH of a variant of which not all is encoded: more than any run of its segments can have. */
export function bandwidthBound({ maxRateBitsPerSecond, ...muxed }: Coded): number {
  return transportBound(maxRateBitsPerSecond * (1 + BUFFER_SHARE), muxed)
}

/** The most that pictures of this rate can have with their sound, as a transport stream. */
export function transportBound(videoBitsPerSecond: number, muxed: Muxed): number {
  const { frameRate, withAudio, audioBitsPerSecond = AUDIO_BITS_PER_SECOND * AUDIO_SHARE } = muxed
  const audio = withAudio ? audioBitsPerSecond : 0
  return Math.ceil(
    (videoBitsPerSecond + audio) * TS_SHARE + valueOf(frameRate) * BITS_PER_FRAME + TABLES_BITS_PER_SECOND,
  )
}
