import type { Outline } from '../protocol/outline.ts'
import { aacFormatParameters, h264FormatParameters, writeSdp, type SdpTrack } from '../protocol/sdp.ts'
import type { OpenPresentation } from './presentation-source.ts'
import { trackUrl, type RtspAddress } from './rtsp-url.ts'

/** The answer to DESCRIBE. `requestUrl` is told as the URL of the whole, as every player expects it. */
export function describePresentation(
  presentation: OpenPresentation,
  request: { address: RtspAddress; requestUrl: string; serverAddress: string; nowUnixMs: number },
): string {
  const { address, requestUrl, serverAddress, nowUnixMs } = request
  const outline = presentation.outline()
  const last = outline.segments.at(-1)
  return writeSdp({
    sessionId: String(nowUnixMs), // as RFC 8866 section 5.2 proposes
    serverAddress,
    title: presentation.title,
    controlUrl: requestUrl,
    ...(outline.ended && last !== undefined ? { durationSeconds: last.startSeconds + last.durationSeconds } : {}),
    tracks: describedTracks(outline, (trackIndex) => trackUrl(address, presentation.variant, trackIndex)),
  })
}

/** In the order of their track indexes; payload types as Playout sends them. */
function describedTracks(outline: Outline, controlUrl: (trackIndex: number) => string): SdpTrack[] {
  const { video, audio } = outline
  const tracks: SdpTrack[] = []
  if (video !== undefined) {
    const profileLevelId = video.codec.replace('avc1.', '').toUpperCase()
    tracks.push({
      kind: 'video',
      payloadType: 96,
      encoding: 'H264',
      clockRateHz: 90_000,
      formatParameters: h264FormatParameters(video.spsBase64, video.ppsBase64, profileLevelId),
      controlUrl: controlUrl(tracks.length),
      bandwidthKbitPerSecond: meanKbitPerSecond(outline),
    })
  }
  if (audio !== undefined) {
    tracks.push({
      kind: 'audio',
      payloadType: 97,
      encoding: 'MPEG4-GENERIC',
      clockRateHz: audio.sampleRateHz,
      channelCount: audio.channelCount,
      formatParameters: aacFormatParameters(audio.audioSpecificConfigHex),
      controlUrl: controlUrl(tracks.length),
    })
  }
  return tracks
}

/** Of picture and sound, with what MPEG-TS adds: close to what RTP adds. */
function meanKbitPerSecond({ segments }: Outline): number {
  const bytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const seconds = segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
  return Math.ceil((bytes * 8) / 1000 / Math.max(seconds, 1)) // bytes to kbit
}
