import { readMp4Aac } from './mp4-sound.ts'
import type { Grid } from './copy-cuts.ts'
import type { CopiedSound } from './encode.ts'
import type { Mp4Track } from './mp4-track.ts'

const MAX_OFF_SECONDS = 0.1 // of where the pictures begin and end
const AAC_LC = 2
const RATES_HZ = [44_100, 48_000] // what SBR may hide behind is lower
const ADTS_BYTES = 7

/** A track's sound, when its AAC can go into a package as it is: what every player decodes, without a gap, with the
 *  pictures from their beginning to their end. Undefined when it cannot. */
export function copiedSound(track: Mp4Track, grid: Grid): CopiedSound | undefined {
  const config = readMp4Aac(track)
  if (config === undefined || config.objectType !== AAC_LC || config.channelCount > 2) return undefined
  const { samplesPerFrame, sampleRateHz } = config
  const isPlain = samplesPerFrame === 1024 && RATES_HZ.includes(sampleRateHz) && track.timescaleHz === sampleRateHz
  if (!isPlain || hasGap(track, samplesPerFrame)) return undefined
  const startSeconds = track.startSeconds - grid.beginSeconds
  const endSeconds = track.endSeconds - grid.beginSeconds
  const fits = Math.abs(startSeconds) <= MAX_OFF_SECONDS && endSeconds >= grid.durationSeconds - MAX_OFF_SECONDS
  if (!fits) return undefined
  const bitsPerSecond = 8 * mostBytes(track.sizesBytes, Math.ceil(sampleRateHz / samplesPerFrame))
  return { bitsPerSecond, leadSeconds: Math.max(0, -startSeconds) }
}

/** The last access unit may be told as shorter. */
function hasGap({ durations: { samples, values } }: Mp4Track, samplesPerFrame: number): boolean {
  return values.some((ticks, run) => {
    const isLastUnit = run === values.length - 1 && samples[run] === 1
    return isLastUnit ? ticks > samplesPerFrame : ticks !== samplesPerFrame
  })
}

/** Of any so many access units in a row, each with its ADTS header. */
function mostBytes(sizesBytes: Uint32Array, count: number): number {
  let inWindow = 0
  let most = 0
  for (let index = 0; index < sizesBytes.length; index++) {
    inWindow += (sizesBytes[index] as number) + ADTS_BYTES
    if (index >= count) inWindow -= (sizesBytes[index - count] as number) + ADTS_BYTES
    most = Math.max(most, inWindow)
  }
  return most
}
