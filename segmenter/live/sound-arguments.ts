import type { AacConfig } from '../../protocol/aac.ts'
import { ffmpegArguments } from '../ffmpeg-arguments.ts'

/** The sound of a channel whose publisher sends Opus, which HLS players do not take in MPEG-TS. */
export const ENCODED_SOUND = {
  objectType: 2, // AAC-LC
  sampleRateHz: 48_000,
  channelCount: 2,
  samplesPerFrame: 1024,
} as const satisfies AacConfig

const BITS_PER_SECOND = 128_000

/** One ffmpeg that reads Ogg with Opus from its standard input and writes ADTS to its standard output, each as soon as it can. */
export function soundArguments(): string[] {
  const { sampleRateHz, channelCount } = ENCODED_SOUND
  return ffmpegArguments({
    inputs: [
      {
        options: ['-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0', '-f', 'ogg'],
        url: 'pipe:0',
      },
    ],
    filters: [],
    output: {
      options: [
        ...['-map', '0:a:0', '-c:a', 'aac', '-ac', `${channelCount}`, '-ar', `${sampleRateHz}`],
        ...['-b:a', `${BITS_PER_SECOND}`, '-flush_packets', '1', '-f', 'adts'],
      ],
      url: 'pipe:1',
    },
  })
}
