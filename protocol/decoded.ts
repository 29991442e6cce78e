/** What can be wrong with bytes that came over a network: a value, never an exception; counted by `code`. */
export type WireFault =
  | { readonly code: 'too-short'; readonly neededBytes: number; readonly gotBytes: number }
  | { readonly code: 'bad-version'; readonly version: number }
  | { readonly code: 'bad-padding'; readonly paddingBytes: number }
  | { readonly code: 'bad-length'; readonly statedBytes: number; readonly gotBytes: number }
  | { readonly code: 'bad-sync'; readonly byte: number; readonly atByte: number }
  | { readonly code: 'bad-continuity'; readonly pid: number; readonly expected: number; readonly got: number }
  | { readonly code: 'unsupported'; readonly what: string }
  | { readonly code: 'bad-text'; readonly expected: string; readonly got: string }

/** A value read from bytes or text, or what was wrong with them. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: WireFault }

export function decoded<T>(value: T): Decoded<T> {
  return { ok: true, value }
}

export function tooShort(neededBytes: number, gotBytes: number): Decoded<never> {
  return { ok: false, fault: { code: 'too-short', neededBytes, gotBytes } }
}

export function badLength(statedBytes: number, gotBytes: number): Decoded<never> {
  return { ok: false, fault: { code: 'bad-length', statedBytes, gotBytes } }
}

export function unsupported(what: string): Decoded<never> {
  return { ok: false, fault: { code: 'unsupported', what } }
}

/** `got` is cut to 60 characters: it ends in logs and error replies. */
export function badText(expected: string, got: string): Decoded<never> {
  return { ok: false, fault: { code: 'bad-text', expected, got: got.slice(0, 60) } }
}
