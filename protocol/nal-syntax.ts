import * as h264 from './h264.ts'
import * as h265 from './h265.ts'
import type { FrameKind } from './outline.ts'

export type VideoCodec = 'h264' | 'h265'

/** What all that carries pictures must know of a codec's NAL units. Where only headers have come, they suffice. */
export type NalSyntax = {
  readonly codec: VideoCodec
  readonly headerBytes: number // of a NAL unit; the slice header comes right behind
  readonly delimiter: readonly number[] // the NAL unit that begins an access unit of any slice type
  readonly nalType: (nal: Uint8Array) => number
  readonly isSlice: (nal: Uint8Array) => boolean
  readonly isDelimiter: (nal: Uint8Array) => boolean
  /** Says nothing: RTP has its marker instead of delimiters, and no constant rate to fill. */
  readonly isPadding: (nal: Uint8Array) => boolean
  readonly parameterSetTypes: readonly number[] // in the order in which a decoder wants them
  /** Of one picture, by what came of it; `highestTemporalId` of the stream, as far as it is known. */
  readonly frameKind: (nals: readonly Uint8Array[], highestTemporalId?: number) => FrameKind
  /** Of the pictures of a segment, in decode order. */
  readonly frameKinds: (pictures: readonly (readonly Uint8Array[])[]) => FrameKind[]
}

const { nalTypes: types264 } = h264
const { nalTypes: types265 } = h265

export const nalSyntaxes: Readonly<Record<VideoCodec, NalSyntax>> = {
  h264: {
    codec: 'h264',
    headerBytes: 1,
    delimiter: [types264.accessUnitDelimiter, 0xf0],
    nalType: h264.nalType,
    isSlice: h264.isSlice,
    isDelimiter: (nal) => h264.nalType(nal) === types264.accessUnitDelimiter,
    isPadding: (nal) => h264.nalType(nal) === types264.accessUnitDelimiter || h264.nalType(nal) === types264.filler,
    parameterSetTypes: [types264.sps, types264.pps],
    frameKind: h264.frameKind,
    frameKinds: (pictures) => pictures.map(h264.frameKind),
  },
  h265: {
    codec: 'h265',
    headerBytes: h265.NAL_HEADER_BYTES,
    delimiter: [types265.accessUnitDelimiter << 1, 1, 0x50],
    nalType: h265.nalType,
    isSlice: h265.isSlice,
    isDelimiter: (nal) => nal.length > 0 && h265.nalType(nal) === types265.accessUnitDelimiter,
    isPadding: isPaddingH265,
    parameterSetTypes: [types265.vps, types265.sps, types265.pps],
    frameKind: h265.frameKind,
    frameKinds: h265.frameKinds,
  },
}

/** A unit without a whole header is none, and of more than the base layer a plain decoder knows nothing. */
function isPaddingH265(nal: Uint8Array): boolean {
  const type = h265.nalType(nal)
  const isFiller = type === types265.accessUnitDelimiter || type === types265.filler
  return isFiller || nal.length < h265.NAL_HEADER_BYTES || h265.layerId(nal) > 0
}

/** Which codec an RFC 6381 string such as `avc1.64001f` names; of all that Weir writes, what is not HEVC is H.264. */
export function videoCodecOf(codecString: string | undefined): VideoCodec {
  return codecString !== undefined && /^h(?:ev|vc)1\./.test(codecString) ? 'h265' : 'h264'
}
