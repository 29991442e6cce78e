import { concatBytes } from './bytes.ts'
import { decoded, tooShort, type Decoded } from './decoded.ts'
import type { NtpTime } from './ntp-time.ts'

/** One packet of an RTCP datagram, RFC 3550 section 6.4 to 6.6. */
export type RtcpPacket = SenderReport | ReceiverReport | Sdes | Bye | OtherRtcp

export type SenderReport = {
  readonly kind: 'sender-report'
  readonly ssrc: number
  readonly ntpTime: NtpTime // civil time of ...
  readonly timestampTicks: number // ... this RTP time: so a player aligns its tracks
  readonly sentPackets: number // 32 bits, wraps
  readonly sentPayloadBytes: number // without headers and padding; 32 bits, wraps
  readonly reports: readonly ReportBlock[]
}

export type ReceiverReport = {
  readonly kind: 'receiver-report'
  readonly ssrc: number // of the receiver
  readonly reports: readonly ReportBlock[]
}

/** What a receiver says of one source, section 6.4.1. */
export type ReportBlock = {
  readonly ssrc: number // of the source
  readonly fractionLost: number // since the report before, in 1/256
  readonly cumulativePacketsLost: number // 24 bits signed; duplicates make it negative
  readonly extendedHighestSequenceNumber: number // 32 bits
  readonly jitterTicks: number
  readonly lastSr: number // middle 32 bits of the last sender report's NTP time; 0 before there was one
  readonly delaySinceLastSr: number // 1/65536 s
}

/** Source description; of its items only CNAME is kept. */
export type Sdes = {
  readonly kind: 'source-description'
  readonly sources: readonly { readonly ssrc: number; readonly cname?: string }[]
}

export type Bye = { readonly kind: 'bye'; readonly ssrcs: readonly number[]; readonly reason?: string }

/** A type that is not read here, such as APP, feedback or extended reports. */
export type OtherRtcp = {
  readonly kind: 'other'
  readonly packetType: number
  readonly count: number // 5 bits: count, subtype or format
  readonly body: Uint8Array
}

const HEADER_BYTES = 4
const BLOCK_BYTES = 24
const SENDER_INFO_BYTES = 20
const CNAME = 1
const MAX_COUNT = 31
const packetTypes = { senderReport: 200, receiverReport: 201, sourceDescription: 202, bye: 203 } as const

/** Whether a datagram of a port that RTP and RTCP share is RTCP, RFC 5761 section 4. */
export function isRtcp(datagram: Uint8Array): boolean {
  const packetType = datagram[1] ?? 0
  return packetType >= 192 && packetType <= 223
}

/** Reads a datagram of one or more packets; one that is malformed spoils all, since lengths lead from each to the next
 *  (appendix A.2). Faults: too-short, bad-version, bad-length, bad-padding, and unsupported for what is no RTCP. */
export function decodeRtcp(datagram: Uint8Array): Decoded<RtcpPacket[]> {
  const packets: RtcpPacket[] = []
  let at = 0
  do {
    const gotBytes = datagram.length - at
    if (gotBytes < HEADER_BYTES) return tooShort(HEADER_BYTES, gotBytes)
    const statedBytes = 4 * (1 + (((datagram[at + 2] as number) << 8) | (datagram[at + 3] as number))) // in words less one
    const packet = decodeOne(datagram.subarray(at, at + statedBytes), statedBytes)
    if (!packet.ok) return packet
    packets.push(packet.value)
    at += statedBytes
  } while (at < datagram.length)
  return decoded(packets)
}

function decodeOne(bytes: Uint8Array, statedBytes: number): Decoded<RtcpPacket> {
  const flags = bytes[0] as number // V 2 bits, P, count 5 bits
  const packetType = bytes[1] as number
  if (flags >> 6 !== 2) return { ok: false, fault: { code: 'bad-version', version: flags >> 6 } }
  // RFC 5761 section 4: 192 to 223 is RTCP; others are RTP that came to the wrong port.
  if (packetType < 192 || packetType > 223) return unsupported(`RTCP packet type ${packetType}`)
  if (bytes.length < statedBytes) return badLength(statedBytes, bytes.length)
  const hasPadding = (flags & 0x20) !== 0
  const paddingBytes = hasPadding ? (bytes[bytes.length - 1] as number) : 0
  const isWords = paddingBytes % 4 === 0 // as the packet itself, section 6.4.1
  if (paddingBytes > bytes.length - HEADER_BYTES || (hasPadding && paddingBytes === 0) || !isWords) {
    return { ok: false, fault: { code: 'bad-padding', paddingBytes } }
  }
  return decodeBody(packetType, flags & 0x1f, bytes.subarray(HEADER_BYTES, bytes.length - paddingBytes))
}

