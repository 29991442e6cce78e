import { videoCodecOf } from '../protocol/nal-syntax.ts'
import type { Outline } from '../protocol/outline.ts'
import { chooseH264, readWebRtcOffer, type OfferedH264, type WebRtcOffer } from '../protocol/webrtc-offer.ts'
import { Refusal } from './refusal.ts'

/** What of an outline goes to a receiver of WebRTC, and how he takes it. */
export type MediaChoice = {
  readonly videoMid: string
  readonly h264: OfferedH264
  readonly audio?: WebRtcOffer['audio'] // offered; it is sent where the outline has Opus
  readonly hasSound: boolean
}

/** Throws `bad-offer`, `h264-not-offered`, `not-for-webrtc`. */
export function chooseMedia(offer: string, outline: Outline): MediaChoice {
  const read = readWebRtcOffer(offer)
  if (!read.ok) throw new Refusal('bad-offer', `expected an SDP offer to receive media: ${JSON.stringify(read.fault)}`)
  const { video, audio } = read.value
  if (video === undefined) throw new Refusal('bad-offer', 'expected a section of video to receive, m=video')
  const codec = sendableCodec(outline)
  const h264 = chooseH264(video, codec)
  if (h264 === undefined) throw new Refusal('h264-not-offered', 'expected H264 with packetization-mode=1 in m=video')
  return {
    videoMid: video.mid,
    h264,
    ...(audio === undefined ? {} : { audio }),
    hasSound: audio !== undefined && outline.audio?.codec === 'opus',
  }
}

function sendableCodec(outline: Outline): string {
  const { variant, video } = outline
  if (video === undefined) throw new Refusal('not-for-webrtc', `${variant} is sound alone`)
  if (videoCodecOf(video.codec) !== 'h264')
    throw new Refusal('not-for-webrtc', `${variant} is no H.264 (${video.codec})`)
  if (isReordered(outline)) throw new Refusal('not-for-webrtc', `${variant} has B-frames, which WebRTC cannot show`)
  return video.codec
}

/** Whether pictures are shown in another order than they are decoded in. Tried: of those Chromium's WebRTC shows one in thirteen. */
function isReordered({ segments }: Outline): boolean {
  return segments.some(({ frames }) => {
    return frames.some(({ ptsTicks }, index) => ptsTicks < (frames[index - 1]?.ptsTicks ?? -Infinity))
  })
}
