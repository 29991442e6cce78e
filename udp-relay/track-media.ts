import { decodeAudioSpecificConfig, type AacConfig } from '../protocol/aac.ts'
import { readSps } from '../protocol/h264-sps.ts'
import { readH265Sps } from '../protocol/h265-sps.ts'
import { nalSyntaxes, type VideoCodec } from '../protocol/nal-syntax.ts'
import { AacDepacketiser } from '../protocol/rtp-aac.ts'
import { NalDepacketiser } from '../protocol/rtp-nal.ts'
import type { ReassembledUnit } from '../protocol/rtp-nal-unit.ts'
import { nalPayloadFormats } from '../protocol/rtp-video.ts'
import type { RtpPacket } from '../protocol/rtp.ts'
import type { SdpTrack } from '../protocol/sdp.ts'
import { FrameIntegrity, type FrameVerdict } from '../stream/frame-integrity.ts'
import type { Released } from '../stream/jitter-buffer.ts'
import { Mp2tMedia } from './mp2t-media.ts'
import type { TrackMedia } from './received-track.ts'
import type { MediaTime } from './media-time.ts'

/** What comes out of the packets; times are 90 kHz ticks after the start. */
export type MediaListener = {
  readonly onFrame: (ptsTicks: number, frame: FrameVerdict, nowMs: number) => void
  readonly onSound: (ptsTicks: number, accessUnit: Uint8Array, nowMs: number) => void
  readonly onTransport: (bytes: Uint8Array) => void
  /** What is due at `ptsTicks` would have come at `nowMs`: the clock that a transport stream brings along. */
  readonly onClock: (ptsTicks: number, nowMs: number) => void
}

/** What the description tells of a track that we can take apart. */
export type TrackFormat =
  | VideoFormat
  | { readonly kind: 'aac'; readonly config: AacConfig }
  | { readonly kind: 'mp2t' }
  | { readonly kind: 'other' } // counted, and no more

export type VideoFormat = {
  readonly kind: 'video'
  readonly codec: VideoCodec
  readonly parameterSets: readonly Uint8Array[]
  readonly sps: { readonly framesPerSecond?: number; readonly reorderFrames?: number } | undefined
}

export function trackFormat({ encoding, formatParameters }: SdpTrack): TrackFormat {
  switch (encoding.toUpperCase()) {
    case 'H264':
      return videoFormat('h264', [formatParameters.get('sprop-parameter-sets')])
    case 'H265':
      return h265Format(formatParameters)
    case 'MPEG4-GENERIC':
      return aacFormat(formatParameters)
    case 'MP2T':
      return { kind: 'mp2t' }
    default:
      return { kind: 'other' }
  }
}

/** Parameter sets that cannot be read are left to those that come in band. */
function videoFormat(codec: VideoCodec, sprops: readonly (string | undefined)[]): VideoFormat {
  const { nalType, parameterSetTypes } = nalSyntaxes[codec]
  const parameterSets = sprops
    .flatMap((sprop) => sprop?.split(',') ?? [])
    .map((text) => Uint8Array.from(Buffer.from(text, 'base64')))
    .filter((nal) => nal.length > 0)
  const sps = parameterSets.find((nal) => nalType(nal) === parameterSetTypes.at(-2)) // the PPS comes last
  const read = sps && (codec === 'h265' ? readH265Sps(sps) : readSps(sps))
  return { kind: 'video', codec, parameterSets, sps: read?.ok === true ? read.value : undefined }
}

/** RFC 7798 section 7.1. With DONL fields, which tell of another order than that of decoding, it cannot be taken apart. */
function h265Format(parameters: ReadonlyMap<string, string>): TrackFormat {
  if (Number(parameters.get('sprop-max-don-diff') ?? 0) > 0) return { kind: 'other' }
  return videoFormat(
    'h265',
    ['sprop-vps', 'sprop-sps', 'sprop-pps'].map((name) => parameters.get(name)),
  )
}

function aacFormat(parameters: ReadonlyMap<string, string>): TrackFormat {
  if (parameters.get('mode')?.toLowerCase() !== 'aac-hbr') return { kind: 'other' }
  const config = decodeAudioSpecificConfig(Uint8Array.from(Buffer.from(parameters.get('config') ?? '', 'hex')))
  return config.ok ? { kind: 'aac', config: config.value } : { kind: 'other' }
}

export function trackMedia(format: TrackFormat, time: MediaTime, listener: MediaListener): TrackMedia {
  switch (format.kind) {
    case 'video':
      return new PictureMedia(format, time, listener)
    case 'aac':
      return new AacMedia(format.config, time, listener)
    case 'mp2t':
      return new Mp2tMedia(listener)
    case 'other':
      return { push: () => {}, finish: () => {} }
  }
}

class PictureMedia implements TrackMedia {
  readonly #integrity: FrameIntegrity
  readonly #depacketiser: NalDepacketiser
  readonly #time: MediaTime
  readonly #listener: MediaListener

  constructor({ codec, parameterSets }: VideoFormat, time: MediaTime, listener: MediaListener) {
    this.#integrity = new FrameIntegrity({ codec, parameterSets })
    this.#depacketiser = new NalDepacketiser(nalPayloadFormats[codec])
    this.#time = time
    this.#listener = listener
  }

  push(item: Released<RtpPacket>, nowMs: number): void {
    if (item.kind === 'packet') return this.#judge(this.#depacketiser.push(item.packet, item.lostBefore), nowMs)
    this.#integrity.lose({ firstSequenceNumber: item.firstSequenceNumber & 0xffff, packets: item.packets })
  }

  finish(nowMs: number): void {
    this.#judge(this.#depacketiser.flush(), nowMs)
  }

  #judge(units: readonly ReassembledUnit[], nowMs: number): void {
    for (const unit of units) {
      for (const frame of this.#integrity.push(unit)) {
        this.#listener.onFrame(this.#time.at(frame.timestampTicks), frame, nowMs)
      }
    }
  }
}

class AacMedia implements TrackMedia {
  readonly #depacketiser: AacDepacketiser
  readonly #time: MediaTime
  readonly #listener: MediaListener

  constructor({ samplesPerFrame }: AacConfig, time: MediaTime, listener: MediaListener) {
    this.#depacketiser = new AacDepacketiser(samplesPerFrame)
    this.#time = time
    this.#listener = listener
  }

  push(item: Released<RtpPacket>, nowMs: number): void {
    if (item.kind === 'lost') return this.#depacketiser.flush()
    for (const { timestampTicks, data } of this.#depacketiser.push(item.packet, item.lostBefore)) {
      this.#listener.onSound(this.#time.at(timestampTicks), data, nowMs)
    }
  }

  finish(): void {
    this.#depacketiser.flush()
  }
}
