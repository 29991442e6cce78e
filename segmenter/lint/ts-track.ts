import { readAdtsFrame } from './adts-facts.ts'
import { avcCodec, hevcCodec, pictureFacts, unitsOfByteStream, type NalCodec } from './nal-facts.ts'
import { usualStep, type TrackFacts } from './segment-facts.ts'
import { difference } from './ts-clock.ts'
import { readPes, type TsPacket } from './ts-packets.ts'

const NOTHING = new Uint8Array(0)
const READ_OF_PICTURE_BYTES = 16_384 // parameter sets, SEI and the head of the first slice lie within

/** The codec of a stream_type, 13818-1 table 2-34 and the registrations that HLS uses. */
const streamTypes: Readonly<
  Record<number, { kind: TrackFacts['kind']; codec: string; nal?: NalCodec; isAdts?: true }>
> = {
  0x03: { kind: 'audio', codec: 'mp4a.6B' },
  0x04: { kind: 'audio', codec: 'mp4a.69' },
  0x0f: { kind: 'audio', codec: 'mp4a.40', isAdts: true },
  0x15: { kind: 'other', codec: 'id3' },
  0x1b: { kind: 'video', codec: 'avc1', nal: 'avc' },
  0x24: { kind: 'video', codec: 'hev1', nal: 'hevc' },
  0x81: { kind: 'audio', codec: 'ac-3' },
  0x87: { kind: 'audio', codec: 'ec-3' },
}

/** One elementary stream of a program, packet by packet. */
export class TrackReading {
  readonly #id: number
  readonly #type: number
  readonly #pts: number[] = []
  readonly #dts: number[] = []
  #open: Uint8Array[] = []
  #openBytes = 0
  #hasOpen = false
  #skipBytes = 0 // of an ADTS frame that goes on in the next PES packet
  #keyFrames = 0
  #frames = 0
  #startsWithKey: boolean | undefined
  #hasParameterSets = false
  #codec: string | undefined
  #audio: { sampleRateHz: number; channels: number; samples: number } | undefined
  #framesOfLast = 0

  constructor(id: number, type: number) {
    this.#id = id
    this.#type = type
  }

  get #known(): (typeof streamTypes)[number] {
    return streamTypes[this.#type] ?? { kind: 'other', codec: `stream type ${this.#type}` }
  }

  /** The time to decode of a PES packet that begins here, NaN of one without; undefined where none begins. */
  packet({ isStart, payload = NOTHING, isScrambled }: TsPacket): number | undefined {
    if (isScrambled) return undefined
    let dts: number | undefined
    let bytes = payload
    if (isStart) {
      this.end()
      const pes = readPes(payload)
      this.#hasOpen = pes !== undefined
      bytes = pes?.payload ?? payload
      dts = pes?.dts ?? NaN
      if (pes !== undefined && !Number.isNaN(pes.pts)) {
        this.#pts.push(pes.pts)
        this.#dts.push(pes.dts)
      }
    }
    const wanted = this.#known.nal === undefined ? Infinity : READ_OF_PICTURE_BYTES
    if (this.#hasOpen && this.#openBytes < wanted) {
      this.#open.push(bytes)
      this.#openBytes += bytes.length
    }
    return this.#known.kind === 'other' ? undefined : dts
  }

  /** Nothing more comes of the PES packet that is open. */
  end(): void {
    if (!this.#hasOpen) return
    const bytes = Buffer.concat(this.#open)
    const { nal, isAdts } = this.#known
    if (nal !== undefined) this.#picture(bytes, nal)
    else if (isAdts === true) this.#sound(bytes)
    else this.#frames += 1
    this.#open = []
    this.#openBytes = 0
    this.#hasOpen = false
  }

  #picture(bytes: Uint8Array, nal: NalCodec): void {
    const { isKey, sps, pps, hasPicture } = pictureFacts(unitsOfByteStream(bytes), nal)
    if (sps !== undefined) this.#codec ??= nal === 'avc' ? avcCodec(sps) : hevcCodec(sps)
    if (!hasPicture) return
    this.#frames += 1
    this.#keyFrames += isKey ? 1 : 0
    if (this.#startsWithKey === undefined) {
      this.#startsWithKey = isKey
      this.#hasParameterSets = sps !== undefined && pps !== undefined
    }
  }

  #sound(bytes: Uint8Array): void {
    let at = this.#skipBytes
    this.#framesOfLast = 0
    while (at < bytes.length) {
      const frame = readAdtsFrame(bytes, at)
      if (frame === undefined) break
      const { sampleRateHz, channels, samples, objectType } = frame
      this.#audio ??= { sampleRateHz, channels, samples }
      this.#codec ??= `mp4a.40.${objectType}`
      this.#framesOfLast += 1
      at += frame.sizeBytes
    }
    this.#skipBytes = Math.max(0, at - bytes.length)
    this.#frames += this.#framesOfLast
  }

  facts(): TrackFacts {
    const { kind, codec } = this.#known
    const pts = unwrapped(this.#pts)
    const dts = unwrapped(this.#dts)
    const isVideo = kind === 'video'
    const audio = this.#audio
    const frameSeconds =
      audio !== undefined ? audio.samples / audio.sampleRateHz : usualStep(pts.toSorted((a, b) => a - b))
    const lastSeconds = audio === undefined ? frameSeconds : this.#framesOfLast * frameSeconds
    return {
      id: this.#id,
      kind,
      codec: this.#codec ?? codec,
      frames: this.#frames,
      keyFrames: this.#keyFrames,
      firstPtsSeconds: pts.length === 0 ? NaN : Math.min(...pts),
      endPtsSeconds: pts.length === 0 ? NaN : Math.max(...pts) + lastSeconds,
      firstDtsSeconds: dts[0] ?? NaN,
      endDtsSeconds: (dts.at(-1) ?? NaN) + lastSeconds,
      frameSeconds,
      startsWithKey: isVideo ? (this.#startsWithKey ?? false) : true,
      hasParameterSets: isVideo ? this.#hasParameterSets : true,
      ...(audio === undefined ? {} : { sampleRateHz: audio.sampleRateHz, channels: audio.channels }),
    }
  }
}

/** Each time as near as possible to the one before it. */
function unwrapped(times: readonly number[]): number[] {
  let before = times[0] ?? 0
  return times.map((time) => (before += difference(time, before)))
}
