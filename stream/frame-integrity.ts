import { isIrap, isRasl } from '../protocol/h265.ts'
import { nalSyntaxes, type NalSyntax, type VideoCodec } from '../protocol/nal-syntax.ts'
import type { FrameKind } from '../protocol/outline.ts'
import type { ReassembledUnit } from '../protocol/rtp-nal-unit.ts'
import { sequenceDistance } from '../protocol/rtp.ts'
import { ExpectedFrames, type ExpectedFrame } from './expected-frames.ts'
import { missingReferences, type MissingReferences } from './missing-references.ts'
import { judgeFrame, weaker, type FrameState, type ReferenceChain, type WholeSlices } from './reference-chain.ts'

/** Packets in a row that never came, by their 16-bit RTP sequence numbers. */
export type LostPackets = { readonly firstSequenceNumber: number; readonly packets: number }

export type FrameVerdict = {
  readonly timestampTicks: number // RTP
  readonly kind: FrameKind // by what came of it, where no outline says it
  readonly state: FrameState
  /** For the decoder; absent when frozen. Whole NAL units only, and a keyframe that lost its parameter sets has them back. */
  readonly nals?: readonly Uint8Array[]
  /** The loss to blame: the frame's own, else the one that broke what it leans on. Absent before the first keyframe. */
  readonly cause?: LostPackets
}

export type FrameIntegrityOptions = {
  readonly codec?: VideoCodec // absent: h264
  /** SPS and PPS (of HEVC the VPS, too) as the session tells them out of band; those that come in band replace them. */
  readonly parameterSets?: readonly Uint8Array[]
}

const REMEMBERED_LOSSES = 64

/** Says of each frame whether it can be shown, and whether it is what was encoded: judged from the packets that came.
 *  Feed units in decode order, and each loss before the first unit that comes after it. */
export class FrameIntegrity {
  readonly #expected = new ExpectedFrames()
  readonly #syntax: NalSyntax
  readonly #references: MissingReferences
  readonly #parameterSets = new Map<number, Uint8Array>() // by NAL unit type
  #chain: ReferenceChain<LostPackets> = { phase: 'waiting' }
  /** What the RASL pictures after an IRAP picture of HEVC lean on: what came before it, and itself. */
  #leadingChain: ReferenceChain<LostPackets> | undefined
  #losses: LostPackets[] = []

  constructor({ codec = 'h264', parameterSets = [] }: FrameIntegrityOptions = {}) {
    this.#syntax = nalSyntaxes[codec]
    this.#references = missingReferences(this.#syntax)
    this.#remember(parameterSets)
  }

  /** Frames that will be sent, in decode order from the first one on; may grow. */
  expect(frames: readonly ExpectedFrame[]): void {
    this.#expected.add(frames)
  }

