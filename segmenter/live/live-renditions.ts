import { aacCodecString, encodeAudioSpecificConfig, type AacConfig } from '../../protocol/aac.ts'
import { nalType, nalTypes } from '../../protocol/h264.ts'
import { h264CodecString, readSps } from '../../protocol/h264-sps.ts'
import { TICKS_PER_SECOND } from '../../protocol/mpeg-ts-clock.ts'
import { writeMultivariantPlaylist } from '../../protocol/playlist-writer.ts'
import {
  LiveCutter,
  steadyPartTicks,
  unsteadyPartTicks,
  type LiveCut,
  type LivePicture,
  type LiveSound,
  type SteadyStream,
} from './live-cutter.ts'
import { Fmp4Muxer, TS_ORIGIN_TICKS, TsMuxer, type StreamFormat } from './live-muxers.ts'
import { LiveWindow, type FinishedSegment, type NewPart } from './live-window.ts'
import { SoundGate } from './sound-gate.ts'

/** The renditions of a live channel, of the very same pictures. */
export type RenditionName = 'live' | 'low-latency'

export type LiveOptions = {
  readonly segmentSeconds: number
  readonly windowSeconds: number
  readonly maxBytes: number // of each rendition
  readonly steady?: SteadyStream
  readonly partSeconds?: number // of a stream that is not steady; absent: 0.5
  readonly reorderTicks?: number // from the first picture's decode time to its presentation time; absent: 0
  readonly bitsPerSecond: number // of our own encoder what it keeps to, sound and all; of others a guess until a segment is there
  /** Each finished `.ts` segment. */
  readonly onSegment?: (bytes: Uint8Array) => void
  /** Pictures that can be had now, in parts; with the last ones of a segment in that as well. */
  readonly onCut?: (pictures: readonly LivePicture[], place: CutPlace) => void
}

/** Where a cut stands in the playlists of both renditions. */
export type CutPlace = {
  readonly sequence: number // media sequence number
  readonly part?: number // absent: there are no parts any longer
  readonly endsSegment: boolean
}

const LATEST_SOUND_SECONDS = 1 // after its pictures
const LONGEST_SEGMENT_SECONDS = 6 // of a stream whose keyframes come as they like

/** A live stream as HLS: MPEG-TS segments for every player, and fMP4 with parts for those who want to be near the edge. Without a
 *  clock: all that it does follows from the units that come. */
export class LiveRenditions {
  readonly codecs: readonly string[]
  readonly widthPixels: number
  readonly heightPixels: number
  readonly framesPerSecond: number
  readonly windows: Readonly<Record<RenditionName, LiveWindow>>
  readonly #options: LiveOptions
  readonly #format: StreamFormat
  readonly #partTicks: number
  readonly #gate: SoundGate | undefined // of our own encoder sound comes with its pictures
  readonly #cutter: LiveCutter
  readonly #ts: TsMuxer
  readonly #fmp4: Fmp4Muxer
  #peakBitsPerSecond = 0 // of the segments so far

