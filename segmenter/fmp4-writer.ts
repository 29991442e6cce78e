import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeAudioSpecificConfig } from '../protocol/aac.ts'
import {
  AUDIO_TRACK_ID,
  pictureParts,
  VIDEO_TRACK_ID,
  writeFragment,
  writeInitSection,
  type Fmp4Run,
  type Fmp4Sample,
} from '../protocol/fmp4-writer.ts'
import type { TsSegment } from '../protocol/mpeg-ts-demuxer.ts'
import { nalSyntaxes, videoCodecOf, type NalSyntax } from '../protocol/nal-syntax.ts'
import type { Outline, OutlineSegment } from '../protocol/outline.ts'
import { averageBandwidth, peakBandwidth, type SizedSegment } from '../protocol/playlist-bandwidth.ts'
import { writeMediaPlaylist, type PlaylistSegment, type PicturedStream } from '../protocol/playlist-writer.ts'
import { FrameClock, SampleClock } from './fmp4-timing.ts'
import type { Rational } from './rational.ts'
import { writeByRename } from './write-by-rename.ts'

const FMP4_PLAYLIST = 'fmp4.m3u8'
const INIT = 'init.mp4'

type Head = Omit<Outline, 'segments' | 'ended'>

export type Fmp4Options = {
  readonly folder: string // of the variant
  readonly frameRate: Rational
  readonly targetDurationSeconds: number
}

/** The fragmented MP4 of a variant beside its transport stream: the same access units at the same times in the same cuts,
 *  so that the outline holds for both; a segment comes as soon as that of the transport stream is there. */
export class Fmp4Writer {
  readonly #options: Fmp4Options
  readonly #segments: (PlaylistSegment & SizedSegment)[] = []
  #tracks: Tracks | undefined

  constructor(options: Fmp4Options) {
    this.#options = options
  }

  /** `segment` is what the outline says of `ts`. */
  async take(ts: TsSegment, segment: OutlineSegment, head: Head): Promise<void> {
    const { folder, frameRate } = this.#options
    if (this.#tracks === undefined) {
      this.#tracks = new Tracks(head, frameRate)
      await writeFile(join(folder, INIT), this.#tracks.init())
    }
    const bytes = writeFragment(this.#segments.length + 1, this.#tracks.runs(ts, segment))
    const uri = segment.uri.replace(/\.ts$/, '.m4s')
    await writeFile(join(folder, `${uri}.tmp`), bytes)
    await rename(join(folder, `${uri}.tmp`), join(folder, uri))
    this.#segments.push({ uri, sizeBytes: bytes.length, durationSeconds: segment.durationSeconds })
    await this.#writePlaylist(false)
  }

  /** Ends the playlist. */
  async finish(): Promise<void> {
    await this.#writePlaylist(true)
  }

  /** `stream` is the variant's line as a transport stream; while it grows its bound holds here too, since MP4 is smaller. */
  describe(stream: PicturedStream, ended: boolean): PicturedStream {
    const { targetDurationSeconds } = this.#options
    return {
      ...stream,
      uri: stream.uri.replace(/[^/]+$/, FMP4_PLAYLIST),
      codecs: stream.codecs.map((codec) => codec.replace(/^hev1\./, 'hvc1.')), // parameter sets are not in band
      ...(ended && {
        bandwidthBitsPerSecond: peakBandwidth(this.#segments, targetDurationSeconds),
        averageBandwidthBitsPerSecond: averageBandwidth(this.#segments),
      }),
    }
  }

  async #writePlaylist(ended: boolean): Promise<void> {
    const { folder, targetDurationSeconds } = this.#options
    const text = writeMediaPlaylist({ targetDurationSeconds, initUri: INIT, segments: this.#segments, ended })
    await writeByRename(join(folder, FMP4_PLAYLIST), text)
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

  init(): Uint8Array {
    const { video, audio } = this.#head
    const config = audio && decodeAudioSpecificConfig(Buffer.from(audio.audioSpecificConfigHex, 'hex'))
    const setOf = (base64 = ''): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'))
    return writeInitSection({
      video: {
        ...(video?.vpsBase64 === undefined ? {} : { vps: setOf(video.vpsBase64) }),
        sps: setOf(video?.spsBase64),
        pps: setOf(video?.ppsBase64),
      },
      ...(config?.ok === true && { audio: config.value }),
    })
  }

  runs(ts: TsSegment, segment: OutlineSegment): Fmp4Run[] {
    return [this.#pictures(ts, segment), ...this.#sound(ts, segment)]
  }

  #pictures({ video }: TsSegment, { frames }: OutlineSegment): Fmp4Run {
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

  #sound({ audio: units }: TsSegment, { audio }: OutlineSegment): Fmp4Run[] {
    if (this.#samples === undefined || audio === undefined) return []
    const durationTicks = this.#head.audio?.samplesPerFrame ?? 0
    const samples = units.map(({ data }) => ({ durationTicks, compositionTicks: 0, isSync: true, parts: [data] }))
    return [{ trackId: AUDIO_TRACK_ID, decodeTicks: this.#samples.take(audio), samples }]
  }
}
