import { encodeAdts, type AacConfig } from './aac.ts'
import { concatBytes } from './bytes.ts'
import { wrapTicks } from './mpeg-ts-clock.ts'
import { TS_PACKET_BYTES } from './mpeg-ts-packet.ts'
import { encodePes, encodeTsPackets, type TsPcr } from './mpeg-ts-packet-writer.ts'
import { programSections } from './mpeg-ts-program-writer.ts'
import { nalSyntaxes, type NalSyntax, type VideoCodec } from './nal-syntax.ts'

export type TsWriterOptions = {
  readonly hasVideo: boolean
  readonly videoCodec?: VideoCodec // absent: h264
  readonly audio?: AacConfig
}

/** Times are 90 kHz ticks, of which the stream tells 33 bits. */
export type TsPicture = { readonly ptsTicks: number; readonly dtsTicks: number; readonly nals: readonly Uint8Array[] }
export type TsSound = { readonly ptsTicks: number; readonly accessUnit: Uint8Array }

const PAT_PID = 0
const PMT_PID = 0x1000
const VIDEO_PID = 0x100
const AUDIO_PID = 0x101
const VIDEO_STREAM_ID = 0xe0
const AUDIO_STREAM_ID = 0xc0
const START_CODE = Uint8Array.of(0, 0, 0, 1)
/** The decoder gets a picture so long after the clock that stands before it: its first byte cannot be late. */
const PCR_AHEAD_TICKS = 63_000 // 0.7 s, as ffmpeg has it

/** A transport stream of one program with H.264 or HEVC and AAC, ISO/IEC 13818-1: bytes for each unit, in the order in which they are
 *  given. The tables stand before each keyframe, so that it can be cut there; each picture carries the clock. */
export class MpegTsWriter {
  readonly #options: TsWriterOptions
  readonly #syntax: NalSyntax
  readonly #delimiter: Uint8Array // ISO/IEC 13818-1 sections 2.14.1 and 2.17.1 ask for one
  readonly #counters = new Map<number, number>() // continuity, by PID

  constructor(options: TsWriterOptions) {
    this.#options = options
    this.#syntax = nalSyntaxes[options.videoCodec ?? 'h264']
    this.#delimiter = Uint8Array.of(...START_CODE, ...this.#syntax.delimiter)
  }

  /** PAT and PMT; for who writes sound alone they are to be asked for now and then. */
  tables(): Uint8Array {
    const { hasVideo, videoCodec, audio } = this.#options
    const pcrPid = hasVideo ? VIDEO_PID : AUDIO_PID
    const sections = programSections(PMT_PID, {
      pcrPid,
      ...(hasVideo ? { videoPid: VIDEO_PID } : {}),
      ...(videoCodec && { videoCodec }),
      ...(audio === undefined ? {} : { audioPid: AUDIO_PID }),
    })
    return concatBytes([this.#packets(PAT_PID, sections.pat), this.#packets(PMT_PID, sections.pmt)])
  }

  /** One access unit; an access unit delimiter is put before it. */
  picture({ ptsTicks, dtsTicks, nals }: TsPicture): Uint8Array {
    const units = nals.filter((nal) => !this.#syntax.isDelimiter(nal))
    const isKeyframe = this.#syntax.frameKind(units) === 'idr'
    const payload = concatBytes([this.#delimiter, ...units.flatMap((nal) => [START_CODE, nal])])
    const pes = encodePes(VIDEO_STREAM_ID, { ptsTicks: wrapTicks(ptsTicks), dtsTicks: wrapTicks(dtsTicks), payload })
    const pcr = { ticks90kHz: wrapTicks(dtsTicks - PCR_AHEAD_TICKS), randomAccess: isKeyframe }
    const packets = this.#packets(VIDEO_PID, pes, pcr)
    return isKeyframe ? concatBytes([this.tables(), packets]) : packets
  }

  /** One access unit, in ADTS. Throws RangeError without a configuration of the sound. */
  sound({ ptsTicks, accessUnit }: TsSound): Uint8Array {
    const { audio, hasVideo } = this.#options
    if (audio === undefined) throw new RangeError('this transport stream has no sound')
    const pes = encodePes(AUDIO_STREAM_ID, { ptsTicks: wrapTicks(ptsTicks), payload: encodeAdts(audio, accessUnit) })
    const pcr = { ticks90kHz: wrapTicks(ptsTicks - PCR_AHEAD_TICKS), randomAccess: true }
    return this.#packets(AUDIO_PID, pes, hasVideo ? undefined : pcr)
  }

  #packets(pid: number, unit: Uint8Array, pcr?: TsPcr): Uint8Array {
    const firstCounter = this.#counters.get(pid) ?? 0
    const packets = encodeTsPackets({ pid, unit, firstCounter, pcr })
    this.#counters.set(pid, (firstCounter + packets.length / TS_PACKET_BYTES) & 0x0f)
    return packets
  }
}
