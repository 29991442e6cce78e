import type { Outline } from '../protocol/outline.ts'
import { MP2T_CLOCK_RATE_HZ, MP2T_PAYLOAD_TYPE } from '../protocol/rtp-mp2t.ts'
import type { ControlTrack } from '../protocol/udp-control.ts'
import { TRACK_AUDIO, TRACK_VIDEO } from '../stream/send-schedule.ts'

export type PlayoutTrack = Omit<ControlTrack, 'sequenceNumber' | 'timestampTicks'>

type TrackFormat = Omit<PlayoutTrack, 'ssrc'>

/** What a playout sends of a presentation; a track's place is its `trackIndex`, video first. RTP/MP2T has pictures and sound
 *  in one. */
export function trackFormats(outline: Outline, payload: 'h264' | 'mp2t', withAudio: boolean): readonly TrackFormat[] {
  return payload === 'mp2t' ? [transportFormat] : formatsOf(outline, withAudio)
}

const transportFormat: TrackFormat = {
  kind: 'video',
  payloadType: MP2T_PAYLOAD_TYPE,
  clockRateHz: MP2T_CLOCK_RATE_HZ,
  codec: 'mp2t',
}

function formatsOf({ video, audio }: Outline, withAudio: boolean): readonly TrackFormat[] {
  const formats: TrackFormat[] = []
  formats[TRACK_VIDEO] = { kind: 'video', payloadType: 96, clockRateHz: 90_000, codec: video?.codec ?? '' }
  if (audio !== undefined && withAudio) {
    const { codec, sampleRateHz, audioSpecificConfigHex: configHex } = audio
    formats[TRACK_AUDIO] = { kind: 'audio', payloadType: 97, clockRateHz: sampleRateHz, codec, configHex }
  }
  return formats
}
