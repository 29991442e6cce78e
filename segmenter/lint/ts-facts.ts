import type { ByteFault, ByteRuleId, SegmentFacts } from './segment-facts.ts'
import { TsClock } from './ts-clock.ts'
import {
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
import { TrackReading } from './ts-track.ts'

const NOTHING = new Uint8Array(0)

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
  readonly #clock = new TsClock((...fault) => this.#fault(...fault))

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
    if (this.#program !== undefined && this.#bytes.length > 0) this.#clock.end(this.#program.pcrPid)
    // Of a stream that breaks off nobody knows when it ends.
    const tracks = lost === undefined ? [...this.#tracks.values()].map((track) => track.facts()) : []
    return { format: 'ts', tracks, faults: this.#faults, ...this.#clock.facts() }
  }

  #fault(rule: ByteRuleId, expected: string, got: string): void {
    if (this.#faults.filter((fault) => fault.rule === rule).length < 5) this.#faults.push({ rule, expected, got })
  }

  #packet(packet: TsPacket): void {
    this.#count(packet)
    this.#table(packet)
    const { pcrSeconds } = packet
    if (pcrSeconds !== undefined && packet.pid === this.#program?.pcrPid) this.#clock.take(packet, pcrSeconds)
    if (this.#program === undefined && packet.isStart)
      this.#hasMediaFirst ||= readPes(packet.payload ?? NOTHING) !== undefined
    const type = this.#program?.streams.get(packet.pid)
    if (type === undefined || packet.payload === undefined) return
    const track = this.#tracks.get(packet.pid) ?? new TrackReading(packet.pid, type)
    this.#tracks.set(packet.pid, track)
    const dts = track.packet(packet)
    if (dts === undefined) return
    if (Number.isNaN(dts)) this.#fault('ts-pes', 'a PES packet with a time', `none in packet ${packet.index}`)
    else this.#clock.takeUnit(dts, packet.index)
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
}
