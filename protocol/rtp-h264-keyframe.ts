import { nalType, nalTypes } from './h264.ts'
import { decodeH264Payload } from './rtp-h264-payload.ts'

/** Whether a decoder can begin with this payload: it holds the start of an IDR picture, or of the parameter sets before one,
 *  RFC 6184 sections 5.6 to 5.8. False for what is no such payload. */
export function beginsKeyframe(payload: Uint8Array): boolean {
  const decoded = decodeH264Payload(payload)
  if (!decoded.ok) return false
  switch (decoded.value.kind) {
    case 'single':
      return isOfKeyframe(nalType(decoded.value.nal))
    case 'aggregate':
      return decoded.value.nals.some((nal) => isOfKeyframe(nalType(nal)))
    case 'fragment':
      return decoded.value.start && isOfKeyframe(decoded.value.nalHeader & 0x1f)
  }
}

function isOfKeyframe(type: number): boolean {
  return type === nalTypes.idrSlice || type === nalTypes.sps
}
