import { concatBytes } from './bytes.ts'
import { badLength, decoded, tooShort, unsupported, type Decoded } from './decoded.ts'
import type { OtherRtcp } from './rtcp.ts'

/** An extended report, RFC 3611 section 2: what a receiver says beyond its report blocks. */
export type ExtendedReport = { readonly ssrc: number; readonly blocks: readonly XrBlock[] }

export type XrBlock = StatisticsSummary | VoipMetrics | OtherXrBlock

/** Section 4.6, loss and duplicates. Its jitter and TTL are neither written nor read. */
export type StatisticsSummary = {
  readonly kind: 'statistics-summary'
  readonly ssrc: number // of the source
  readonly beginSequenceNumber: number // 16 bits
  readonly endSequenceNumber: number // the one after the last, 16 bits
  readonly lostPackets: number
  readonly duplicatePackets: number
}

/** Section 4.7, of which the times and ratios of packets are kept: signal levels and call quality are "unavailable". */
export type VoipMetrics = {
  readonly kind: 'voip-metrics'
  readonly ssrc: number // of the source
  readonly lossRate: number // never came, of all since the beginning, in 1/256
  readonly discardRate: number // came too late, in 1/256
  readonly burstDensity: number // lost or discarded within bursts, in 1/256
  readonly gapDensity: number // the same between bursts
  readonly burstMs: number // mean length; 16 bits
  readonly gapMs: number // mean length; 16 bits
  readonly roundTripMs: number // 0 before one is known
  readonly endSystemMs: number // what the receiver itself adds
  readonly gapMinPackets: number // Gmin: so many received in a row end a burst
  readonly jitterBufferMs: number // nominal and maximal: it does not adapt
}

/** A block that is not read here. */
export type OtherXrBlock = {
  readonly kind: 'other'
  readonly blockType: number
  readonly typeSpecific: number // 8 bits
  readonly body: Uint8Array // whole words
}

const XR = 207
const SSRC_BYTES = 4
const BLOCK_HEADER_BYTES = 4
const blockTypes = { statisticsSummary: 6, voipMetrics: 7 } as const
const SUMMARY_BYTES = 36 // behind the block's header
const VOIP_BYTES = 32
const HAS_LOSS = 0x80
const HAS_DUPLICATES = 0x40
const UNAVAILABLE = 127 // of a level or a quality
const NOT_ADAPTIVE = 0b1010_0000 // RX config: standard concealment, a jitter buffer that stays as it is

export function isExtendedReport({ packetType }: OtherRtcp): boolean {
  return packetType === XR
}

/** Reads what `decodeRtcp` left unread. Faults: too-short, bad-length, unsupported. */
export function decodeExtendedReport({ packetType, body }: OtherRtcp): Decoded<ExtendedReport> {
  if (packetType !== XR) return unsupported(`RTCP packet type ${packetType} as an extended report`)
  if (body.length < SSRC_BYTES) return tooShort(SSRC_BYTES, body.length)
  const blocks: XrBlock[] = []
  let at = SSRC_BYTES
  while (at < body.length) {
    const gotBytes = body.length - at
    if (gotBytes < BLOCK_HEADER_BYTES) return tooShort(BLOCK_HEADER_BYTES, gotBytes)
    const statedBytes = 4 * (1 + viewOf(body).getUint16(at + 2)) // in words less one
    if (gotBytes < statedBytes) return badLength(statedBytes, gotBytes)
    const block = decodeBlock(body.subarray(at, at + statedBytes))
    if (!block.ok) return block
    blocks.push(block.value)
    at += statedBytes
  }
  return decoded({ ssrc: viewOf(body).getUint32(0), blocks })
}

function decodeBlock(bytes: Uint8Array): Decoded<XrBlock> {
  const [blockType = 0, typeSpecific = 0] = bytes
  const body = bytes.subarray(BLOCK_HEADER_BYTES)
  if (blockType === blockTypes.statisticsSummary) return decodeSummary(typeSpecific, body)
  if (blockType === blockTypes.voipMetrics) return decodeVoip(body)
  return decoded({ kind: 'other', blockType, typeSpecific, body })
}