  lose(loss: LostPackets): void {
    this.#losses.push(loss)
    if (this.#losses.length > REMEMBERED_LOSSES) this.#losses.shift()
  }

  /** Verdicts of the expected frames that were lost whole before this unit, then of the unit's own. */
  push(unit: ReassembledUnit): FrameVerdict[] {
    this.#remember(unit.nals)
    const lossBefore = this.#losses.find((loss) => endOf(loss) === unit.firstSequenceNumber)
    const missesReference = this.#references.misses(unit.nals)
    const step = this.#expected.stepTo(unit.timestampTicks)
    const lostWhole = (step?.passed ?? []).map((frame) => this.#judge(frame, 'none', lossBefore))
    const isLeading = this.#leadingChain !== undefined && isRasl(seenOf(unit))
    // Nobody named the frame: it tells itself whether one that it leans on is missing.
    if (step === undefined && missesReference && !isLeading)
      this.#chain = judgeFrame(this.#chain, 'reference', 'none', lossBefore).chain

    const frame = step?.frame ?? { timestampTicks: unit.timestampTicks, kind: this.#kindOf(unit) }
    const slices = this.#wholeSlices(unit, frame.kind)
    const loss = slices === 'all' ? undefined : this.#lossIn(unit)
    const verdict = isLeading ? this.#judgeLeading(frame, slices, loss) : this.#judgeOf(unit, frame, slices, loss)
    this.#losses = this.#losses.filter(
      (loss) => sequenceDistance(unit.lastSequenceNumber, loss.firstSequenceNumber) > 0,
    )
    if (verdict.state === 'frozen') return [...lostWhole, verdict]
    return [...lostWhole, { ...verdict, nals: this.#decodable(unit.nals, frame.kind) }]
  }

  /** The stream has ended: verdicts of the expected frames that never came. */
  finish(): FrameVerdict[] {
    return this.#expected.stepToEnd().map((frame) => this.#judge(frame, 'none', this.#losses.at(-1)))
  }

  #judge(frame: ExpectedFrame, slices: WholeSlices, loss: LostPackets | undefined): FrameVerdict {
    const { state, chain, cause } = judgeFrame(this.#chain, frame.kind, slices, loss)
    this.#chain = chain
    return { ...frame, state, ...(cause === undefined ? {} : { cause }) }
  }

  #judgeOf(
    unit: ReassembledUnit,
    frame: ExpectedFrame,
    slices: WholeSlices,
    loss: LostPackets | undefined,
  ): FrameVerdict {
    const before = this.#chain
    const verdict = this.#judge(frame, slices, loss)
    if (this.#syntax.codec === 'h265' && isIrap(seenOf(unit))) {
      this.#leadingChain = frame.kind === 'idr' ? weaker(before, this.#chain) : undefined
    }
    return verdict
  }

  /** A RASL picture: nothing that is shown after its IRAP picture leans on it. */
  #judgeLeading(frame: ExpectedFrame, slices: WholeSlices, loss: LostPackets | undefined): FrameVerdict {
    const after = this.#chain
    this.#chain = this.#leadingChain ?? after
    const verdict = this.#judge(frame, slices, loss)
    this.#leadingChain = this.#chain
    this.#chain = after
    return verdict
  }

  #kindOf(unit: ReassembledUnit): FrameKind {
    const seen = seenOf(unit)
    const { nalType, frameKind } = this.#syntax
    if (seen.some((nal) => nalType(nal) === this.#spsType)) return 'idr'
    return frameKind(seen, this.#references.highestTemporalId)
  }

  get #spsType(): number {
    return this.#syntax.parameterSetTypes.at(-2) as number // the PPS comes last
  }

  #wholeSlices({ nals, complete }: ReassembledUnit, kind: FrameKind): WholeSlices {
    if (kind === 'idr' && !this.#parameterSets.has(this.#spsType)) return 'none'
    if (!nals.some((nal) => this.#syntax.isSlice(nal))) return 'none'
    return complete ? 'all' : 'some'
  }

  /** The last loss that made a hole in the unit: an earlier one may have met parameter sets only. */
  #lossIn({ firstSequenceNumber, lastSequenceNumber, holes }: ReassembledUnit): LostPackets | undefined {
    return this.#losses.findLast((loss) => {
      if (endOf(loss) === firstSequenceNumber) return holes.includes('head')
      if (loss.firstSequenceNumber === ((lastSequenceNumber + 1) & 0xffff)) return holes.includes('tail')
      return holes.includes('inside') && sequenceDistance(firstSequenceNumber, loss.firstSequenceNumber) > 0
    })
  }

  #remember(nals: readonly Uint8Array[]): void {
    for (const nal of nals) {
      const type = this.#syntax.nalType(nal)
      if (!this.#syntax.parameterSetTypes.includes(type)) continue
      this.#parameterSets.set(type, nal)
      this.#references.remember(nal)
    }
  }

  #decodable(nals: readonly Uint8Array[], kind: FrameKind): readonly Uint8Array[] {
    if (kind !== 'idr') return nals
    const types = new Set(nals.map((nal) => this.#syntax.nalType(nal)))
    const missing = [...this.#parameterSets].filter(([type]) => !types.has(type)).sort(([a], [b]) => a - b)
    return [...missing.map(([, nal]) => nal), ...nals]
  }
}

/** The sequence number after the last lost one. */
function endOf({ firstSequenceNumber, packets }: LostPackets): number {
  return (firstSequenceNumber + packets) & 0xffff
}

/** What tells of a unit: its NAL units, and the headers of those that were cut. */
function seenOf({ nals, cutNals }: ReassembledUnit): readonly Uint8Array[] {
  return cutNals.length === 0 ? nals : [...nals, ...cutNals]
}
