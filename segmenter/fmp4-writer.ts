import type { TsSegment } from '../protocol/mpeg-ts-demuxer.ts'
import type { OutlineSegment } from '../protocol/outline.ts'
import type { SizedSegment } from '../protocol/playlist-bandwidth.ts'
import type { PicturedStream } from '../protocol/playlist-writer.ts'
import { Fmp4Files } from './fmp4-files.ts'
import { PictureTrack, SoundTrack, type OutlineHead } from './fmp4-tracks.ts'
import type { Rational } from './rational.ts'

export const FMP4_PLAYLIST = 'fmp4.m3u8'

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
  #pictures: PictureTrack | undefined
  #samples: SoundTrack | undefined

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
  async take(ts: TsSegment, segment: OutlineSegment, head: OutlineHead): Promise<void> {
    this.#pictures ??= new PictureTrack(head, this.#frameRate)
    this.#samples ??= head.audio && new SoundTrack(head, head.audio)
    const pictures = this.#pictures.run(ts, segment)
    const sound = this.#samples?.runs(ts, segment) ?? []
    const [video, audio] = [this.#pictures.config, this.#samples?.config]
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
