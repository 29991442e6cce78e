import { decodeAudioSpecificConfig } from '../protocol/aac.ts'
import { AacDepacketiser } from '../protocol/rtp-aac.ts'
import type { RtpPacket } from '../protocol/rtp.ts'
import type { ControlTrack } from '../protocol/udp-control.ts'
import type { Released } from '../stream/jitter-buffer.ts'
import { mediaSeconds } from './track-receiver.ts'
import { soundWords } from './words.ts'

/** Decoded sound: planar, at its time in the video. */
export type DecodedSound = {
  readonly positionSeconds: number
  readonly sampleRateHz: number
  readonly channels: readonly Float32Array<ArrayBuffer>[]
}

const MICROSECONDS = 1_000_000

function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function channelsOf(data: AudioData): Float32Array<ArrayBuffer>[] {
  return Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
    const samples = new Float32Array(data.numberOfFrames)
    data.copyTo(samples, { planeIndex, format: 'f32-planar' })
    return samples
  })
}

/** Packets in order in, sound out. A lost access unit is left out: its time stays silent, the others keep theirs. */
export class AudioTrack {
  readonly #track: ControlTrack
  readonly #onSound: (sound: DecodedSound) => void
  readonly #depacketiser: AacDepacketiser
  readonly #config: AudioDecoderConfig
  #decoder: AudioDecoder
  #nearSeconds: number

  constructor(track: ControlTrack, startSeconds: number, onSound: (sound: DecodedSound) => void) {
    this.#track = track
    this.#onSound = onSound
    this.#nearSeconds = startSeconds
    const { config, samplesPerFrame } = decoderConfig(track)
    this.#config = config
    this.#depacketiser = new AacDepacketiser(samplesPerFrame)
    this.#decoder = this.#create()
  }

  push(released: Released<RtpPacket>): void {
    if (released.kind === 'lost') return this.#depacketiser.flush()
    for (const { timestampTicks, data } of this.#depacketiser.push(released.packet, released.lostBefore)) {
      this.#nearSeconds = mediaSeconds(timestampTicks, this.#track.clockRateHz, this.#nearSeconds)
      if (this.#decoder.state === 'closed') this.#decoder = this.#create()
      const timestamp = Math.round(this.#nearSeconds * MICROSECONDS)
      this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp, data: data.slice() }))
    }
  }

  close(): void {
    if (this.#decoder.state !== 'closed') this.#decoder.close()
  }

  #create(): AudioDecoder {
    const decoder = new AudioDecoder({
      output: (data) => {
        const { timestamp, sampleRate } = data
        const channels = channelsOf(data)
        data.close()
        this.#onSound({ positionSeconds: timestamp / MICROSECONDS, sampleRateHz: sampleRate, channels })
      },
      error: () => undefined, // the unit is silent; the next one gets another decoder
    })
    decoder.configure(this.#config)
    return decoder
  }
}

/** The AudioSpecificConfig is the description; WebCodecs then takes raw access units (its AAC registration). */
function decoderConfig({ codec, clockRateHz, configHex = '' }: ControlTrack) {
  const description = bytesOfHex(configHex)
  const read = decodeAudioSpecificConfig(description)
  if (!read.ok) throw new Error(soundWords.unreadable(configHex, read.fault.code))
  const { channelCount, samplesPerFrame } = read.value
  return { config: { codec, sampleRate: clockRateHz, numberOfChannels: channelCount, description }, samplesPerFrame }
}
