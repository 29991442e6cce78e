import { decodeAudioSpecificConfig, type AacConfig } from '../protocol/aac.ts'
import { readSps, type SpsFacts } from '../protocol/h264-sps.ts'
import { nalType, nalTypes } from '../protocol/h264.ts'
import { AacDepacketiser } from '../protocol/rtp-aac.ts'
import { H264Depacketiser, type ReassembledUnit } from '../protocol/rtp-h264.ts'
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
  readonly onSound: (ptsTicks: number, accessUnit: Uint8Array) => void
  readonly onTransport: (bytes: Uint8Array) => void
  /** What is due at `ptsTicks` would have come at `nowMs`: the clock that a transport stream brings along. */
  readonly onClock: (ptsTicks: number, nowMs: number) => void
}

/** What the description tells of a track that we can take apart. */
export type TrackFormat =
  | { readonly kind: 'h264'; readonly parameterSets: readonly Uint8Array[]; readonly sps: SpsFacts | undefined }
  | { readonly kind: 'aac'; readonly config: AacConfig }
  | { readonly kind: 'mp2t' }
  | { readonly kind: 'other' } // counted, and no more

export function trackFormat({ encoding, formatParameters }: SdpTrack): TrackFormat {
  switch (encoding.toUpperCase()) {
    case 'H264':
      return h264Format(formatParameters.get('sprop-parameter-sets') ?? '')
    case 'MPEG4-GENERIC':
      return aacFormat(formatParameters)
    case 'MP2T':
      return { kind: 'mp2t' }
    default:
      return { kind: 'other' }
  }
}

/** Parameter sets that cannot be read are left to those that come in band. */
function h264Format(spropParameterSets: string): TrackFormat {
  const parameterSets = spropParameterSets
    .split(',')
    .map((text) => Uint8Array.from(Buffer.from(text, 'base64')))
    .filter((nal) => nal.length > 0)
  const read = parameterSets.filter((nal) => nalType(nal) === nalTypes.sps).map(readSps)[0]
  return { kind: 'h264', parameterSets, sps: read?.ok === true ? read.value : undefined }
}

function aacFormat(parameters: ReadonlyMap<string, string>): TrackFormat {
  if (parameters.get('mode')?.toLowerCase() !== 'aac-hbr') return { kind: 'other' }
  const config = decodeAudioSpecificConfig(Uint8Array.from(Buffer.from(parameters.get('config') ?? '', 'hex')))
  return config.ok ? { kind: 'aac', config: config.value } : { kind: 'other' }
}

export function trackMedia(format: TrackFormat, time: MediaTime, listener: MediaListener): TrackMedia {
  switch (format.kind) {
    case 'h264':
      return new H264Media(format.parameterSets, time, listener)
    case 'aac':
      return new AacMedia(format.config, time, listener)
    case 'mp2t':
      return new Mp2tMedia(listener)
    case 'other':
      return { push: () => {}, finish: () => {} }
  }
}

class H264Media implements TrackMedia {
  readonly #integrity: FrameIntegrity
  readonly #depacketiser = new H264Depacketiser()
  readonly #time: MediaTime
  readonly #listener: MediaListener

  constructor(parameterSets: readonly Uint8Array[], time: MediaTime, listener: MediaListener) {
    this.#integrity = new FrameIntegrity({ parameterSets })
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

  push(item: Released<RtpPacket>): void {
    if (item.kind === 'lost') return this.#depacketiser.flush()
    for (const { timestampTicks, data } of this.#depacketiser.push(item.packet, item.lostBefore)) {
      this.#listener.onSound(this.#time.at(timestampTicks), data)
    }
  }

  finish(): void {
    this.#depacketiser.flush()
  }
}
