import { concatBytes } from './bytes.ts'
import { isSlice, nalReferenceIdc, nalType } from './h264.ts'
import type { H264Fragment, H264Payload } from './rtp-h264-payload.ts'
import type { RtpPacket } from './rtp.ts'

/** Where slices of a picture are missing. */
export type UnitHole = 'head' | 'inside' | 'tail'

export type CutNal = { readonly type: number; readonly referenceIdc: number }

/** One access unit as it arrived. A decoder may have `nals`: they are whole, and it dies of a cut one. */
export type ReassembledUnit = {
  readonly timestampTicks: number
  readonly nals: readonly Uint8Array[] // views into the packets' payloads, but for those that came in fragments
  readonly cutNals: readonly CutNal[] // known from their fragments' headers, left out of `nals`
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
  lastSequenceNumber: number
  tooLarge = false
  readonly #firstSequenceNumber: number
  readonly #maxBytes: number
  readonly #holes = new Set<UnitHole>()
  #nals: Uint8Array[] = []
  #cutNals: CutNal[] = []
  #fragments: { readonly nalHeader: number; readonly bodies: Uint8Array[] } | undefined
  #skippedHeader: number | undefined // of a cut NAL unit whose other fragments may still come
  #sawSlice = false
  #lostBeforeSlices = false // packets are missing, and whether they held slices is told by the first that came
  #lostPackets = 0
  #heldBytes = 0

  constructor({ timestampTicks, sequenceNumber }: RtpPacket, maxBytes: number) {
    this.timestampTicks = timestampTicks
    this.#firstSequenceNumber = sequenceNumber
    this.lastSequenceNumber = sequenceNumber
    this.#maxBytes = maxBytes
  }

  lose(packets: number): void {
    this.#lostPackets += packets
    this.#cutFragments()
    if (this.#sawSlice) this.#holes.add('inside')
    else this.#lostBeforeSlices = true
  }

  add(payload: H264Payload, payloadBytes: number): void {
    const nalCount = payload.kind === 'aggregate' ? payload.nals.length : 1
    this.#heldBytes += payloadBytes + nalCount * BOOKKEEPING_BYTES
    if (this.#heldBytes > this.#maxBytes) this.#drop()
    if (this.tooLarge) return
    if (payload.kind === 'fragment') return this.#addFragment(payload)
    this.#endFragments()
    if (payload.kind === 'single') this.#addNal(payload.nal)
    else payload.nals.forEach((nal) => this.#addNal(nal))
  }

  finish(tailLost: boolean): ReassembledUnit {
    this.#cutFragments()
    if (tailLost) this.#holes.add('tail')
    if (this.#lostBeforeSlices && !this.#sawSlice) this.#holes.add('head')
    return {
      timestampTicks: this.timestampTicks,
      nals: this.#nals,
      cutNals: this.#cutNals,
      lostPackets: this.#lostPackets,
      firstSequenceNumber: this.#firstSequenceNumber,
      lastSequenceNumber: this.lastSequenceNumber,
      holes: [...this.#holes],
      complete: this.#holes.size === 0,
    }
  }

  #addNal(nal: Uint8Array): void {
    this.#nals.push(nal)
    if (!isSlice(nal)) return
    if (this.#lostBeforeSlices && !this.#sawSlice && !beginsPicture(nal)) this.#holes.add('head')
    this.#sawSlice = true
  }

  #addFragment({ start, end, nalHeader, body }: H264Fragment): void {
    if (start) {
      this.#endFragments()
      this.#fragments = { nalHeader, bodies: [body] }
    } else if (this.#fragments?.nalHeader === nalHeader) {
      this.#fragments.bodies.push(body)
    } else {
      this.#addHeadless(nalHeader)
    }
    if (!end) return
    if (this.#fragments !== undefined) this.#addNal(joined(this.#fragments))
    this.#fragments = undefined
    this.#skippedHeader = undefined
  }

  /** A fragment whose unit's start is missing; each such unit is told once. */
  #addHeadless(nalHeader: number): void {
    this.#cutFragments()
    if (this.#skippedHeader !== nalHeader) this.#cut(nalHeader, this.#sawSlice ? 'inside' : 'head')
  }

  /** Another unit begins: what is open has lost its end. */
  #endFragments(): void {
    this.#cutFragments()
    this.#skippedHeader = undefined
  }

  #cutFragments(): void {
    if (this.#fragments === undefined) return
    const { nalHeader } = this.#fragments
    this.#fragments = undefined
    this.#cut(nalHeader, 'inside')
  }

  #cut(nalHeader: number, hole: UnitHole): void {
    const nal = Uint8Array.of(nalHeader)
    this.#skippedHeader = nalHeader
    this.#cutNals.push({ type: nalType(nal), referenceIdc: nalReferenceIdc(nal) })
    if (!isSlice(nal)) return
    this.#holes.add(hole)
    this.#sawSlice = true
  }

  #drop(): void {
    this.tooLarge = true
    this.#nals = []
    this.#cutNals = []
    this.#fragments = undefined
    this.#holes.add('inside')
  }
}

/** first_mb_in_slice, ue(v), is the first field of a slice header and 0 is written as one 1 bit (section 7.3.3). */
function beginsPicture(slice: Uint8Array): boolean {
  return ((slice[1] ?? 0) & 0x80) !== 0
}

function joined({ nalHeader, bodies }: { readonly nalHeader: number; readonly bodies: readonly Uint8Array[] }) {
  return concatBytes([Uint8Array.of(nalHeader), ...bodies])
}
