import { decodeAudioSpecificConfig, type AacConfig } from '../protocol/aac.ts'
import {
  AUDIO_TRACK_ID,
  pictureParts,
  VIDEO_TRACK_ID,
  type Fmp4Run,
  type Fmp4Sample,
  type Fmp4Tracks,
} from '../protocol/fmp4-writer.ts'
import { TICKS_PER_SECOND } from '../protocol/mpeg-ts-clock.ts'
import type { TsSegment } from '../protocol/mpeg-ts-demuxer.ts'
import { nalSyntaxes, videoCodecOf, type NalSyntax } from '../protocol/nal-syntax.ts'
import type { Outline, OutlineSegment } from '../protocol/outline.ts'
import { FrameClock, SampleClock, unheardUnits } from './fmp4-timing.ts'
import type { Rational } from './rational.ts'

export type OutlineHead = Omit<Outline, 'segments' | 'ended'>

/** The pictures of a variant's transport stream as samples, and where their clock stands. */
export class PictureTrack {
  readonly #head: OutlineHead
  readonly #syntax: NalSyntax
  readonly #frames: FrameClock

  constructor(head: OutlineHead, frameRate: Rational) {
    this.#head = head
    this.#syntax = nalSyntaxes[videoCodecOf(head.video?.codec)]
    this.#frames = new FrameClock(head.originTicks, frameRate)
  }

  /** Once pictures have been taken. */
  get config(): NonNullable<Fmp4Tracks['video']> {
    const { video } = this.#head
    const setOf = (base64 = ''): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'))
    return {
      ...(video?.vpsBase64 === undefined ? {} : { vps: setOf(video.vpsBase64) }),
      sps: setOf(video?.spsBase64),
      pps: setOf(video?.ppsBase64),
      editTicks: this.#frames.editTicks,
    }
  }

  run({ video }: TsSegment, { frames }: OutlineSegment): Fmp4Run {
    const times = this.#frames.take(frames)
    const samples = times.map(({ durationTicks, compositionTicks }, index): Fmp4Sample => {
      const isSync = frames[index]?.kind === 'idr'
      const parts = pictureParts(this.#withoutSets(video[index]?.nals ?? []))
      return { durationTicks, compositionTicks, isSync, parts }
    })
    return { trackId: VIDEO_TRACK_ID, decodeTicks: times[0]?.decodeTicks ?? 0, samples }
  }

  #withoutSets(nals: readonly Uint8Array[]): Uint8Array[] {
    const { parameterSetTypes, nalType } = this.#syntax
    return nals.filter((nal) => !parameterSetTypes.includes(nalType(nal)))
  }
}

/** The same of its sound: what is heard of it. */
export class SoundTrack {
  readonly #told: NonNullable<Outline['audio']>
  readonly #samples: SampleClock

  constructor({ originTicks }: OutlineHead, told: NonNullable<Outline['audio']>) {
    this.#told = told
    this.#samples = new SampleClock(originTicks, told.sampleRateHz, told.samplesPerFrame)
  }

  get config(): AacConfig {
    const config = decodeAudioSpecificConfig(Buffer.from(this.#told.audioSpecificConfigHex, 'hex'))
    if (!config.ok) throw new RangeError(`no AudioSpecificConfig: ${JSON.stringify(config.fault)}`)
    return config.value
  }

  /** One run, or none where the segment has no sound. */
  runs({ audio: units }: TsSegment, { audio }: OutlineSegment): Fmp4Run[] {
    if (audio === undefined) return []
    const { samplesPerFrame: durationTicks, sampleRateHz } = this.#told
    const heard = units.slice(unheardUnits(audio, this.#told))
    const skippedTicks = ((units.length - heard.length) * durationTicks * TICKS_PER_SECOND) / sampleRateHz
    const samples = heard.map(({ data }) => ({ durationTicks, compositionTicks: 0, isSync: true, parts: [data] }))
    const decodeTicks = this.#samples.take(audio.firstPtsTicks + skippedTicks, heard.length)
    return [{ trackId: AUDIO_TRACK_ID, decodeTicks, samples }]
  }
}
