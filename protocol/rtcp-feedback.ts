import { badLength, decoded, tooShort, unsupported, type Decoded } from './decoded.ts'
import type { OtherRtcp } from './rtcp.ts'
import { sequenceDistance } from './rtp.ts'

/** A receiver's request to have packets again: generic NACK, RFC 4585 section 6.2.1. */
export type GenericNack = {
  readonly senderSsrc: number // who asks
  readonly mediaSsrc: number // of whom
  readonly lostSequenceNumbers: readonly number[] // 16 bits each, in the order told
}

const RTPFB = 205 // transport layer feedback, section 6.2
const PSFB = 206 // payload-specific feedback, section 6.3
const PICTURE_LOSS = 1 // its FMT
const GENERIC_NACK = 1 // its FMT
const SSRCS_BYTES = 8
const PAIR_BYTES = 4 // PID: a packet that is lost; BLP: which of the 16 after it are
const FOLLOWERS = 16
/** More than fit into a datagram of a usual network, and a bound for what one datagram can ask. */
const MAX_PAIRS = 256

export function isGenericNack({ packetType, count }: OtherRtcp): boolean {
  return packetType === RTPFB && count === GENERIC_NACK
}

/** Reads what `decodeRtcp` left unread. Faults: too-short, bad-length, unsupported (also for more than 256 pairs). */
export function decodeGenericNack(packet: OtherRtcp): Decoded<GenericNack> {
  const { body } = packet
  if (!isGenericNack(packet)) return unsupported(`RTCP feedback ${packet.packetType}/${packet.count} as a generic NACK`)
  if (body.length < SSRCS_BYTES + PAIR_BYTES) return tooShort(SSRCS_BYTES + PAIR_BYTES, body.length)
  const pairsBytes = body.length - SSRCS_BYTES
  if (pairsBytes % PAIR_BYTES !== 0) return badLength(PAIR_BYTES, pairsBytes % PAIR_BYTES)
  if (pairsBytes > MAX_PAIRS * PAIR_BYTES) return unsupported(`a generic NACK of ${pairsBytes / PAIR_BYTES} pairs`)
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  const lostSequenceNumbers: number[] = []
  for (let at = SSRCS_BYTES; at < body.length; at += PAIR_BYTES) {
    addPair(lostSequenceNumbers, view.getUint16(at), view.getUint16(at + 2))
  }
  return decoded({ senderSsrc: view.getUint32(0), mediaSsrc: view.getUint32(4), lostSequenceNumbers })
}

function addPair(lost: number[], packetId: number, followers: number): void {
  lost.push(packetId)
  for (let bit = 0; bit < FOLLOWERS; bit += 1) {
    if (followers & (1 << bit)) lost.push((packetId + bit + 1) & 0xffff)
  }
}

/** For `encodeRtcp`, behind a report in the same datagram. Numbers that rise share pairs. Throws RangeError for no number,
 *  and for more than 256 pairs. */
export function genericNackPacket({ senderSsrc, mediaSsrc, lostSequenceNumbers }: GenericNack): OtherRtcp {
  const pairs = pairsOf(lostSequenceNumbers)
  if (pairs.length === 0 || pairs.length > MAX_PAIRS) throw new RangeError(`a generic NACK of ${pairs.length} pairs`)
  const body = new Uint8Array(SSRCS_BYTES + pairs.length * PAIR_BYTES)
  const view = new DataView(body.buffer)
  view.setUint32(0, senderSsrc)
  view.setUint32(4, mediaSsrc)
  pairs.forEach(({ packetId, followers }, index) => {
    view.setUint16(SSRCS_BYTES + index * PAIR_BYTES, packetId)
    view.setUint16(SSRCS_BYTES + index * PAIR_BYTES + 2, followers)
  })
  return { kind: 'other', packetType: RTPFB, count: GENERIC_NACK, body }
}

/** For `encodeRtcp`, behind a report in the same datagram: the receiver needs a keyframe. RFC 4585 section 6.3.1. */
export function pictureLossPacket({ senderSsrc, mediaSsrc }: Pick<GenericNack, 'senderSsrc' | 'mediaSsrc'>): OtherRtcp {
  const body = new Uint8Array(SSRCS_BYTES)
  const view = new DataView(body.buffer)
  view.setUint32(0, senderSsrc)
  view.setUint32(4, mediaSsrc)
  return { kind: 'other', packetType: PSFB, count: PICTURE_LOSS, body }
}

type Pair = { readonly packetId: number; followers: number }

function pairsOf(sequenceNumbers: readonly number[]): Pair[] {
  const pairs: Pair[] = []
  for (const sequenceNumber of sequenceNumbers) {
    const last = pairs.at(-1)
    const distance = last === undefined ? 0 : sequenceDistance(last.packetId, sequenceNumber)
    if (last !== undefined && distance >= 1 && distance <= FOLLOWERS) last.followers |= 1 << (distance - 1)
    else pairs.push({ packetId: sequenceNumber, followers: 0 })
  }
  return pairs
}
