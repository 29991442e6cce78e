import { concatBytes } from './bytes.ts'

/** Numbers of a box, big-endian, one after the other. */
export type Field = { readonly bits: 8 | 16 | 24 | 32 | 64; readonly value: number }

export const u8 = (value: number): Field => ({ bits: 8, value })
export const u16 = (value: number): Field => ({ bits: 16, value })
export const u24 = (value: number): Field => ({ bits: 24, value })
export const u32 = (value: number): Field => ({ bits: 32, value })
export const u64 = (value: number): Field => ({ bits: 64, value })

/** `count` zero bytes. */
export const zeros = (count: number): Uint8Array => new Uint8Array(count)

export type Content = Field | Uint8Array

/** A box, ISO/IEC 14496-12 section 4.2: its size, its type of four letters, its content. */
export function box(type: string, ...contents: readonly Content[]): Uint8Array {
  const content = bytesOf(contents)
  return concatBytes([bytesOf([u32(8 + content.length)]), latin1(type), content])
}

/** A box with a version and flags. */
export function fullBox(type: string, version: number, flags: number, ...contents: readonly Content[]): Uint8Array {
  return box(type, u8(version), u24(flags), ...contents)
}

/** A descriptor of ISO/IEC 14496-1 section 8.3.3, of at most 127 bytes. */
export function descriptor(tag: number, ...contents: readonly Content[]): Uint8Array {
  const content = bytesOf(contents)
  if (content.length > 127) throw new RangeError(`a descriptor of ${content.length} bytes is over 127`)
  return bytesOf([u8(tag), u8(content.length), content])
}

/** A text of one byte a character. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** All of them in one array. Fields are taken modulo their size, so that a negative one is a two's complement. */
export function bytesOf(contents: readonly Content[]): Uint8Array {
  return concatBytes(contents.map((content) => (content instanceof Uint8Array ? content : fieldBytes(content))))
}

function fieldBytes({ bits, value }: Field): Uint8Array {
  const bytes = new Uint8Array(bits / 8)
  let rest = value
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    const low = ((rest % 256) + 256) % 256
    bytes[at] = low
    rest = (rest - low) / 256
  }
  return bytes
}
