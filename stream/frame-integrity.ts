import { isSlice, nalReferenceIdc, nalType, nalTypes } from '../protocol/h264.ts'
import type { FrameKind } from '../protocol/outline.ts'
import type { ReassembledUnit } from '../protocol/rtp-h264.ts'
import { sequenceDistance } from '../protocol/rtp.ts'
import { ExpectedFrames, type ExpectedFrame } from './expected-frames.ts'
import { FrameNumGap } from './frame-num-gap.ts'
import { judgeFrame, type FrameState, type ReferenceChain, type WholeSlices } from './reference-chain.ts'

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
  /** SPS and PPS as the session tells them out of band; those that come in band replace them. */
  readonly parameterSets?: readonly Uint8Array[]
}

const REMEMBERED_LOSSES = 64

/** Says of each frame whether it can be shown, and whether it is what was encoded: judged from the packets that came.
 *  Feed units in decode order, and each loss before the first unit that comes after it. */
export class FrameIntegrity {
  readonly #expected = new ExpectedFrames()
  readonly #frameNumGap = new FrameNumGap()
  readonly #parameterSets = new Map<number, Uint8Array>() // by NAL unit type
  #chain: ReferenceChain<LostPackets> = { phase: 'waiting' }
  #losses: LostPackets[] = []

  constructor({ parameterSets = [] }: FrameIntegrityOptions = {}) {
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
    const missesReference = this.#frameNumGap.missesReference(unit.nals)
    const step = this.#expected.stepTo(unit.timestampTicks)
    const lostWhole = (step?.passed ?? []).map((frame) => this.#judge(frame, 'none', lossBefore))
    // Nobody named the frame: its number tells whether one that it leans on is missing.
    if (step === undefined && missesReference)
      this.#chain = judgeFrame(this.#chain, 'reference', 'none', lossBefore).chain

    const frame = step?.frame ?? { timestampTicks: unit.timestampTicks, kind: kindOf(unit) }
    const slices = this.#wholeSlices(unit, frame.kind)
    const verdict = this.#judge(frame, slices, slices === 'all' ? undefined : this.#lossIn(unit))
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

  #wholeSlices({ nals, complete }: ReassembledUnit, kind: FrameKind): WholeSlices {
    if (kind === 'idr' && !this.#parameterSets.has(nalTypes.sps)) return 'none'
    if (!nals.some(isSlice)) return 'none'
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
      const type = nalType(nal)
      if (type !== nalTypes.sps && type !== nalTypes.pps) continue
      this.#parameterSets.set(type, nal)
      if (type === nalTypes.sps) this.#frameNumGap.rememberSps(nal)
    }
  }

  #decodable(nals: readonly Uint8Array[], kind: FrameKind): readonly Uint8Array[] {
    if (kind !== 'idr') return nals
    const types = new Set(nals.map(nalType))
    const missing = [...this.#parameterSets].filter(([type]) => !types.has(type)).sort(([a], [b]) => a - b)
    return [...missing.map(([, nal]) => nal), ...nals]
  }
}

/** The sequence number after the last lost one. */
function endOf({ firstSequenceNumber, packets }: LostPackets): number {
  return (firstSequenceNumber + packets) & 0xffff
}

/** By what came of it, cut NAL units and parameter sets included. */
function kindOf({ nals, cutNals }: ReassembledUnit): FrameKind {
  const seen = [...nals.map((nal) => ({ type: nalType(nal), referenceIdc: nalReferenceIdc(nal) })), ...cutNals]
  if (seen.some(({ type }) => type === nalTypes.idrSlice || type === nalTypes.sps)) return 'idr'
  return seen.some(({ type, referenceIdc }) => type === nalTypes.slice && referenceIdc > 0) ? 'reference' : 'disposable'
}
