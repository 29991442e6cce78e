import {
  STREAM_TYPE_ADTS_AAC,
  STREAM_TYPE_H264,
  STREAM_TYPE_H265,
  sectionCrc,
  type TsProgram,
} from './mpeg-ts-program.ts'

const PROGRAM_NUMBER = 1
const PAYLOAD_BYTES = 184
const STUFFING = 0xff
const NO_DESCRIPTORS = 0xf000 // 4 reserved bits, a length of 0

/** PAT and PMT of one program, ISO/IEC 13818-1 sections 2.4.4.3 and 2.4.4.8, each behind its pointer field and
 *  stuffed to a transport packet (section 2.4.4). */
export function programSections(pmtPid: number, { pcrPid, videoPid, videoCodec, audioPid }: TsProgram) {
  const streams = [
    ...(videoPid === undefined
      ? []
      : [{ type: videoCodec === 'h265' ? STREAM_TYPE_H265 : STREAM_TYPE_H264, pid: videoPid }]),
    ...(audioPid === undefined ? [] : [{ type: STREAM_TYPE_ADTS_AAC, pid: audioPid }]),
  ]
  return {
    pat: section(0, [...uint16(PROGRAM_NUMBER), ...uint16(0xe000 | pmtPid)]),
    pmt: section(2, [
      ...uint16(0xe000 | pcrPid),
      ...uint16(NO_DESCRIPTORS),
      ...streams.flatMap(({ type, pid }) => [type, ...uint16(0xe000 | pid), ...uint16(NO_DESCRIPTORS)]),
    ]),
  }
}

/** table_id, section_length, an identifier of 1 (both tables have one here), version 0, section 0 of 0, body, CRC_32. */
function section(tableId: number, body: readonly number[]): Uint8Array {
  const lengthBytes = 5 + body.length + 4
  const bytes = [tableId, ...uint16(0xb000 | lengthBytes), ...uint16(1), 0xc1, 0, 0, ...body]
  const crc = sectionCrc(Uint8Array.from(bytes))
  const payload = new Uint8Array(PAYLOAD_BYTES).fill(STUFFING)
  payload.set([0, ...bytes, ...uint16(crc >>> 16), ...uint16(crc)])
  return payload
}

function uint16(value: number): [number, number] {
  return [(value >>> 8) & 0xff, value & 0xff]
}