/** What its flags call absent is 0. */
function decodeSummary(flags: number, body: Uint8Array): Decoded<StatisticsSummary> {
  if (body.length !== SUMMARY_BYTES) return badLength(SUMMARY_BYTES, body.length)
  const view = viewOf(body)
  return decoded({
    kind: 'statistics-summary',
    ssrc: view.getUint32(0),
    beginSequenceNumber: view.getUint16(4),
    endSequenceNumber: view.getUint16(6),
    lostPackets: flags & HAS_LOSS ? view.getUint32(8) : 0,
    duplicatePackets: flags & HAS_DUPLICATES ? view.getUint32(12) : 0,
  })
}

function decodeVoip(body: Uint8Array): Decoded<VoipMetrics> {
  if (body.length !== VOIP_BYTES) return badLength(VOIP_BYTES, body.length)
  const view = viewOf(body)
  return decoded({
    kind: 'voip-metrics',
    ssrc: view.getUint32(0),
    lossRate: view.getUint8(4),
    discardRate: view.getUint8(5),
    burstDensity: view.getUint8(6),
    gapDensity: view.getUint8(7),
    burstMs: view.getUint16(8),
    gapMs: view.getUint16(10),
    roundTripMs: view.getUint16(12),
    endSystemMs: view.getUint16(14),
    gapMinPackets: view.getUint8(19),
    jitterBufferMs: view.getUint16(26),
  })
}

/** For `encodeRtcp`, behind a report in the same datagram. Fields that are too large stay at their limit. */
export function extendedReportPacket({ ssrc, blocks }: ExtendedReport): OtherRtcp {
  const head = new Uint8Array(SSRC_BYTES)
  viewOf(head).setUint32(0, ssrc)
  return { kind: 'other', packetType: XR, count: 0, body: concatBytes([head, ...blocks.map(encodeBlock)]) }
}

function encodeBlock(block: XrBlock): Uint8Array {
  switch (block.kind) {
    case 'statistics-summary':
      return framed(blockTypes.statisticsSummary, HAS_LOSS | HAS_DUPLICATES, encodeSummary(block))
    case 'voip-metrics':
      return framed(blockTypes.voipMetrics, 0, encodeVoip(block))
    case 'other':
      return framed(block.blockType, block.typeSpecific, block.body)
  }
}

function framed(blockType: number, typeSpecific: number, body: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_HEADER_BYTES + body.length)
  block[0] = blockType
  block[1] = typeSpecific
  viewOf(block).setUint16(2, body.length / 4)
  block.set(body, BLOCK_HEADER_BYTES)
  return block
}

function encodeSummary(summary: StatisticsSummary): Uint8Array {
  const body = new Uint8Array(SUMMARY_BYTES)
  const view = viewOf(body)
  view.setUint32(0, summary.ssrc)
  view.setUint16(4, summary.beginSequenceNumber)
  view.setUint16(6, summary.endSequenceNumber)
  view.setUint32(8, atMost(0xffff_ffff, summary.lostPackets))
  view.setUint32(12, atMost(0xffff_ffff, summary.duplicatePackets))
  return body
}

function encodeVoip(metrics: VoipMetrics): Uint8Array {
  const body = new Uint8Array(VOIP_BYTES)
  const view = viewOf(body)
  const { lossRate, discardRate, burstDensity, gapDensity, burstMs, gapMs, roundTripMs, endSystemMs } = metrics
  view.setUint32(0, metrics.ssrc)
  body.set(
    [lossRate, discardRate, burstDensity, gapDensity].map((rate) => atMost(255, rate)),
    4,
  )
  ;[burstMs, gapMs, roundTripMs, endSystemMs].forEach((ms, index) => view.setUint16(8 + 2 * index, atMost(0xffff, ms)))
  body.set([UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, metrics.gapMinPackets], 16) // signal, noise, echo, Gmin
  body.fill(UNAVAILABLE, 20, 24) // R factor, external one, MOS of listening, of conversation
  body[24] = NOT_ADAPTIVE
  for (const at of [26, 28, 30]) view.setUint16(at, atMost(0xffff, metrics.jitterBufferMs)) // nominal, maximal, limit
  return body
}

function atMost(limit: number, value: number): number {
  return Math.max(0, Math.min(limit, Math.floor(value)))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
