import { decoded, type Decoded } from './decoded.ts'
import { TS_PACKET_BYTES } from './mpeg-ts-packet.ts'
import { PCR_WRAP_TICKS, readClockReferences, type TsClockReference } from './mpeg-ts-pcr.ts'
import { RTP_HEADER_BYTES } from './rtp.ts'

/** The static payload type of a transport stream, and its clock; RFC 3551 section 6. */
export const MP2T_PAYLOAD_TYPE = 33
export const MP2T_CLOCK_RATE_HZ = 90_000

/** RTP packets of at most this size, of seven transport packets: what fits an Ethernet frame. */
export const MP2T_MAX_RTP_BYTES = RTP_HEADER_BYTES + 7 * TS_PACKET_BYTES

/** One RTP payload: whole transport packets as they stand in the segment. */
export type Mp2tPart = {
  readonly payload: Uint8Array
  readonly sendTicks: number // 90 kHz after the segment's first byte; whole
}

export type Mp2tOptions = {
  readonly maxRtpBytes: number // of a packet, header included
  readonly durationTicks: number // 90 kHz, of the segment
}

const PCR_TICKS_PER_TICK = 300 // 27 MHz by 90 kHz

/** A segment as RTP payloads, RFC 2250 section 2: an integral number of transport packets each, the last with what is
 *  left over. Each is due when the stream's own clock reaches its first byte: clock references, and the bytes between them
 *  at an even rate; what follows the last one over the rest of the segment, so that the next begins in time. Payloads are
 *  views. Bytes after the last whole packet are left out.
 *  Faults: too-short, unsupported without a program map. RangeError when not one transport packet fits. */
export function packetiseRtpMp2t(bytes: Uint8Array, { maxRtpBytes, durationTicks }: Mp2tOptions): Decoded<Mp2tPart[]> {
  const packetsOfPart = Math.floor((maxRtpBytes - RTP_HEADER_BYTES) / TS_PACKET_BYTES)
  if (packetsOfPart < 1) throw new RangeError(`no transport packet fits into ${maxRtpBytes} bytes of RTP`)
  const references = readClockReferences(bytes)
  if (!references.ok) return references
  const endByte = bytes.length - (bytes.length % TS_PACKET_BYTES)
  const points = clockPoints(references.value, { endByte, durationTicks })
  const parts: Mp2tPart[] = []
  let point = 0
  for (let at = 0; at < endByte; at += packetsOfPart * TS_PACKET_BYTES) {
    while ((points[point + 1] as ClockPoint).atByte <= at) point += 1
    const payload = bytes.subarray(at, Math.min(at + packetsOfPart * TS_PACKET_BYTES, endByte))
    parts.push({ payload, sendTicks: between(points[point] as ClockPoint, points[point + 1] as ClockPoint, at) })
  }
  return decoded(parts)
}

type ClockPoint = { readonly atByte: number; readonly ticks: number }

/** From the first byte to the end, never back. The first reference tells the time of all before it. A reference that leaps
 *  back or beyond the segment's end tells nothing of the pace; its bytes keep to that of their neighbours. */
function clockPoints(
  references: readonly TsClockReference[],
  { endByte, durationTicks }: { readonly endByte: number; readonly durationTicks: number },
): ClockPoint[] {
  const points: ClockPoint[] = [{ atByte: 0, ticks: 0 }]
  const [first] = references
  let reachedTicks = 0
  for (const { ticks27MHz, atByte } of references) {
    const sinceFirst = ticks27MHz - (first?.ticks27MHz ?? 0)
    const ticks = (sinceFirst < 0 ? sinceFirst + PCR_WRAP_TICKS : sinceFirst) / PCR_TICKS_PER_TICK
    if (ticks < reachedTicks || ticks > durationTicks) continue
    points.push({ atByte, ticks })
    reachedTicks = ticks
  }
  return [...points, { atByte: endByte, ticks: durationTicks }]
}

function between(from: ClockPoint, to: ClockPoint, atByte: number): number {
  const ratio = (atByte - from.atByte) / (to.atByte - from.atByte)
  return Math.round(from.ticks + ratio * (to.ticks - from.ticks))
}
