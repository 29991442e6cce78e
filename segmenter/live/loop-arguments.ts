import { dirname, join } from 'node:path'
import { frameCodeGrid } from '../../protocol/frame-code.ts'
import { ffmpegArguments } from '../ffmpeg-arguments.ts'
import { sourceUrl } from '../source-input.ts'

/** How a library video becomes a live stream. */
export type LoopPlan = {
  readonly playlistPath: string // of a variant of the package, MPEG-TS
  readonly widthPixels: number // even
  readonly heightPixels: number
  readonly framesPerSecond: number // whole
  readonly groupFrames: number // from keyframe to keyframe
  readonly videoBitsPerSecond: number
  readonly hasSound: boolean
}

const AUDIO_BITS_PER_SECOND = 128_000
const AUDIO_UNITS_PER_SECOND = 48_000 / 1024
/** How long the encoder may go beyond its rate, as a buffer at the other end would hold it (H.264 annex C). */
const BUFFER_SECONDS = 0.5
const PACKET_BITS = 188 * 8
const PACKETS_OF_TABLES_PER_SECOND = 30
const LARGEST = { widthPixels: 1280, heightPixels: 720 }
const wholeRates = [30, 25, 24, 20, 15, 12, 10] as const // a picture lasts whole 90 kHz ticks

type VariantFacts = {
  readonly name: string
  readonly widthPixels: number
  readonly heightPixels: number
  readonly framesPerSecond?: number
}

/** The variant to loop: the largest that needs no scaling, or else the smallest of all. */
export function loopVariant<Variant extends VariantFacts>(variants: readonly Variant[]): Variant | undefined {
  const bySize = variants.toSorted((a, b) => b.heightPixels - a.heightPixels)
  return bySize.find(isSmallEnough) ?? bySize.at(-1)
}

function isSmallEnough({ widthPixels, heightPixels }: VariantFacts): boolean {
  return widthPixels <= LARGEST.widthPixels && heightPixels <= LARGEST.heightPixels
}

/** Size, rate and bits of the live stream of a variant: at most 720p30. */
export function loopFormat({ widthPixels, heightPixels, framesPerSecond = 30 }: VariantFacts) {
  const ratio = Math.min(1, LARGEST.widthPixels / widthPixels, LARGEST.heightPixels / heightPixels)
  const even = (pixels: number): number => Math.max(2, 2 * Math.round((pixels * ratio) / 2))
  const rate = wholeRates.find((candidate) => candidate <= framesPerSecond + 0.1) ?? wholeRates[wholeRates.length - 1]!
  const size = { widthPixels: even(widthPixels), heightPixels: even(heightPixels) }
  const pixelsPerSecond = size.widthPixels * size.heightPixels * rate
  return { ...size, framesPerSecond: rate, videoBitsPerSecond: Math.round(Math.max(300_000, pixelsPerSecond / 9)) }
}

/** What no segment of the loop has more of, bits per second of MPEG-TS: the rates, a buffer that it empties, 4 bytes of each packet of
 *  188, and of each picture and unit of sound a packet that it does not fill. */
export function loopPeakBitsPerSecond(
  {
    videoBitsPerSecond,
    framesPerSecond,
    hasSound,
  }: Pick<LoopPlan, 'videoBitsPerSecond' | 'framesPerSecond' | 'hasSound'>,
  segmentSeconds: number,
): number {
  const mediaBitsPerSecond =
    videoBitsPerSecond * (1 + BUFFER_SECONDS / segmentSeconds) + (hasSound ? AUDIO_BITS_PER_SECOND : 0)
  const unitsPerSecond = framesPerSecond + (hasSound ? AUDIO_UNITS_PER_SECOND : 0)
  const packetsMore = unitsPerSecond + PACKETS_OF_TABLES_PER_SECOND
  return Math.ceil((mediaBitsPerSecond * 188) / 184 + packetsMore * PACKET_BITS)
}

/** A file for ffmpeg's `concatf`, which makes one stream of the segments of a playlist. The playlist itself could not be played
 *  again: ffmpeg finds no way back to its start where the sound begins before the picture. */
export function loopList({ playlistPath }: LoopPlan, playlist: string): string {
  const names = playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const urls = names.map((name) => sourceUrl(join(dirname(playlistPath), name)))
  return urls.map((url) => `'${url.replaceAll("'", String.raw`'\''`)}'\n`).join('')
}

/** One ffmpeg that plays the segments of a `loopList` again and again, burns in the codes that it reads from its standard input, a raw
 *  grey picture with a pixel a cell for each frame (see frame-code.ts), and writes MPEG-TS to its standard output. The codes set the
 *  pace: a picture leaves when its code has come. Each PES packet of pictures is one whole picture and tells its length. */
export function loopArguments(plan: LoopPlan, listPath: string): string[] {
  const { columns, rows, pictureWidthShare, pictureHeightShare } = frameCodeGrid
  const { widthPixels, heightPixels, framesPerSecond, groupFrames, videoBitsPerSecond, hasSound } = plan
  const code = {
    width: Math.round(widthPixels * pictureWidthShare),
    height: Math.round(heightPixels * pictureHeightShare),
  }
  const rate = `${framesPerSecond}`
  return ffmpegArguments({
    inputs: [
      {
        options: [
          ...['-stream_loop', '-1', '-protocol_whitelist', 'file,concatf', '-format_whitelist', 'mpegts'],
          ...['-f', 'mpegts'],
        ],
        url: `concatf:${sourceUrl(listPath)}`,
      },
      {
        options: [
          ...['-f', 'rawvideo', '-pixel_format', 'gray', '-video_size', `${columns}x${rows}`, '-framerate', rate],
          ...['-probesize', '32', '-analyzeduration', '0'],
        ],
        url: 'pipe:0',
      },
    ],
    filters: [
      `[0:v:0]fps=${rate}:start_time=0,scale=${widthPixels}:${heightPixels},setsar=1,format=yuv420p[picture]`,
      `[1:v]scale=${code.width}:${code.height}:flags=neighbor,format=yuv420p[code]`,
      '[picture][code]overlay=0:0:eof_action=endall[stamped]',
    ],
    output: {
      options: [
        ...[
          '-map',
          '[stamped]',
          '-c:v',
          'libx264',
          '-preset',
          'superfast',
          '-tune',
          'zerolatency',
          '-profile:v',
          'high',
        ],
        ...['-g', `${groupFrames}`, '-keyint_min', `${groupFrames}`, '-sc_threshold', '0', '-bf', '0'],
        ...[
          '-crf',
          '23',
          '-maxrate',
          `${videoBitsPerSecond}`,
          '-bufsize',
          `${Math.round(BUFFER_SECONDS * videoBitsPerSecond)}`,
        ],
        ...(hasSound ? ['-map', '0:a:0', '-af', 'aresample=48000:async=1:first_pts=0', ...AUDIO_OPTIONS] : []),
        ...['-map_metadata', '-1', '-f', 'mpegts', '-muxdelay', '0', '-muxpreload', '0', '-flush_packets', '1'],
        ...['-omit_video_pes_length', '0', '-pes_payload_size', '0'],
      ],
      url: 'pipe:1',
    },
  })
}

const AUDIO_OPTIONS = ['-c:a', 'aac', '-ac', '2', '-b:a', `${AUDIO_BITS_PER_SECOND}`]
