import { MP2T_MAX_RTP_BYTES } from '../protocol/rtp-mp2t.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'

/** How a presentation becomes RTP: `h264` (the name of old) as pictures of its codec, H.264 or HEVC, with AAC beside them, `mp2t` as the transport stream that the segments are. */
export type RtpPayload = 'h264' | 'mp2t'

export type RtpFormat = {
  readonly payload: RtpPayload
  readonly maxRtpBytes: number // of a packet, header included
}

/** Behind a link, and so wherever ways are compared, all packets are of the size that a data channel carries: five
 *  transport packets of the seven. */
export function rtpFormat(payload: RtpPayload, isBehindLink: boolean): RtpFormat {
  const isRoomy = payload === 'mp2t' && !isBehindLink
  return { payload, maxRtpBytes: isRoomy ? MP2T_MAX_RTP_BYTES : DEFAULT_MAX_RTP_BYTES }
}
