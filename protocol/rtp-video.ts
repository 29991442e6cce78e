import { nalSyntaxes, type VideoCodec } from './nal-syntax.ts'
import { h264PayloadFormat } from './rtp-h264-payload.ts'
import { h265PayloadFormat } from './rtp-h265-payload.ts'
import { planRtpNals, type RtpNalPlan } from './rtp-nal.ts'
import { nalHeaderBytes, type NalPayloadFormat } from './rtp-nal-payload.ts'

export const nalPayloadFormats: Readonly<Record<VideoCodec, NalPayloadFormat>> = {
  h264: h264PayloadFormat,
  h265: h265PayloadFormat,
}

/** As `planRtpNals`, of a stream of this codec. */
export function planRtpVideo(codec: VideoCodec, nalSizesBytes: readonly number[], maxPayloadBytes: number): RtpNalPlan {
  return planRtpNals(nalPayloadFormats[codec], nalSizesBytes, maxPayloadBytes)
}

/** Whether a decoder can begin with this payload: it holds the start of a keyframe, or of the parameter sets before one;
 *  RFC 6184 sections 5.6 to 5.8, RFC 7798 section 4.4. False for what is no such payload. */
export function beginsKeyframe(payload: Uint8Array, codec: VideoCodec = 'h264'): boolean {
  const decoded = nalPayloadFormats[codec].decode(payload)
  if (!decoded.ok) return false
  switch (decoded.value.kind) {
    case 'single':
      return isOfKeyframe(decoded.value.nal, codec)
    case 'aggregate':
      return decoded.value.nals.some((nal) => isOfKeyframe(nal, codec))
    case 'fragment':
      return decoded.value.start && isOfKeyframe(nalHeaderBytes(nalSyntaxes[codec], decoded.value.nalHeader), codec)
  }
}

/** The first of the parameter sets that always stand before a keyframe is enough. */
function isOfKeyframe(nal: Uint8Array, codec: VideoCodec): boolean {
  const { parameterSetTypes, nalType, isSlice, frameKind } = nalSyntaxes[codec]
  return parameterSetTypes.slice(0, -1).includes(nalType(nal)) || (isSlice(nal) && frameKind([nal]) === 'idr')
}
