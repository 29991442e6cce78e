import { concatBytes } from './bytes.ts'
import type { NalSyntax } from './nal-syntax.ts'
import { nalHeaderBytes, type NalFragment, type NalPayload } from './rtp-nal-payload.ts'
import type { RtpPacket } from './rtp.ts'

/** Where packets with slices are missing: before the unit's first packet that came, between those, after the last. */
export type UnitHole = 'head' | 'inside' | 'tail'

/** One access unit as it arrived. A decoder may have `nals`: they are whole, and it dies of a cut one. */
export type ReassembledUnit = {
  readonly timestampTicks: number
  readonly nals: readonly Uint8Array[] // views into the packets' payloads, but for those that came in fragments
  readonly cutNals: readonly Uint8Array[] // headers of those that came in part, which are left out of `nals`
  readonly lostPackets: number // before its first packet or between its own; a lost tail counts for the next unit
  readonly firstSequenceNumber: number
  readonly lastSequenceNumber: number
  readonly holes: readonly UnitHole[]
  readonly complete: boolean // no holes: every slice is there. Lost SEI and parameter sets are no hole
}

const BOOKKEEPING_BYTES = 100 // what an array view costs beside its bytes, so that tiny units are bounded too

/** The access unit whose packets are arriving. */
export class UnitInProgress {
  readonly timestampTicks: number
  tooLarge = false
  readonly #syntax: NalSyntax
  readonly #firstSequenceNumber: number
  readonly #maxBytes: number
  readonly #holes = new Set<UnitHole>()
  readonly #suspected = new Set<UnitHole>() // packets are missing; the first slice will tell whether they held slices
  #lastSequenceNumber: number | undefined
  #nals: Uint8Array[] = []
  #cutNals: Uint8Array[] = []
  #fragments: { readonly nalHeader: number; readonly bodies: Uint8Array[] } | undefined
  #skippedHeader: number | undefined // of a cut NAL unit whose other fragments may still come
  #sawSlice = false
  #lostPackets = 0
  #heldBytes = 0

  constructor(syntax: NalSyntax, { timestampTicks, sequenceNumber }: RtpPacket, maxBytes: number) {
    this.#syntax = syntax
    this.timestampTicks = timestampTicks
    this.#firstSequenceNumber = sequenceNumber
    this.#maxBytes = maxBytes
  }

  /** Before the packet that comes next; 0 for one that came and could not be read. */
  lose(packets: number): void {
    const hole = this.#lastSequenceNumber === undefined ? 'head' : 'inside'
    this.#lostPackets += packets
    this.#cutFragments(hole)
    const holes = this.#sawSlice ? this.#holes : this.#suspected
    holes.add(hole)
  }

  arrive(sequenceNumber: number): void {
    this.#lastSequenceNumber = sequenceNumber
  }

  add(payload: NalPayload, payloadBytes: number): void {
    const nalCount = payload.kind === 'aggregate' ? payload.nals.length : 1
    this.#heldBytes += payloadBytes + nalCount * BOOKKEEPING_BYTES
    if (this.#heldBytes > this.#maxBytes) this.#drop()
    if (this.tooLarge) return
    if (payload.kind === 'fragment') return this.#addFragment(payload)
    this.#cutFragments('inside')
    this.#skippedHeader = undefined
    const nals = payload.kind === 'single' ? [payload.nal] : payload.nals
    nals.forEach((nal) => this.#begin(nal, nal[this.#syntax.headerBytes]))
    this.#nals.push(...nals)
  }

  finish(tailLost: boolean): ReassembledUnit {
    this.#cutFragments(tailLost ? 'tail' : 'inside')
    if (tailLost) this.#holes.add('tail')
    if (!this.#sawSlice) this.#confirmSuspected()
    return {
      timestampTicks: this.timestampTicks,
      nals: this.#nals,
      cutNals: this.#cutNals,
      lostPackets: this.#lostPackets,
      firstSequenceNumber: this.#firstSequenceNumber,
      lastSequenceNumber: this.#lastSequenceNumber ?? this.#firstSequenceNumber,
      holes: [...this.#holes],
      complete: this.#holes.size === 0,
    }
  }

  /** Right after the NAL header of a slice that begins its picture comes a 1 bit: first_mb_in_slice of H.264, ue(v) of 0
   *  (section 7.3.3), first_slice_segment_in_pic_flag of H.265 (section 7.3.6.1). What was lost before it held no slice. */
  #begin(nal: Uint8Array, firstByte = 0): void {
    if (!this.#syntax.isSlice(nal)) return
    if (!this.#sawSlice && (firstByte & 0x80) === 0) this.#confirmSuspected()
    this.#sawSlice = true
  }

  #addFragment({ start, end, nalHeader, body }: NalFragment): void {
    if (start) this.#startFragments(nalHeader, body)
    else if (this.#fragments?.nalHeader === nalHeader) this.#fragments.bodies.push(body)
    else this.#skipHeadless(nalHeader)
    if (!end) return
    if (this.#fragments !== undefined) this.#nals.push(this.#joined(this.#fragments))
    this.#fragments = undefined
    this.#skippedHeader = undefined
  }

  #startFragments(nalHeader: number, body: Uint8Array): void {
    this.#cutFragments('inside')
    this.#skippedHeader = undefined
    this.#begin(this.#headerBytes(nalHeader), body[0])
    this.#fragments = { nalHeader, bodies: [body] }
  }

  /** A fragment of a NAL unit whose start is missing; each such unit is told once. With no loss told, the stream was
   *  joined in the middle of it. */
  #skipHeadless(nalHeader: number): void {
    this.#cutFragments('inside')
    if (this.#skippedHeader === nalHeader) return
    this.#begin(this.#headerBytes(nalHeader))
    this.#cut(nalHeader, this.#holes.size > 0 ? undefined : 'head')
  }

  #cutFragments(hole: UnitHole): void {
    if (this.#fragments === undefined) return
    const { nalHeader } = this.#fragments
    this.#fragments = undefined
    this.#cut(nalHeader, hole)
  }

  #cut(nalHeader: number, hole: UnitHole | undefined): void {
    const header = this.#headerBytes(nalHeader)
    this.#skippedHeader = nalHeader
    this.#cutNals.push(header)
    if (this.#syntax.isSlice(header) && hole !== undefined) this.#holes.add(hole)
  }

  #confirmSuspected(): void {
    this.#suspected.forEach((hole) => this.#holes.add(hole))
  }

  #drop(): void {
    this.tooLarge = true
    this.#nals = []
    this.#cutNals = []
    this.#fragments = undefined
    this.#holes.add('inside')
  }

  #headerBytes(nalHeader: number): Uint8Array {
    return nalHeaderBytes(this.#syntax, nalHeader)
  }

  #joined({ nalHeader, bodies }: { readonly nalHeader: number; readonly bodies: readonly Uint8Array[] }): Uint8Array {
    return concatBytes([this.#headerBytes(nalHeader), ...bodies])
  }
}