function decodeBody(packetType: number, count: number, body: Uint8Array): Decoded<RtcpPacket> {
  switch (packetType) {
    case packetTypes.senderReport:
      return decodeSenderReport(count, body)
    case packetTypes.receiverReport:
      return decodeReceiverReport(count, body)
    case packetTypes.sourceDescription:
      return decodeSdes(count, body)
    case packetTypes.bye:
      return decodeBye(count, body)
    default:
      return decoded({ kind: 'other', packetType, count, body })
  }
}

function decodeSenderReport(count: number, body: Uint8Array): Decoded<SenderReport> {
  const neededBytes = 4 + SENDER_INFO_BYTES + count * BLOCK_BYTES
  if (body.length < neededBytes) return tooShort(neededBytes, body.length)
  const view = viewOf(body)
  return decoded({
    kind: 'sender-report',
    ssrc: view.getUint32(0),
    ntpTime: { seconds: view.getUint32(4), fraction: view.getUint32(8) },
    timestampTicks: view.getUint32(12),
    sentPackets: view.getUint32(16),
    sentPayloadBytes: view.getUint32(20),
    reports: reportBlocks(view, 4 + SENDER_INFO_BYTES, count),
  })
}

function decodeReceiverReport(count: number, body: Uint8Array): Decoded<ReceiverReport> {
  const neededBytes = 4 + count * BLOCK_BYTES
  if (body.length < neededBytes) return tooShort(neededBytes, body.length)
  const view = viewOf(body)
  return decoded({ kind: 'receiver-report', ssrc: view.getUint32(0), reports: reportBlocks(view, 4, count) })
}

/** What follows the blocks is a profile's extension, and ignored. */
function reportBlocks(view: DataView, from: number, count: number): ReportBlock[] {
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * BLOCK_BYTES
    return {
      ssrc: view.getUint32(at),
      fractionLost: view.getUint8(at + 4),
      cumulativePacketsLost: (view.getInt32(at + 4) << 8) >> 8,
      extendedHighestSequenceNumber: view.getUint32(at + 8),
      jitterTicks: view.getUint32(at + 12),
      lastSr: view.getUint32(at + 16),
      delaySinceLastSr: view.getUint32(at + 20),
    }
  })
}

function decodeSdes(count: number, body: Uint8Array): Decoded<Sdes> {
  const sources: { ssrc: number; cname?: string }[] = []
  let at = 0
  while (sources.length < count) {
    if (body.length < at + 4) return tooShort(at + 4, body.length)
    const ssrc = viewOf(body).getUint32(at)
    const items = decodeItems(body, at + 4)
    if (!items.ok) return items
    const { cname, end } = items.value
    sources.push({ ssrc, ...(cname === undefined ? {} : { cname }) })
    at = end
  }
  return decoded({ kind: 'source-description', sources })
}

/** The items of one chunk: type, length, text; a type of 0 ends them, and fills the chunk up to whole words. */
function decodeItems(body: Uint8Array, from: number): Decoded<{ cname: string | undefined; end: number }> {
  let cname: string | undefined
  let at = from
  while (body[at] !== 0) {
    const textStart = at + 2
    const end = textStart + (body[at + 1] ?? 0)
    if (end > body.length) return tooShort(end, body.length)
    if (body[at] === CNAME) cname = textOf(body.subarray(textStart, end))
    at = end
  }
  return decoded({ cname, end: wholeWords(at + 1) })
}

function decodeBye(count: number, body: Uint8Array): Decoded<Bye> {
  const reasonStart = 4 * count + 1
  if (body.length < 4 * count) return tooShort(4 * count, body.length)
  const view = viewOf(body)
  const ssrcs = Array.from({ length: count }, (_, index) => view.getUint32(4 * index))
  const reasonBytes = body[reasonStart - 1]
  if (reasonBytes === undefined) return decoded({ kind: 'bye', ssrcs })
  const reason = body.subarray(reasonStart, reasonStart + reasonBytes)
  if (reason.length < reasonBytes) return badLength(reasonBytes, reason.length)
  return decoded({ kind: 'bye', ssrcs, reason: textOf(reason) })
}

