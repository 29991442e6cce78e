import { aacCodecString, encodeAudioSpecificConfig, type AacConfig } from '../../protocol/aac.ts'
import { nalType, nalTypes } from '../../protocol/h264.ts'
import { h264CodecString, readSps } from '../../protocol/h264-sps.ts'
import { TICKS_PER_SECOND } from '../../protocol/mpeg-ts-clock.ts'
import { writeMultivariantPlaylist } from '../../protocol/playlist-writer.ts'
import {
  LiveCutter,
  steadyPartTicks,
  type LiveCut,
  type LivePicture,
  type LiveSound,
  type SteadyStream,
} from './live-cutter.ts'
import { Fmp4Muxer, TsMuxer, type StreamFormat } from './live-muxers.ts'
import { LiveWindow } from './live-window.ts'

/** The renditions of a live channel, of the very same pictures. `low-latency` has only a steady stream: a part may not outlast a target
 *  that is told before the first one. */
export type RenditionName = 'live' | 'low-latency'

export type LiveOptions = {
  readonly segmentSeconds: number
  readonly windowSeconds: number
  readonly maxBytes: number // of each rendition
  readonly steady?: SteadyStream
  readonly bitsPerSecond: number // what the encoder keeps to, sound and all
  /** Each finished `.ts` segment. */
  readonly onSegment?: (bytes: Uint8Array) => void
}

const LONGEST_SEGMENT_SECONDS = 6 // of a stream whose keyframes come as they like
const UNSTEADY_PART_SECONDS = 1 // never published: only how often something is written

/** A live stream as HLS: MPEG-TS segments for every player, and fMP4 with parts for those who want to be near the edge. Without a
 *  clock: all that it does follows from the units that come. */
export class LiveRenditions {
  readonly codecs: readonly string[]
  readonly widthPixels: number
  readonly heightPixels: number
  readonly framesPerSecond: number
  readonly bitsPerSecond: number
  readonly windows: Readonly<{ live: LiveWindow; 'low-latency'?: LiveWindow }>
  readonly #options: LiveOptions
  readonly #cutter: LiveCutter
  readonly #ts: TsMuxer
  readonly #fmp4: Fmp4Muxer | undefined

  /** Throws RangeError for parameter sets that cannot be read. */
  constructor(format: StreamFormat, framesPerSecond: number, options: LiveOptions) {
    const { segmentSeconds, windowSeconds, maxBytes, steady, bitsPerSecond } = options
    const sps = readSps(format.sps)
    if (!sps.ok) throw new RangeError(`not an SPS: ${JSON.stringify(sps.fault)}`)
    this.#options = options
    this.widthPixels = sps.value.widthPixels
    this.heightPixels = sps.value.heightPixels
    this.framesPerSecond = framesPerSecond
    this.bitsPerSecond = bitsPerSecond
    this.codecs = [h264CodecString(sps.value), ...(format.audio === undefined ? [] : [aacCodecString(format.audio)])]
    const partTicks =
      steady === undefined ? UNSTEADY_PART_SECONDS * TICKS_PER_SECOND : steadyPartTicks(steady.frameTicks)
    const longestSegmentSeconds = steady === undefined ? LONGEST_SEGMENT_SECONDS : segmentSeconds
    this.#cutter = new LiveCutter({
      segmentTicks: segmentSeconds * TICKS_PER_SECOND,
      longestSegmentTicks: longestSegmentSeconds * TICKS_PER_SECOND,
      partTicks,
      ...(steady === undefined ? {} : { steady }),
    })
    this.#ts = new TsMuxer(format)
    this.#fmp4 = steady && new Fmp4Muxer(format)
    const shared = {
      targetDurationSeconds: Math.ceil(longestSegmentSeconds),
      windowSeconds,
      maxBytes,
      isIndependent: steady !== undefined,
    }
    this.windows = {
      live: new LiveWindow({ ...shared, extension: 'ts' }),
      ...(this.#fmp4 && {
        'low-latency': new LiveWindow({
          ...shared,
          extension: 'm4s',
          init: this.#fmp4.init,
          partTargetSeconds: partTicks / TICKS_PER_SECOND,
        }),
      }),
    }
  }

  /** True when a part is new. */
  pushPicture(picture: LivePicture): boolean {
    return this.#publish(this.#cutter.pushPicture(picture))
  }

  /** The same. */
  pushSound(sound: LiveSound): boolean {
    return this.#publish(this.#cutter.pushSound(sound))
  }

  end(): void {
    this.#publish(this.#cutter.end())
    const last = this.windows.live.end()
    if (last !== undefined) this.#options.onSegment?.(last.bytes)
    this.windows['low-latency']?.end()
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

  #publish(cuts: readonly LiveCut[]): boolean {
    for (const cut of cuts) {
      const facts = {
        durationSeconds: cut.durationTicks / TICKS_PER_SECOND,
        isIndependent: cut.isIndependent,
        unixMs: cut.pictures[0]?.unixMs ?? 0,
        isDiscontinuity: false,
        endsSegment: cut.endsSegment,
      }
      if (this.#fmp4 !== undefined) this.windows['low-latency']?.add({ ...facts, bytes: this.#fmp4.write(cut) })
      const segment = this.windows.live.add({ ...facts, bytes: this.#ts.write(cut) })
      if (segment !== undefined) this.#options.onSegment?.(segment.bytes)
    }
    return cuts.length > 0
  }
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
