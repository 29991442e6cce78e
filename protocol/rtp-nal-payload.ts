import type { Decoded } from './decoded.ts'
import type { NalSyntax } from './nal-syntax.ts'

/** One RTP payload of NAL units: a unit alone, several that are aggregated, or a piece of one. */
export type NalPayload =
  | { readonly kind: 'single'; readonly nal: Uint8Array }
  | { readonly kind: 'aggregate'; readonly nals: readonly Uint8Array[] }
  | ({ readonly kind: 'fragment' } & NalFragment)

export type NalFragment = {
  readonly start: boolean // S: the first fragment of its NAL unit
  readonly end: boolean // E: the last; never set together with S
  readonly nalHeader: number // of the unit that is cut, all its bytes as one number
  readonly body: Uint8Array // bytes of the unit after its header
}

/** How a codec's NAL units become payloads. Before each unit of an aggregate stands its size in two bytes. */
export type NalPayloadFormat = {
  readonly syntax: NalSyntax
  readonly aggregateHeaderBytes: number
  readonly fragmentHeaderBytes: number
  readonly decode: (payload: Uint8Array) => Decoded<NalPayload>
  /** Writes a payload that is no unit alone (that one's bytes are the payload) into `into`, which it fills. */
  readonly write: (into: Uint8Array, payload: Exclude<NalPayload, { kind: 'single' }>) => void
}

export const AGGREGATE_SIZE_BYTES = 2 // before each unit

/** The header of a NAL unit that is cut, as it stood at its beginning. */
export function nalHeaderBytes({ headerBytes }: NalSyntax, nalHeader: number): Uint8Array {
  return headerBytes === 1 ? Uint8Array.of(nalHeader) : Uint8Array.of(nalHeader >> 8, nalHeader & 0xff)
}