/** Writes one datagram; a compound one begins with a report (section 6.1), which is the caller's order. Throws
 *  RangeError for more than 31 reports, sources or SSRCs in a packet, and for a text over 255 bytes. */
export function encodeRtcp(packets: readonly RtcpPacket[]): Uint8Array {
  return concatBytes(packets.map(encodeOne))
}

function encodeOne(packet: RtcpPacket): Uint8Array {
  switch (packet.kind) {
    case 'sender-report':
      return framed(packetTypes.senderReport, packet.reports.length, encodeSenderReport(packet))
    case 'receiver-report':
      return framed(packetTypes.receiverReport, packet.reports.length, [
        words(packet.ssrc),
        ...packet.reports.map(encodeBlock),
      ])
    case 'source-description':
      return framed(packetTypes.sourceDescription, packet.sources.length, packet.sources.map(encodeSource))
    case 'bye':
      return framed(packetTypes.bye, packet.ssrcs.length, encodeBye(packet))
    case 'other':
      return framed(packet.packetType, packet.count, [packet.body])
  }
}

/** Header, body, and zeros up to whole words. */
function framed(packetType: number, count: number, parts: readonly Uint8Array[]): Uint8Array {
  if (count > MAX_COUNT) throw new RangeError(`an RTCP packet holds ${MAX_COUNT} at most, got ${count}`)
  const body = concatBytes(parts)
  const packet = new Uint8Array(HEADER_BYTES + wholeWords(body.length))
  viewOf(packet).setUint16(2, packet.length / 4 - 1)
  packet[0] = 0x80 | count
  packet[1] = packetType
  packet.set(body, HEADER_BYTES)
  return packet
}

function encodeSenderReport(report: SenderReport): Uint8Array[] {
  const { ssrc, ntpTime, timestampTicks, sentPackets, sentPayloadBytes, reports } = report
  const info = words(ssrc, ntpTime.seconds, ntpTime.fraction, timestampTicks, sentPackets, sentPayloadBytes)
  return [info, ...reports.map(encodeBlock)]
}

/** Losses that do not fit into 24 bits stay at the limit (appendix A.3). */
function encodeBlock(block: ReportBlock): Uint8Array {
  const lost = Math.max(-0x80_0000, Math.min(0x7f_ffff, block.cumulativePacketsLost))
  return words(
    block.ssrc,
    (block.fractionLost << 24) | (lost & 0xff_ffff),
    block.extendedHighestSequenceNumber,
    block.jitterTicks,
    block.lastSr,
    block.delaySinceLastSr,
  )
}

function encodeSource({ ssrc, cname }: Sdes['sources'][number]): Uint8Array {
  const item = cname === undefined ? [] : [Uint8Array.of(CNAME), encodeText(cname)]
  const chunk = concatBytes([words(ssrc), ...item])
  const padded = new Uint8Array(wholeWords(chunk.length + 1)) // at least one 0: the end of the items
  padded.set(chunk)
  return padded
}

function encodeBye({ ssrcs, reason }: Bye): Uint8Array[] {
  return [words(...ssrcs), ...(reason === undefined ? [] : [encodeText(reason)])]
}

/** Length, then text. */
function encodeText(text: string): Uint8Array {
  const bytes = Uint8Array.from(text, (character) => character.codePointAt(0) ?? 0)
  if (bytes.length > 255) throw new RangeError(`a text of ${bytes.length} bytes, 255 is the limit`)
  return Uint8Array.of(bytes.length, ...bytes)
}

/** Texts here are ASCII (user@host); any other byte is kept as the character of its number. */
function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  const view = viewOf(bytes)
  values.forEach((value, index) => view.setUint32(4 * index, value))
  return bytes
}

function wholeWords(sizeBytes: number): number {
  return 4 * Math.ceil(sizeBytes / 4)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

function badLength(statedBytes: number, gotBytes: number): Decoded<never> {
  return { ok: false, fault: { code: 'bad-length', statedBytes, gotBytes } }
}

function unsupported(what: string): Decoded<never> {
  return { ok: false, fault: { code: 'unsupported', what } }
}