  /** Throws RangeError for parameter sets that cannot be read. */
  constructor(format: StreamFormat, framesPerSecond: number, options: LiveOptions) {
    const { segmentSeconds, windowSeconds, maxBytes, steady, partSeconds } = options
    const sps = readSps(format.sps)
    if (!sps.ok) throw new RangeError(`not an SPS: ${JSON.stringify(sps.fault)}`)
    this.#options = options
    this.#format = format
    this.widthPixels = sps.value.widthPixels
    this.heightPixels = sps.value.heightPixels
    this.framesPerSecond = framesPerSecond
    this.codecs = [h264CodecString(sps.value), ...(format.audio === undefined ? [] : [aacCodecString(format.audio)])]
    this.#partTicks =
      steady === undefined ? unsteadyPartTicks(framesPerSecond, partSeconds) : steadyPartTicks(steady.frameTicks)
    const longestSegmentSeconds = steady === undefined ? LONGEST_SEGMENT_SECONDS : segmentSeconds
    const isGated = steady === undefined && format.audio !== undefined
    this.#gate = isGated ? new SoundGate(LATEST_SOUND_SECONDS * TICKS_PER_SECOND) : undefined
    this.#cutter = new LiveCutter({
      segmentTicks: segmentSeconds * TICKS_PER_SECOND,
      longestSegmentTicks: longestSegmentSeconds * TICKS_PER_SECOND,
      partTicks: this.#partTicks,
      ...(steady === undefined ? {} : { steady }),
    })
    this.#ts = new TsMuxer(format)
    this.#fmp4 = new Fmp4Muxer(format, options.reorderTicks)
    const shared = {
      targetDurationSeconds: Math.ceil(longestSegmentSeconds),
      windowSeconds,
      maxBytes,
      isIndependent: steady !== undefined,
    }
    this.windows = {
      live: new LiveWindow({ ...shared, extension: 'ts' }),
      'low-latency': new LiveWindow({
        ...shared,
        extension: 'm4s',
        init: this.#fmp4.init,
        partTargetSeconds: this.#partTicks / TICKS_PER_SECOND,
      }),
    }
  }

  /** BANDWIDTH. Nobody can say it of what others send: the peak so far, and a tenth for what may come. */
  get bitsPerSecond(): number {
    const { steady, bitsPerSecond } = this.#options
    if (steady !== undefined || this.#peakBitsPerSecond === 0) return bitsPerSecond
    return Math.ceil(this.#peakBitsPerSecond * 1.1)
  }

  /** True when a part is new. A keyframe with other parameter sets ends `low-latency`, in whose initialisation section they stand,
   *  and the transport stream goes on. */
  pushPicture(picture: LivePicture): boolean {
    if (picture.isKeyframe && hasOtherSets(picture.nals, this.#format)) this.windows['low-latency'].end()
    return this.#cutAll(this.#gate?.pushPicture(picture) ?? [picture])
  }

  /** The same. */
  pushSound(sound: LiveSound): boolean {
    const isNew = this.#publish(this.#cutter.pushSound(sound))
    return this.#cutAll(this.#gate?.pushSound(sound) ?? []) || isNew
  }

  end(): void {
    this.#cutAll(this.#gate?.end() ?? [])
    this.#publish(this.#cutter.end())
    const last = this.windows.live.end()
    if (last !== undefined) this.#finish(last)
    this.windows['low-latency'].end()
  }

  /** Presentation time of the first picture in the files of each. */
  get originTicks(): Readonly<Record<RenditionName, number>> {
    return { live: TS_ORIGIN_TICKS + (this.#options.reorderTicks ?? 0), 'low-latency': 0 }
  }

  /** The multivariant playlist of one of the two. */
  multivariant(name: RenditionName): string {
    return writeMultivariantPlaylist([
      {
        uri: `${name}/index.m3u8`,
        bandwidthBitsPerSecond: this.bitsPerSecond,
        widthPixels: this.widthPixels,
        heightPixels: this.heightPixels,
        framesPerSecond: this.framesPerSecond,
        codecs: this.codecs,
      },
    ])
  }

  #cutAll(pictures: readonly LivePicture[]): boolean {
    return this.#publish(pictures.flatMap((picture) => this.#cutter.pushPicture(picture)))
  }

  #publish(cuts: readonly LiveCut[]): boolean {
    for (const cut of cuts) {
      const facts = {
        durationSeconds: cut.durationTicks / TICKS_PER_SECOND,
        isIndependent: cut.isIndependent,
        unixMs: cut.pictures[0]?.unixMs ?? 0,
        isDiscontinuity: false,
        endsSegment: cut.endsSegment,
      }
      this.#publishNear(atMost(cut, this.#partTicks), facts)
      const segment = this.windows.live.add({ ...facts, bytes: this.#ts.write(cut) })
      if (segment !== undefined) this.#finish(segment)
      this.#options.onCut?.(cut.pictures, this.#placeOf(cut))
    }
    return cuts.length > 0
  }

  /** Of the cut that was published last. */
  #placeOf({ endsSegment }: LiveCut): CutPlace {
    const { live, 'low-latency': near } = this.windows
    const { lastPart } = near.edge
    const part = near.isEnded || lastPart === undefined ? {} : { part: lastPart }
    return { sequence: live.edge.lastSequence, ...part, endsSegment }
  }

  /** A last segment of a moment does not count alone, RFC 8216 section 4.3.4.2. */
  #finish({ bytes, durationSeconds }: FinishedSegment): void {
    if (durationSeconds >= this.#options.segmentSeconds / 2) {
      this.#peakBitsPerSecond = Math.max(this.#peakBitsPerSecond, (bytes.length * 8) / durationSeconds)
    }
    this.#options.onSegment?.(bytes)
  }

  #publishNear(cut: LiveCut, facts: Omit<NewPart, 'bytes'>): void {
    const window = this.windows['low-latency']
    if (window.isEnded) return
    window.add({ ...facts, durationSeconds: cut.durationTicks / TICKS_PER_SECOND, bytes: this.#fmp4.write(cut) })
  }
}

/** A part may not outlast the target that is told before the first one: a picture that stands for longer lasts as long as that, and
 *  then nothing is shown until the next one. */
function atMost(cut: LiveCut, partTicks: number): LiveCut {
  if (cut.durationTicks <= partTicks) return cut
  const pictures = cut.pictures.map((picture) => ({
    ...picture,
    durationTicks: Math.min(picture.durationTicks, partTicks),
  }))
  return { ...cut, pictures, durationTicks: Math.min(cut.durationTicks, partTicks) }
}

function hasOtherSets(nals: readonly Uint8Array[], { sps, pps }: StreamFormat): boolean {
  const sets = parameterSetsOf(nals)
  return sets !== undefined && (Buffer.compare(sets.sps, sps) !== 0 || Buffer.compare(sets.pps, pps) !== 0)
}

/** The parameter sets of a keyframe; undefined where it has none. */
export function parameterSetsOf(nals: readonly Uint8Array[]): Pick<StreamFormat, 'sps' | 'pps'> | undefined {
  const [sps, pps] = [nalTypes.sps, nalTypes.pps].map((type) => nals.find((nal) => nalType(nal) === type))
  return sps === undefined || pps === undefined ? undefined : { sps, pps }
}

/** What RTP and the outline tell of a sound. */
export function outlineAudio(config: AacConfig) {
  const { objectType, sampleRateHz, channelCount, samplesPerFrame } = config
  const plain = { objectType, sampleRateHz, channelCount, samplesPerFrame }
  const audioSpecificConfigHex = [...encodeAudioSpecificConfig(plain)].map((byte) => byte.toString(16).padStart(2, '0'))
  return {
    codec: aacCodecString(plain),
    ...{ sampleRateHz, channelCount, samplesPerFrame },
    audioSpecificConfigHex: audioSpecificConfigHex.join(''),
  }
}
