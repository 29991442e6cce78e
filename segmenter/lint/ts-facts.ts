import { readAdtsFrame } from './adts-facts.ts'
import { avcCodec, hevcCodec, pictureFacts, unitsOfByteStream, type NalCodec } from './nal-facts.ts'
import { usualStep, type ByteFault, type ByteRuleId, type SegmentFacts, type TrackFacts } from './segment-facts.ts'
import {
  CLOCK_HZ,
  firstLostSync,
  PACKET_BYTES,
  readPackets,
  readPat,
  readPes,
  readPmt,
  readSection,
  type ProgramMap,
  type TsPacket,
} from './ts-packets.ts'

const WRAP_SECONDS = 2 ** 33 / CLOCK_HZ
const MAX_PCR_INTERVAL_SECONDS = 0.1 // ISO/IEC 13818-1 section 2.7.2
const MAX_PCR_STEP_SECONDS = 1
const ROUNDING_SECONDS = 0.001
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

/** What a transport stream says of itself. `head` is the beginning of its resource, where `bytes` are a range of it that
 *  may lack the program's tables (an I-frame, RFC 8216 section 4.3.3.6). */
export function tsFacts(bytes: Uint8Array, head?: Uint8Array): SegmentFacts {
  return new TsReading(bytes, head).facts()
}

class TsReading {
  readonly #bytes: Uint8Array
  readonly #faults: ByteFault[] = []
  readonly #pmtPids = new Set<number>()
  #programs = 0
  #program: ProgramMap | undefined
  #hasMediaFirst = false
  readonly #counters = new Map<number, number>()
  readonly #tracks = new Map<number, TrackReading>()
  #firstPcr: number | undefined
  #lastPcr: number | undefined
  #longestPcrSeconds = 0
  #longStep: { readonly seconds: number; readonly dtsBefore: number | undefined; readonly index: number } | undefined
  #dtsAtPcr: number | undefined // of the first unit behind the newest one

