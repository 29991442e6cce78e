import type { AacConfig } from '../protocol/aac.ts'
import { readSps } from '../protocol/h264-sps.ts'
import { frameKind } from '../protocol/h264.ts'
import type { TsUnit } from '../protocol/mpeg-ts-stream.ts'
import type { SteadyStream } from '../segmenter/live/live-cutter.ts'
import { LiveRenditions, outlineAudio, parameterSetsOf, type LiveOptions } from '../segmenter/live/live-renditions.ts'
import { LiveSegments } from '../stream/live-segments.ts'
import { LIVE_LIMITS } from '../udp-relay/live-presentations.ts'

export type ChannelMediaOptions = Omit<LiveOptions, 'steady'> & {
  readonly steady?: SteadyStream // of our own encoder
  readonly framesPerSecond?: number // absent: as the stream tells
  readonly hasRtp: boolean // false: somebody else sends it to RTSP viewers and browsers
  readonly onBegun: (segments: LiveSegments | undefined) => void // what they are sent
  readonly onPart: () => void
}

/** The name of the one variant that channels have over RTP. */
export const CHANNEL_VARIANT = 'live'

const ASSUMED_FRAMES_PER_SECOND = 25

/** The units of a channel, once for HLS and once for RTP. It begins with the first keyframe at which all is known. */
export class ChannelMedia {
  readonly #options: ChannelMediaOptions
  #renditions: LiveRenditions | undefined
  #segments: LiveSegments | undefined

  constructor(options: ChannelMediaOptions) {
    this.#options = options
  }

  /** undefined before it has begun. */
  get renditions(): LiveRenditions | undefined {
    return this.#renditions
  }

  /** `audio`: of the stream's sound as far as it is known; `false`: it has none. `unixMs`: when a picture was captured. False when the
   *  stream cannot be served any longer: its keyframes are too rare. Throws RangeError for parameter sets that cannot be read. */
  push(unit: TsUnit, audio: AacConfig | false | undefined, unixMs: number): boolean {
    if (unit.kind === 'sound') {
      this.#renditions?.pushSound(unit)
      return this.#segments?.pushSound(unit) ?? true
    }
    const isKeyframe = frameKind(unit.nals) === 'idr'
    if (this.#renditions === undefined && (!isKeyframe || audio === undefined)) return true
    if (this.#renditions === undefined) this.#begin(unit.nals, audio)
    const isKept = this.#segments?.pushPicture(unit) ?? true
    const { nals, ptsTicks, dtsTicks } = unit
    if (this.#renditions?.pushPicture({ nals, ptsTicks, dtsTicks, isKeyframe, unixMs }) === true) this.#options.onPart()
    return isKept
  }

  end(): void {
    this.#renditions?.end()
    this.#segments?.end()
    this.#options.onPart()
  }

  #begin(nals: readonly Uint8Array[], audio: AacConfig | false | undefined): void {
    const sets = parameterSetsOf(nals)
    if (sets === undefined) return
    const { steady, framesPerSecond, hasRtp, onBegun, ...options } = this.#options
    const sps = readSps(sets.sps)
    const told = sps.ok ? sps.value.framesPerSecond : undefined
    const sound = audio === false || audio === undefined ? {} : { audio }
    this.#renditions = new LiveRenditions({ ...sets, ...sound }, framesPerSecond ?? told ?? ASSUMED_FRAMES_PER_SECOND, {
      ...options,
      ...(steady === undefined ? {} : { steady }),
    })
    if (hasRtp) {
      this.#segments = new LiveSegments({
        variant: CHANNEL_VARIANT,
        parameterSets: [sets.sps, sets.pps],
        ...(sound.audio === undefined ? {} : { audio: outlineAudio(sound.audio) }),
        ...LIVE_LIMITS,
        hasTail: true,
      })
    }
    onBegun(this.#segments)
  }
}
