import { isFirstSlice } from '../protocol/h265-slice.ts'
import { isIrap, isRasl, nalType, nalTypes } from '../protocol/h265.ts'
import { runChild } from './child-run.ts'
import { NalReader } from './nal-reader.ts'
import { QUIETLY, type InspectOptions } from './inspect.ts'
import type { SourceFacts } from './source-facts.ts'
import { safeInputOptions, sourceUrl } from './source-input.ts'

/** What decides whether a source's HEVC can be kept: all its pictures in decode order, and what its keyframes are. */
export type HevcSurvey = {
  readonly packets: readonly HevcPacket[]
  readonly keyframes: readonly HevcKeyframe[] // IRAP pictures, in the same order
  readonly hasHiddenPictures: boolean // before an edit list's start: decoded, not shown
}

export type HevcPacket = {
  readonly ptsSeconds: number // on the source's own clock; NaN where it tells none
  readonly sizeBytes: number
  readonly isKeyframe: boolean
}

export type HevcKeyframe = {
  readonly parameterSets: readonly Uint8Array[] // right before it: VPS, SPS, PPS
  readonly hasRasl: boolean // pictures behind it lean on what comes before it
}

const MAX_NAL_BYTES = 32 * 2 ** 20
const PARAMETER_SETS: readonly number[] = [nalTypes.vps, nalTypes.sps, nalTypes.pps]

/** Reads all of a source twice and decodes nothing. Rejects where ffmpeg cannot, or a NAL unit is beyond all measure. */
export async function surveyHevc(path: string, facts: SourceFacts, options: InspectOptions): Promise<HevcSurvey> {
  const lines = await packetLines(path, facts, options)
  const keyframes = new KeyframeReader()
  const reader = new NalReader(MAX_NAL_BYTES, (nal) => keyframes.take(nal))
  await runChild(options.tools.ffmpeg.path, keyframeArguments(path, facts), {
    ...(options.signal && { signal: options.signal }),
    onStdoutBytes: (bytes) => reader.push(bytes),
  })
  reader.end()
  if (reader.hasOverflowed) throw new RangeError(`a NAL unit of more than ${MAX_NAL_BYTES} bytes`)
  return { packets: lines.map(packetOf), keyframes: keyframes.found, hasHiddenPictures: lines.some(isHidden) }
}

/** `pts,size,flags`, one a packet. */
async function packetLines(path: string, { video }: SourceFacts, { tools, signal }: InspectOptions): Promise<string[]> {
  const fields = ['-select_streams', `${video.streamIndex}`, '-show_entries', 'packet=pts_time,size,flags']
  const args = [...QUIETLY, ...safeInputOptions, ...fields, '-of', 'csv=print_section=0', '-i', sourceUrl(path)]
  const text = await runChild(tools.ffprobe.path, args, signal === undefined ? {} : { signal })
  return text.split('\n').filter((line) => line !== '')
}

function packetOf(line: string): HevcPacket {
  const [pts = '', size = '', flags = ''] = line.split(',')
  return { ptsSeconds: Number.parseFloat(pts), sizeBytes: Number(size), isKeyframe: flags.includes('K') }
}

function isHidden(line: string): boolean {
  return line.split(',')[2]?.includes('D') === true
}

/** As the package will have them, without all that is not asked for here. */
function keyframeArguments(path: string, { video }: SourceFacts): string[] {
  const kept = 'filter_units=pass_types=8-9|16-21|32-34'
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', ...safeInputOptions, '-i', sourceUrl(path)],
    ...['-map', `0:${video.streamIndex}`, '-c', 'copy', '-bsf:v', `hevc_mp4toannexb,${kept}`, '-f', 'hevc', 'pipe:1'],
  ]
}

/** Folds the NAL units of keyframes, RASL pictures and parameter sets. */
class KeyframeReader {
  readonly found: HevcKeyframe[] = []
  #parameterSets: Uint8Array[] = []

  take(nal: Uint8Array): void {
    if (PARAMETER_SETS.includes(nalType(nal))) this.#parameterSets.push(nal.slice())
    else if (isIrap([nal]) && isFirstSlice(nal)) {
      this.found.push({ parameterSets: this.#parameterSets.map(withoutTrailingZeros), hasRasl: false })
      this.#parameterSets = []
    } else if (isRasl([nal])) this.#markRasl()
  }

  #markRasl(): void {
    const last = this.found.pop()
    if (last !== undefined) this.found.push({ ...last, hasRasl: true })
  }
}

function withoutTrailingZeros(nal: Uint8Array): Uint8Array {
  return nal.subarray(0, nal.findLastIndex((byte) => byte !== 0) + 1)
}
