import type { AdtsHeader } from './aac.ts'
import { decoded, tooShort, type Decoded, type WireFault } from './decoded.ts'
import { AdtsStream, type AudioAccessUnit } from './mpeg-ts-audio.ts'
import { decodeTsPacket, TS_PACKET_BYTES } from './mpeg-ts-packet.ts'
import { PCR_LAST_BASE_BYTE, type TsClockReference } from './mpeg-ts-pcr.ts'
import { findProgram } from './mpeg-ts-program.ts'
import { VideoStream, type VideoAccessUnit } from './mpeg-ts-video.ts'
import { nalSyntaxes, type VideoCodec } from './nal-syntax.ts'
import { PesCollector } from './pes.ts'

export { ticksAfter } from './mpeg-ts-clock.ts'
export type { AudioAccessUnit, VideoAccessUnit }

/** All that a media segment holds of H.264 (or HEVC) and AAC. `faults` tells what was left out, in the order of the bytes. */
export type TsSegment = {
  readonly video: readonly VideoAccessUnit[] // decode order
  readonly videoCodec?: VideoCodec // absent: h264
  readonly audio: readonly AudioAccessUnit[]
  readonly adts?: AdtsHeader // of the first audio frame
  readonly pcrs: readonly TsClockReference[]
  readonly faults: readonly WireFault[]
}

/** Reads a whole MPEG-2 transport stream, ISO/IEC 13818-1, with one access unit begun in each video PES packet, as
 *  HLS segments have it. Video bytes are copied once. Any bytes are read in linear time; what is wrong inside becomes a fault in the
 *  list. Faults of the whole: too-short, bad-sync at the first byte, unsupported without a program map. */
export function demuxMpegTs(bytes: Uint8Array): Decoded<TsSegment> {
  if (bytes.length < TS_PACKET_BYTES) return tooShort(TS_PACKET_BYTES, bytes.length)
  const first = decodeTsPacket(bytes, 0)
  if (!first.ok && first.fault.code === 'bad-sync') return first
  const program = findProgram(bytes)
  if (!program.ok) return program
  const { pcrPid, videoPid, videoCodec, audioPid } = program.value

  const faults: WireFault[] = []
  const pcrs: TsClockReference[] = []
  const video = new VideoStream(nalSyntaxes[videoCodec ?? 'h264'], faults)
  const audio = new AdtsStream(faults)
  const videoPes = new PesCollector(bytes, faults, (pes) => video.push(pes))
  const audioPes = new PesCollector(bytes, faults, (pes) => audio.push(pes))
  for (let at = 0; at + TS_PACKET_BYTES <= bytes.length; at += TS_PACKET_BYTES) {
    const packet = decodeTsPacket(bytes, at)
    if (!packet.ok) {
      faults.push(packet.fault)
      continue
    }
    const { pid, pcrTicks27MHz } = packet.value
    if (pid === pcrPid && pcrTicks27MHz !== undefined) {
      pcrs.push({ ticks27MHz: pcrTicks27MHz, atByte: at + PCR_LAST_BASE_BYTE })
    }
    if (pid === videoPid) videoPes.push(packet.value, at)
    else if (pid === audioPid) audioPes.push(packet.value, at)
  }
  videoPes.end()
  audioPes.end()
  video.end()
  audio.end()
  const cutBytes = bytes.length % TS_PACKET_BYTES
  if (cutBytes !== 0) faults.push({ code: 'bad-length', statedBytes: TS_PACKET_BYTES, gotBytes: cutBytes })
  return decoded({
    video: video.units,
    ...(videoCodec && { videoCodec }),
    audio: audio.units,
    ...(audio.firstHeader && { adts: audio.firstHeader }),
    pcrs,
    faults,
  })
}
