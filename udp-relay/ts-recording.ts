import { MpegTsWriter } from '../protocol/mpeg-ts-writer.ts'
import { DecodeTimes } from '../stream/decode-times.ts'
import type { TrackFormat } from './track-media.ts'

export type TsSink = (bytes: Uint8Array) => void

type Picture = { readonly ptsTicks: number; readonly nals: readonly Uint8Array[] }

const START_TICKS = 180_000 // 2 s: what is decoded before time 0, and its clock, are above 0 too
const SOUNDS_BETWEEN_TABLES = 50 // without pictures: about a second

/** What arrived as one transport stream: the very packets of a stream that came as MPEG-2 TS, else pictures and AAC in a stream
 *  of our own. Cut pictures are left out, lost sound leaves a gap. */
export class TsRecording {
  readonly #sink: TsSink
  readonly #writer: MpegTsWriter
  readonly #times: DecodeTimes<Picture>
  readonly #isPassedOn: boolean
  #sounds = 0

  constructor(formats: readonly TrackFormat[], frameIntervalMs: number, sink: TsSink) {
    const video = formats.find((format) => format.kind === 'video')
    const audio = formats.find((format) => format.kind === 'aac')
    this.#sink = sink
    this.#isPassedOn = formats.some(({ kind }) => kind === 'mp2t')
    this.#writer = new MpegTsWriter({
      hasVideo: video !== undefined,
      ...(video && { videoCodec: video.codec }),
      ...(audio === undefined ? {} : { audio: audio.config }),
    })
    this.#times = new DecodeTimes(video?.sps?.reorderFrames ?? 0, Math.round(frameIntervalMs * 90)) // 90 ticks a ms
    if (video === undefined && audio !== undefined && !this.#isPassedOn) sink(this.#writer.tables())
  }

  picture(picture: Picture): void {
    if (this.#isPassedOn) return
    for (const decoded of this.#times.push(picture)) this.#write(decoded)
  }

  sound(ptsTicks: number, accessUnit: Uint8Array): void {
    if (this.#isPassedOn) return
    this.#sounds += 1
    if (this.#sounds % SOUNDS_BETWEEN_TABLES === 0) this.#sink(this.#writer.tables())
    this.#sink(this.#writer.sound({ ptsTicks: START_TICKS + ptsTicks, accessUnit }))
  }

  transport(packets: Uint8Array): void {
    this.#sink(packets)
  }

  finish(): void {
    for (const decoded of this.#times.finish()) this.#write(decoded)
  }

  #write({ ptsTicks, dtsTicks, nals }: Picture & { readonly dtsTicks: number }): void {
    this.#sink(this.#writer.picture({ ptsTicks: START_TICKS + ptsTicks, dtsTicks: START_TICKS + dtsTicks, nals }))
  }
}
