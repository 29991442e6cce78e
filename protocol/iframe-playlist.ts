import { quoted, uriLine } from './playlist-text.ts'
import { wholeNumber, type PicturedStream } from './playlist-writer.ts'

/** A keyframe as a part of a media segment. */
export type IframeSegment = {
  readonly uri: string
  readonly offsetBytes: number
  readonly sizeBytes: number
  readonly durationSeconds: number // until the next one is shown, or until the end
}

/** The keyframes of a variant. */
export type IframeStream = Omit<PicturedStream, 'framesPerSecond'>

/** EXT-X-TARGETDURATION of a list of keyframes. */
export function iframeTargetSeconds(iframes: readonly IframeSegment[]): number {
  return Math.max(1, ...iframes.map(({ durationSeconds }) => Math.round(durationSeconds)))
}

/** Writes the I-frame playlist of a variant that is complete, RFC 8216 section 4.3.3.6; the text ends in a newline. Byte
 *  ranges make it version 4 (section 7). Throws RangeError for an empty range, and for a URI that would not stay one line. */
export function writeIframePlaylist(iframes: readonly IframeSegment[]): string {
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:4',
    `#EXT-X-TARGETDURATION:${iframeTargetSeconds(iframes)}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-I-FRAMES-ONLY',
    ...iframes.flatMap(({ uri, offsetBytes, sizeBytes, durationSeconds }) => [
      `#EXTINF:${durationSeconds.toFixed(6)},`,
      `#EXT-X-BYTERANGE:${wholeNumber(sizeBytes, 'size')}@${offsetBytes}`,
      uriLine(uri),
    ]),
    '#EXT-X-ENDLIST',
  ]
  return lines.join('\n') + '\n'
}

/** Writes the lines of a multivariant playlist that name I-frame playlists, RFC 8216 section 4.3.4.3; they may stand behind
 *  all others. Throws RangeError as `writeMultivariantPlaylist` does. */
export function writeIframeStreams(streams: readonly IframeStream[]): string {
  return streams.map((stream) => `#EXT-X-I-FRAME-STREAM-INF:${iframeAttributes(stream)}\n`).join('')
}

function iframeAttributes(stream: IframeStream): string {
  const { uri, bandwidthBitsPerSecond, averageBandwidthBitsPerSecond, codecs, widthPixels, heightPixels } = stream
  const attributes = [
    `BANDWIDTH=${wholeNumber(bandwidthBitsPerSecond, 'bandwidth')}`,
    ...(averageBandwidthBitsPerSecond === undefined
      ? []
      : [`AVERAGE-BANDWIDTH=${wholeNumber(averageBandwidthBitsPerSecond, 'average bandwidth')}`]),
    `CODECS=${quoted(codecs.join(','))}`,
    `RESOLUTION=${wholeNumber(widthPixels, 'width')}x${wholeNumber(heightPixels, 'height')}`,
    `URI=${quoted(uriLine(uri))}`,
  ]
  return attributes.join(',')
}
