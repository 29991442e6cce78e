import { decodeAudioSpecificConfig } from '../protocol/aac.ts'
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
import type { SizedSegment } from '../protocol/playlist-bandwidth.ts'
import type { PicturedStream } from '../protocol/playlist-writer.ts'
import { Fmp4Files } from './fmp4-files.ts'
import { FrameClock, SampleClock, unheardUnits } from './fmp4-timing.ts'
import type { Rational } from './rational.ts'

const FMP4_PLAYLIST = 'fmp4.m3u8'

type Head = Omit<Outline, 'segments' | 'ended'>

export type Fmp4Options = {
  readonly folder: string // of the variant
  readonly frameRate: Rational
  readonly targetDurationSeconds: number
  /** Where the sound goes by itself, `undefined`: nowhere, since another variant writes it. Absent: into the segments. */
  readonly soundFolder?: string | undefined
}

/** The fragmented MP4 of a variant beside its transport stream: the same pictures and what is heard of the same sound, at
 *  the same times in the same cuts, so that the outline holds for both; a segment comes as soon as that of the transport
 *  stream is there. Where there are other sounds to choose, this one is apart too: players do not take it out of a segment. */
export class Fmp4Writer {
  readonly #frameRate: Rational
  readonly #isSoundApart: boolean
  readonly #files: Fmp4Files
  readonly #sound: Fmp4Files | undefined
  #tracks: Tracks | undefined

  constructor(options: Fmp4Options) {
    const { folder, soundFolder, frameRate } = options
    this.#frameRate = frameRate
    this.#isSoundApart = 'soundFolder' in options
    this.#files = new Fmp4Files(folder, FMP4_PLAYLIST, options)
    if (soundFolder !== undefined) this.#sound = new Fmp4Files(soundFolder, 'index.m3u8', options)
  }

  /** Of the sound that is apart, where this writes it. */
  get soundSegments(): readonly SizedSegment[] | undefined {
    return this.#sound?.segments
  }

  /** `segment` is what the outline says of `ts`. */
  async take(ts: TsSegment, segment: OutlineSegment, head: Head): Promise<void> {
    this.#tracks ??= new Tracks(head, this.#frameRate)
    const pictures = this.#tracks.pictures(ts, segment)
    const sound = this.#tracks.sound(ts, segment)
    const { video, audio } = this.#tracks.heads()
    const inside = !this.#isSoundApart && audio !== undefined
    await this.#files.add(segment, [pictures, ...(inside ? sound : [])], { video, ...(inside && { audio }) })
    const samples = sound.flatMap((run) => run.samples)
    if (audio === undefined || samples.length === 0) return // in the 20 ms of a last picture perhaps none begins
    const durationSeconds = samples.reduce((sum, { durationTicks }) => sum + durationTicks, 0) / audio.sampleRateHz
    await this.#sound?.add({ uri: segment.uri, durationSeconds }, sound, { audio })
  }

  /** Ends the playlists. */
  async finish(): Promise<void> {
    await this.#files.writePlaylist(true)
    await this.#sound?.writePlaylist(true)
  }

  /** `stream` is the variant's line as a transport stream; while it grows its bound holds here too, since MP4 is smaller. */
  describe(stream: PicturedStream, ended: boolean): PicturedStream {
    return {
      ...stream,
      uri: stream.uri.replace(/[^/]+$/, FMP4_PLAYLIST),
      codecs: stream.codecs.map((codec) => codec.replace(/^hev1\./, 'hvc1.')), // parameter sets are not in band
      ...(ended && this.#files.bandwidths()),
    }
  }
}

/** What is in a variant, and where its clocks stand. */
class Tracks {
  readonly #head: Head
  readonly #syntax: NalSyntax
  readonly #frames: FrameClock
  readonly #samples: SampleClock | undefined

  constructor(head: Head, frameRate: Rational) {
    const { originTicks, video, audio } = head
    this.#head = head
    this.#syntax = nalSyntaxes[videoCodecOf(video?.codec)]
    this.#frames = new FrameClock(originTicks, frameRate)
    this.#samples = audio && new SampleClock(originTicks, audio.sampleRateHz, audio.samplesPerFrame)
  }

  /** Once pictures have been taken. */
  heads(): Required<Pick<Fmp4Tracks, 'video'>> & Pick<Fmp4Tracks, 'audio'> {
    const { video, audio } = this.#head
    const config = audio && decodeAudioSpecificConfig(Buffer.from(audio.audioSpecificConfigHex, 'hex'))
    const setOf = (base64 = ''): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'))
    return {
      video: {
        ...(video?.vpsBase64 === undefined ? {} : { vps: setOf(video.vpsBase64) }),
        sps: setOf(video?.spsBase64),
        pps: setOf(video?.ppsBase64),
        editTicks: this.#frames.editTicks,
      },
      ...(config?.ok === true && { audio: config.value }),
    }
  }

  pictures({ video }: TsSegment, { frames }: OutlineSegment): Fmp4Run {
    const times = this.#frames.take(frames)
    const samples = times.map(({ durationTicks, compositionTicks }, index): Fmp4Sample => {
      const isSync = frames[index]?.kind === 'idr'
      return {
        durationTicks,
        compositionTicks,
        isSync,
        parts: pictureParts(this.#withoutSets(video[index]?.nals ?? [])),
      }
    })
    return { trackId: VIDEO_TRACK_ID, decodeTicks: times[0]?.decodeTicks ?? 0, samples }
  }

  #withoutSets(nals: readonly Uint8Array[]): Uint8Array[] {
    const { parameterSetTypes, nalType } = this.#syntax
    return nals.filter((nal) => !parameterSetTypes.includes(nalType(nal)))
  }

  sound({ audio: units }: TsSegment, { audio }: OutlineSegment): Fmp4Run[] {
    const { audio: told } = this.#head
    if (this.#samples === undefined || told === undefined || audio === undefined) return []
    const heard = units.slice(unheardUnits(audio, told))
    const skippedTicks = ((units.length - heard.length) * told.samplesPerFrame * TICKS_PER_SECOND) / told.sampleRateHz
    const durationTicks = told.samplesPerFrame
    const samples = heard.map(({ data }) => ({ durationTicks, compositionTicks: 0, isSync: true, parts: [data] }))
    const decodeTicks = this.#samples.take(audio.firstPtsTicks + skippedTicks, heard.length)
    return [{ trackId: AUDIO_TRACK_ID, decodeTicks, samples }]
  }
}
