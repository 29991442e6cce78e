import type { Outline } from '../protocol/outline.ts'
import { MP2T_CLOCK_RATE_HZ, MP2T_PAYLOAD_TYPE } from '../protocol/rtp-mp2t.ts'
import type { ControlTrack } from '../protocol/udp-control.ts'
import { TRACK_VIDEO, type PlannedPacket } from '../stream/send-schedule.ts'

export type PlayoutTrack = Omit<ControlTrack, 'sequenceNumber' | 'timestampTicks'>

type TrackFormat = Omit<PlayoutTrack, 'ssrc'>

/** Of tracks of their own. */
export type PayloadTypes = { readonly video: number; readonly audio: number }

/** As `presentation-sdp.ts` describes them. */
const USUAL_PAYLOAD_TYPES: PayloadTypes = { video: 96, audio: 97 }

/** What a playout sends of a presentation, in the order in which SDP describes it: video first, where there is any. RTP/MP2T has
 *  pictures and sound in one. */
export function trackFormats(
  outline: Outline,
  payload: 'h264' | 'mp2t',
  withAudio: boolean,
  payloadTypes = USUAL_PAYLOAD_TYPES,
): readonly TrackFormat[] {
  return payload === 'mp2t' ? [transportFormat] : formatsOf(outline, withAudio, payloadTypes)
}

const transportFormat: TrackFormat = {
  kind: 'video',
  payloadType: MP2T_PAYLOAD_TYPE,
  clockRateHz: MP2T_CLOCK_RATE_HZ,
  codec: 'mp2t',
}

function formatsOf({ video, audio }: Outline, withAudio: boolean, payloadTypes: PayloadTypes): readonly TrackFormat[] {
  const formats: TrackFormat[] = []
  if (video !== undefined) {
    formats.push({ kind: 'video', payloadType: payloadTypes.video, clockRateHz: 90_000, codec: video.codec })
  }
  if (audio !== undefined && withAudio) {
    const { codec, sampleRateHz, audioSpecificConfigHex: configHex } = audio
    formats.push({ kind: 'audio', payloadType: payloadTypes.audio, clockRateHz: sampleRateHz, codec, configHex })
  }
  return formats
}

/** The track that a planned packet goes in; -1 where it is not sent. */
export function placeOf(tracks: readonly TrackFormat[], { trackIndex }: Pick<PlannedPacket, 'trackIndex'>): number {
  return tracks.findIndex(({ kind }) => (kind === 'video') === (trackIndex === TRACK_VIDEO))
}
