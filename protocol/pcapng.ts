import { concatBytes } from './bytes.ts'

/** The blocks of a capture file, draft-ietf-opsawg-pcapng; a file is a section header, its interfaces, then packets. Each is
 *  written little-endian, which the section header says. */

/** Packets that begin with an IPv4 or IPv6 header: LINKTYPE_RAW. */
export const LINKTYPE_RAW = 101

export type CaptureInterface = { readonly name: string; readonly description: string }

export type CapturedFrame = {
  readonly interfaceId: number // place among the interfaces, from 0
  readonly unixMs: number // kept to the nanosecond, as far as the number goes
  readonly captured: Uint8Array // its beginning, or all of it
  readonly originalBytes: number
}

const blockTypes = { sectionHeader: 0x0a0d0d0a, interface: 1, statistics: 5, enhancedPacket: 6 } as const
const options = { end: 0, comment: 1, application: 4, name: 2, description: 3, timeResolution: 9 } as const
const statisticsOptions = { received: 4, dropped: 5 } as const
const BYTE_ORDER_MAGIC = 0x1a2b3c4d
const NANOSECONDS = 9 // 10^-9 s, section 4.2
const NO_LIMIT = 0
const text = (value: string): Uint8Array => Uint8Array.from(value, (character) => character.charCodeAt(0) & 0x7f)

/** Section header block, section 4.1; the section's length is not known. Texts are ASCII. */
export function encodeSectionHeader(application: string, comment: string): Uint8Array {
  const body = fields([4, BYTE_ORDER_MAGIC], [2, 1], [2, 0], [4, 0xffff_ffff], [4, 0xffff_ffff]) // version 1.0; length -1
  return block(blockTypes.sectionHeader, [
    body,
    option(options.comment, text(comment)),
    option(options.application, text(application)),
    END,
  ])
}

/** Interface description block, section 4.2, of raw IP and nanoseconds. */
export function encodeInterface({ name, description }: CaptureInterface): Uint8Array {
  return block(blockTypes.interface, [
    fields([2, LINKTYPE_RAW], [2, 0], [4, NO_LIMIT]),
    option(options.name, text(name)),
    option(options.description, text(description)),
    option(options.timeResolution, Uint8Array.of(NANOSECONDS)),
    END,
  ])
}

/** Enhanced packet block, section 4.3. */
export function encodeFrame({ interfaceId, unixMs, captured, originalBytes }: CapturedFrame): Uint8Array {
  const head = fields([4, interfaceId], ...moment(unixMs), [4, captured.length], [4, originalBytes])
  return block(blockTypes.enhancedPacket, [head, padded(captured)])
}

/** Interface statistics block, section 4.6: how many packets there were, and how many of them were not captured. */
export function encodeStatistics(
  interfaceId: number,
  {
    unixMs,
    receivedPackets,
    droppedPackets,
  }: Readonly<Record<'unixMs' | 'receivedPackets' | 'droppedPackets', number>>,
): Uint8Array {
  return block(blockTypes.statistics, [
    fields([4, interfaceId], ...moment(unixMs)),
    option(statisticsOptions.received, fields([4, receivedPackets], [4, 0])),
    option(statisticsOptions.dropped, fields([4, droppedPackets], [4, 0])),
    END,
  ])
}

type Field = readonly [sizeBytes: 2 | 4, value: number]

/** A moment in units of 10^-9 s since 1970: the upper 32 bits, then the lower ones. */
function moment(unixMs: number): readonly [Field, Field] {
  const wholeMs = Math.floor(unixMs)
  const nanoseconds = BigInt(wholeMs) * 1_000_000n + BigInt(Math.round((unixMs - wholeMs) * 1_000_000)) // ms to ns
  return [
    [4, Number(nanoseconds >> 32n)],
    [4, Number(nanoseconds & 0xffff_ffffn)],
  ]
}

/** Type, length, body, and the length again, so that a file can be read backwards. */
function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 12)
  return concatBytes([fields([4, type], [4, sizeBytes]), ...parts, fields([4, sizeBytes])])
}

function option(code: number, value: Uint8Array): Uint8Array {
  return concatBytes([fields([2, code], [2, value.length]), padded(value)])
}

const END = fields([2, options.end], [2, 0])

function fields(...values: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, [sizeBytes]) => sum + sizeBytes, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [sizeBytes, value] of values) {
    if (sizeBytes === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
    at += sizeBytes
  }
  return bytes
}

/** Up to whole words of 32 bits. */
function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes
  const whole = new Uint8Array(4 * Math.ceil(bytes.length / 4))
  whole.set(bytes)
  return whole
}
