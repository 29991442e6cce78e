import type { AacConfig } from '../protocol/aac.ts'
import { readSps } from '../protocol/h264-sps.ts'
import { frameKind } from '../protocol/h264.ts'
import type { TsUnit } from '../protocol/mpeg-ts-stream.ts'
import type { SteadyStream } from '../segmenter/live/live-cutter.ts'
import { LiveRenditions, outlineAudio, parameterSetsOf, type LiveOptions } from '../segmenter/live/live-renditions.ts'
import { LiveSegments } from '../stream/live-segments.ts'
import { LIVE_LIMITS } from '../udp-relay/live-presentations.ts'
import { PublishedPictures } from './published-pictures.ts'

export type ChannelMediaOptions = Omit<LiveOptions, 'steady' | 'reorderTicks' | 'onCut'> & {
  readonly steady?: SteadyStream // of our own encoder
  readonly framesPerSecond?: number // absent: as the stream tells
  readonly hasRtp: boolean // false: somebody else sends it to RTSP viewers and browsers
  readonly onBegun: (segments: LiveSegments | undefined) => void // what they are sent
  readonly onPart: () => void
  readonly nowUnixMs: () => number
}

/** The name of the one variant that channels have over RTP. */
export const CHANNEL_VARIANT = 'live'

const ASSUMED_FRAMES_PER_SECOND = 25
const MAX_EARLY_UNITS = 100 // some seconds: sound that is announced and does not come is not waited for any longer

/** The units of a channel, once for HLS and once for RTP. It begins with the first keyframe at which all is known. */
export class ChannelMedia {
  readonly pictures: PublishedPictures
  readonly #options: ChannelMediaOptions
  #renditions: LiveRenditions | undefined
  #segments: LiveSegments | undefined
  #early: { readonly unit: TsUnit; readonly unixMs: number }[] = [] // from the first keyframe on, until the sound is known

  constructor(options: ChannelMediaOptions) {
    this.#options = options
    this.pictures = new PublishedPictures(options.nowUnixMs)
  }

  /** undefined before it has begun. */
  get renditions(): LiveRenditions | undefined {
    return this.#renditions
  }

  /** `audio`: of the stream's sound as far as it is known; `false`: it has none. `unixMs`: when a picture was captured. False when the
   *  stream cannot be served any longer: its keyframes are too rare. Throws RangeError for parameter sets that cannot be read. */
  push(unit: TsUnit, audio: AacConfig | false | undefined, unixMs: number): boolean {
    if (this.#renditions !== undefined) return this.#give(unit, unixMs)
    const [first] = this.#early
    if (first === undefined && !(unit.kind === 'picture' && frameKind(unit.nals) === 'idr')) return true
    this.#early.push({ unit, unixMs })
    if (audio === undefined && this.#early.length <= MAX_EARLY_UNITS) return true
    const early = this.#early
    this.#early = []
    if (early[0]?.unit.kind === 'picture') this.#begin(early[0].unit, audio ?? false)
    return early.every((each) => this.#give(each.unit, each.unixMs))
  }

  end(): void {
    this.#renditions?.end()
    this.#segments?.end()
    this.#options.onPart()
  }

  #give(unit: TsUnit, unixMs: number): boolean {
    if (unit.kind === 'sound') {
      if (this.#renditions?.pushSound(unit) === true) this.#options.onPart()
      return this.#segments?.pushSound(unit) ?? true
    }
    const isKept = this.#segments?.pushPicture(unit) ?? true
    this.pictures.push({ ptsTicks: unit.ptsTicks, unixMs })
    if (this.#segments?.tail !== undefined || !this.#options.hasRtp) this.pictures.markSent()
    const { nals, ptsTicks, dtsTicks } = unit
    const picture = { nals, ptsTicks, dtsTicks, isKeyframe: frameKind(nals) === 'idr', unixMs }
    if (this.#renditions?.pushPicture(picture) === true) this.#options.onPart()
    return isKept
  }

  #begin({ nals, ptsTicks, dtsTicks }: TsUnit & { kind: 'picture' }, audio: AacConfig | false): void {
    const sets = parameterSetsOf(nals)
    if (sets === undefined) return
    const { steady, framesPerSecond, hasRtp, onBegun, nowUnixMs: _, ...options } = this.#options
    const sps = readSps(sets.sps)
    const told = sps.ok ? sps.value.framesPerSecond : undefined
    const sound = audio === false ? {} : { audio }
    this.#renditions = new LiveRenditions({ ...sets, ...sound }, framesPerSecond ?? told ?? ASSUMED_FRAMES_PER_SECOND, {
      ...options,
      ...(steady === undefined ? {} : { steady }),
      reorderTicks: ptsTicks - dtsTicks,
      onCut: (pictures, place) => this.pictures.markCut(pictures, place),
    })
    if (hasRtp) {
      this.#segments = new LiveSegments({
        variant: CHANNEL_VARIANT,
        parameterSets: [sets.sps, sets.pps],
        ...(sound.audio === undefined ? {} : { audio: outlineAudio(sound.audio) }),
        ...LIVE_LIMITS,
        hasTail: true,
      })
      this.#segments.follow({ onGroup: () => this.pictures.markSent(), onEnd: () => {} }) // without a tail they go by groups
    }
    onBegun(this.#segments)
  }
}