  constructor(bytes: Uint8Array, head: Uint8Array | undefined) {
    this.#bytes = bytes
    if (head === undefined) return
    for (const packet of readPackets(head)) if (this.#program === undefined) this.#table(packet)
  }

  facts(): SegmentFacts {
    const lost = firstLostSync(this.#bytes)
    const rest = this.#bytes.length % PACKET_BYTES
    if (lost !== undefined) this.#fault('ts-sync', '47 at the start of each packet', `another at byte ${lost}`)
    else if (rest !== 0) this.#fault('ts-size', 'whole packets of 188 bytes', `${rest} bytes more`)
    for (const packet of readPackets(this.#bytes)) this.#packet(packet)
    for (const track of this.#tracks.values()) track.end()
    if (this.#program === undefined) this.#fault('ts-tables', 'a PAT and a PMT', 'none')
    else if (this.#hasMediaFirst) this.#fault('ts-tables', 'PAT and PMT before any media', 'media first')
    if (this.#programs > 1) this.#fault('ts-programs', 'one program', `${this.#programs}`)
    this.#judgeClock()
    // Of a stream that breaks off nobody knows when it ends.
    const tracks = lost === undefined ? [...this.#tracks.values()].map((track) => track.facts()) : []
    const pcr =
      this.#firstPcr === undefined ? {} : { pcr: { firstSeconds: this.#firstPcr, lastSeconds: this.#lastPcr ?? NaN } }
    return { format: 'ts', tracks, faults: this.#faults, ...pcr }
  }

  #fault(rule: ByteRuleId, expected: string, got: string): void {
    if (this.#faults.filter((fault) => fault.rule === rule).length < 5) this.#faults.push({ rule, expected, got })
  }

  #packet(packet: TsPacket): void {
    this.#count(packet)
    this.#table(packet)
    if (packet.pcrSeconds !== undefined && packet.pid === this.#program?.pcrPid) this.#clock(packet, packet.pcrSeconds)
    if (this.#program === undefined && packet.isStart)
      this.#hasMediaFirst ||= readPes(packet.payload ?? NOTHING) !== undefined
    const type = this.#program?.streams.get(packet.pid)
    if (type === undefined || packet.payload === undefined) return
    const track = this.#tracks.get(packet.pid) ?? new TrackReading(packet.pid, type)
    this.#tracks.set(packet.pid, track)
    const dts = track.packet(packet)
    if (dts === undefined) return
    if (Number.isNaN(dts)) this.#fault('ts-pes', 'a PES packet with a time', `none in packet ${packet.index}`)
    else {
      this.#judgeLongStep(dts)
      this.#dtsAtPcr ??= dts
    }
    const late = this.#lastPcr === undefined ? NaN : difference(this.#lastPcr, dts)
    if (late > ROUNDING_SECONDS) {
      const got = `${(late * 1000).toFixed(0)} ms after it, packet ${packet.index}`
      this.#fault('pcr-late', 'a PCR before the time to decode', got)
    }
  }

  #count({ pid, payload, continuity, isBreak, index }: TsPacket): void {
    const before = this.#counters.get(pid)
    this.#counters.set(pid, continuity)
    if (before === undefined || isBreak) return
    const due = payload === undefined ? before : (before + 1) & 0x0f
    if (continuity === due || continuity === before) return // a packet may be sent twice
    this.#fault('ts-continuity', `counter ${due} of PID ${pid}`, `${continuity} in packet ${index}`)
  }

  #table({ pid, isStart, payload }: TsPacket): void {
    if (!isStart || payload === undefined) return
    if (pid !== 0 && !this.#pmtPids.has(pid)) return
    const section = readSection(payload)
    if (section === undefined) return
    if (pid === 0 && section.tableId === 0) {
      const programs = readPat(section)
      this.#programs = Math.max(this.#programs, programs.size)
      for (const mapPid of programs.values()) this.#pmtPids.add(mapPid)
    } else if (section.tableId === 2) {
      this.#program ??= readPmt(section)
    }
  }

  #clock({ isBreak, index }: TsPacket, seconds: number): void {
    const before = this.#lastPcr
    this.#firstPcr ??= seconds
    this.#lastPcr = seconds
    const dtsBefore = this.#dtsAtPcr
    this.#dtsAtPcr = undefined
    if (before === undefined || isBreak) return
    const step = difference(seconds, before)
    if (step < 0) this.#jump(step, index)
    else if (step <= MAX_PCR_STEP_SECONDS) this.#longestPcrSeconds = Math.max(this.#longestPcrSeconds, step)
    else this.#longStep ??= { seconds: step, dtsBefore, index }
  }

  /** A clock that went far has jumped if the media did not go with it; else it is told seldom, as of a picture a second. */
  #judgeLongStep(dts: number): void {
    const step = this.#longStep
    if (step === undefined) return
    this.#longStep = undefined
    const wentSeconds = difference(dts, step.dtsBefore ?? dts)
    if (step.seconds - wentSeconds > MAX_PCR_STEP_SECONDS) this.#jump(step.seconds, step.index)
    else this.#longestPcrSeconds = Math.max(this.#longestPcrSeconds, step.seconds)
  }

  #jump(stepSeconds: number, index: number): void {
    this.#fault('pcr-jump', 'a clock that runs on', `a step of ${stepSeconds.toFixed(3)} s at packet ${index}`)
  }

  #judgeClock(): void {
    if (this.#program === undefined || this.#bytes.length === 0) return
    if (this.#firstPcr === undefined) this.#fault('pcr-missing', `a PCR in PID ${this.#program.pcrPid}`, 'none')
    if (this.#longestPcrSeconds <= MAX_PCR_INTERVAL_SECONDS + ROUNDING_SECONDS) return
    this.#fault('pcr-interval', 'a PCR each 100 ms', `${(this.#longestPcrSeconds * 1000).toFixed(0)} ms without`)
  }
}

/** Of times that wrap after 26.5 hours: `later` less `earlier`, the short way round. */
export function difference(later: number, earlier: number): number {
  const seconds = later - earlier
  if (seconds > WRAP_SECONDS / 2) return seconds - WRAP_SECONDS
  return seconds < -WRAP_SECONDS / 2 ? seconds + WRAP_SECONDS : seconds
}

class TrackReading {
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
