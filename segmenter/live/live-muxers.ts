import type { AacConfig } from '../../protocol/aac.ts'
import { concatBytes } from '../../protocol/bytes.ts'
import {
  AUDIO_TRACK_ID,
  pictureParts,
  VIDEO_TRACK_ID,
  writeFragment,
  writeInitSection,
  type Fmp4Run,
} from '../../protocol/fmp4-writer.ts'
import { nalType, nalTypes } from '../../protocol/h264.ts'
import { TICKS_PER_SECOND } from '../../protocol/mpeg-ts-clock.ts'
import { MpegTsWriter } from '../../protocol/mpeg-ts-writer.ts'
import type { LiveCut, LivePicture, LiveSound } from './live-cutter.ts'

/** What a stream's parameters are, once they are known. */
export type StreamFormat = {
  readonly sps: Uint8Array
  readonly pps: Uint8Array
  readonly audio?: AacConfig
}

/** Decode time of the first picture: the stream's clock, which runs ahead, is never before 0. */
export const TS_ORIGIN_TICKS = 10 * TICKS_PER_SECOND

/** Parts of a live stream as MPEG-TS: tables and a picture first in every segment. */
export class TsMuxer {
  readonly #writer: MpegTsWriter
  #originTicks: number | undefined
  #isSegmentBegun = false

  constructor({ audio }: StreamFormat) {
    this.#writer = new MpegTsWriter({ hasVideo: true, ...(audio === undefined ? {} : { audio }) })
  }

  write({ pictures, sounds, endsSegment }: LiveCut): Uint8Array {
    this.#originTicks ??= pictures[0]?.dtsTicks ?? 0
    const shiftTicks = TS_ORIGIN_TICKS - this.#originTicks
    const needsTables = !this.#isSegmentBegun && pictures[0]?.isKeyframe !== true
    const chunks: Uint8Array[] = needsTables ? [this.#writer.tables()] : []
    const waiting = [...sounds]
    for (const [index, { ptsTicks, dtsTicks, nals }] of pictures.entries()) {
      while (index > 0 && waiting[0] !== undefined && waiting[0].ptsTicks <= dtsTicks) {
        chunks.push(this.#sound(waiting.shift() as LiveSound, shiftTicks))
      }
      chunks.push(this.#writer.picture({ ptsTicks: ptsTicks + shiftTicks, dtsTicks: dtsTicks + shiftTicks, nals }))
    }
    this.#isSegmentBegun = !endsSegment
    return concatBytes([...chunks, ...waiting.map((sound) => this.#sound(sound, shiftTicks))])
  }

  #sound({ ptsTicks, data }: LiveSound, shiftTicks: number): Uint8Array {
    return this.#writer.sound({ ptsTicks: ptsTicks + shiftTicks, accessUnit: data })
  }
}

/** Parts of a live stream as fMP4: a fragment each, of pictures and sound. Decoding begins with the moment at which the first picture
 *  is shown, and an edit list takes back what reordered pictures need, as in packages (fmp4-timing.ts): laid by its first decode time,
 *  a stream would begin with a hole, and the sound of each segment would end before its pictures. Throws RangeError for an SPS that
 *  cannot be read. */
export class Fmp4Muxer {
  readonly init: Uint8Array
  readonly #audio: AacConfig | undefined
  #origin: Pick<LivePicture, 'ptsTicks' | 'dtsTicks'> | undefined
  #fragments = 0
  #nextSample: number | undefined // of sound, on its own clock

  constructor({ sps, pps, audio }: StreamFormat, reorderTicks = 0) {
    const video = { sps, pps, editTicks: reorderTicks }
    this.init = writeInitSection({ video, ...(audio === undefined ? {} : { audio }) })
    this.#audio = audio
  }

  write({ pictures, sounds }: LiveCut): Uint8Array {
    this.#origin ??= pictures[0] ?? { ptsTicks: 0, dtsTicks: 0 }
    const { ptsTicks: shownTicks, dtsTicks: decodedTicks } = this.#origin
    this.#fragments += 1
    const video: Fmp4Run = {
      trackId: VIDEO_TRACK_ID,
      decodeTicks: (pictures[0]?.dtsTicks ?? decodedTicks) - decodedTicks,
      samples: pictures.map(({ ptsTicks, dtsTicks, durationTicks, isKeyframe, nals }) => ({
        durationTicks,
        isSync: isKeyframe,
        compositionTicks: ptsTicks - dtsTicks,
        parts: pictureParts(nals.filter(isOfSample)),
      })),
    }
    return writeFragment(this.#fragments, [video, ...this.#soundRun(sounds, shownTicks)])
  }

  /** Samples are counted on, so that roundings do not open gaps; anew only where the sound leaps by more than half a unit. */
  #soundRun(sounds: readonly LiveSound[], originTicks: number): Fmp4Run[] {
    const [first] = sounds
    if (first === undefined || this.#audio === undefined) return []
    const { sampleRateHz, samplesPerFrame } = this.#audio
    const told = Math.max(0, Math.round(((first.ptsTicks - originTicks) * sampleRateHz) / TICKS_PER_SECOND))
    const next = this.#nextSample
    const decodeTicks = next === undefined || Math.abs(told - next) > samplesPerFrame / 2 ? told : next
    this.#nextSample = decodeTicks + sounds.length * samplesPerFrame
    const samples = sounds.map(({ data }) => {
      return { durationTicks: samplesPerFrame, isSync: true, compositionTicks: 0, parts: [data] }
    })
    return [{ trackId: AUDIO_TRACK_ID, decodeTicks, samples }]
  }
}

const outsideSamples: readonly number[] = [nalTypes.sps, nalTypes.pps, nalTypes.accessUnitDelimiter, nalTypes.filler]

/** The parameter sets stand in the initialisation section (ISO/IEC 14496-15 section 5.3.3, `avc1`). */
function isOfSample(nal: Uint8Array): boolean {
  return !outsideSamples.includes(nalType(nal))
}
