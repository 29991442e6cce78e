import { groupAttributes, renditionLines, type Rendition } from './playlist-renditions.ts'
import { quoted, uriLine } from './playlist-text.ts'

export type PlaylistSegment = { readonly uri: string; readonly durationSeconds: number }

/** A media playlist that only grows, RFC 8216 section 4.3.3.5; each version is the one before and more lines. */
export type EventPlaylist = {
  readonly targetDurationSeconds: number // whole seconds, fixed before the first segment
  readonly initUri?: string // of fragmented MP4: its media initialization section
  readonly segments: readonly PlaylistSegment[]
  readonly ended: boolean
}

type PictureFacts = {
  readonly widthPixels: number
  readonly heightPixels: number
  readonly framesPerSecond: number
}

type CommonFacts = {
  readonly uri: string
  readonly bandwidthBitsPerSecond: number // peak, whole; while the playlist grows an upper bound
  readonly averageBandwidthBitsPerSecond?: number // whole
  readonly codecs: readonly string[] // RFC 6381, one a track
}

export type PicturedStream = CommonFacts & PictureFacts & { readonly isSoundAlone?: false }
export type SoundStream = CommonFacts & { readonly isSoundAlone: true }

/** One variant stream, RFC 8216 section 4.3.4.2. */
export type VariantStream = PicturedStream | SoundStream

/** Writes a media playlist; the text ends in a newline. EXT-X-START keeps players from beginning near the end of a
 *  growing one. Throws RangeError for a segment that, rounded, outlasts the target duration (section 4.3.3.1), and for
 *  a URI that would not stay one line. */
export function writeMediaPlaylist({ targetDurationSeconds, initUri, segments, ended }: EventPlaylist): string {
  const lines = [
    '#EXTM3U',
    initUri === undefined ? '#EXT-X-VERSION:3' : '#EXT-X-VERSION:7', // fractions in EXTINF; EXT-X-MAP: section 7
    `#EXT-X-TARGETDURATION:${wholeNumber(targetDurationSeconds, 'target duration')}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:EVENT',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    '#EXT-X-START:TIME-OFFSET=0',
    ...(initUri === undefined ? [] : [`#EXT-X-MAP:URI=${quoted(uriLine(initUri))}`]), // section 4.3.2.5
    ...segments.flatMap((segment) => segmentLines(segment, targetDurationSeconds)),
    ...(ended ? ['#EXT-X-ENDLIST'] : []),
  ]
  return lines.join('\n') + '\n'
}

function segmentLines({ uri, durationSeconds }: PlaylistSegment, targetDurationSeconds: number): string[] {
  const isInRange = durationSeconds >= 0 && Math.round(durationSeconds) <= targetDurationSeconds
  if (!isInRange) {
    throw new RangeError(`${uri} lasts ${durationSeconds} s, target duration is ${targetDurationSeconds} s`)
  }
  return [`#EXTINF:${durationSeconds.toFixed(6)},`, uriLine(uri)] // 90 kHz ticks are 11 microseconds
}

/** Writes a multivariant playlist, best variant first as given, each with all `renditions`; the text ends in a newline.
 *  Throws RangeError for what no player could read: fractions of bits, empty or broken text. */
export function writeMultivariantPlaylist(
  variants: readonly VariantStream[],
  renditions: readonly Rendition[] = [],
): string {
  const groups = groupAttributes(renditions)
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${renditions.length > 0 ? 4 : 3}`, // 4 tells old players that there are groups, section 7
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...renditionLines(renditions),
    ...variants.flatMap((variant) => [
      `#EXT-X-STREAM-INF:${[...streamAttributes(variant), ...groups].join(',')}`,
      uriLine(variant.uri),
    ]),
  ]
  return lines.join('\n') + '\n'
}

function streamAttributes(variant: VariantStream): string[] {
  const { bandwidthBitsPerSecond, averageBandwidthBitsPerSecond } = variant
  return [
    `BANDWIDTH=${wholeNumber(bandwidthBitsPerSecond, 'bandwidth')}`,
    ...(averageBandwidthBitsPerSecond === undefined
      ? []
      : [`AVERAGE-BANDWIDTH=${wholeNumber(averageBandwidthBitsPerSecond, 'average bandwidth')}`]),
    `CODECS=${quoted(variant.codecs.join(','))}`,
    ...(variant.isSoundAlone === true ? [] : pictureAttributes(variant)),
  ]
}

function pictureAttributes({ widthPixels, heightPixels, framesPerSecond }: PictureFacts): string[] {
  if (!(framesPerSecond > 0 && framesPerSecond < Infinity)) {
    throw new RangeError(`frame rate must be a positive number, got ${framesPerSecond}`)
  }
  return [
    `RESOLUTION=${wholeNumber(widthPixels, 'width')}x${wholeNumber(heightPixels, 'height')}`,
    `FRAME-RATE=${framesPerSecond.toFixed(3)}`,
  ]
}

export function wholeNumber(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`${name} must be a positive whole number, got ${value}`)
}
