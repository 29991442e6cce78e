import { concatBytes } from './bytes.ts'
import type { VideoCodec } from './nal-syntax.ts'

/** A coded picture in an IVF file: a header of 12 bytes, then its bytes. Times need no relation to the codec's own. */
export type IvfFrame = {
  readonly ptsTicks: number // whole, of the file's clock
  readonly nals: readonly Uint8Array[] // written with start codes (annex B of H.264 and H.265)
}

export type IvfHead = {
  readonly widthPixels: number
  readonly heightPixels: number
  readonly clockRateHz: number
  readonly codec?: VideoCodec // absent: h264
}

const fourCharacters: Readonly<Record<VideoCodec, string>> = { h264: 'H264', h265: 'HEVC' }

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 12
const START_CODE = Uint8Array.of(0, 0, 0, 1)

/** The head of an IVF file. It has no specification of its own: libvpx's ivfenc.c and ffmpeg's ivfdec.c agree. */
export function encodeIvfHead({ widthPixels, heightPixels, clockRateHz, codec = 'h264' }: IvfHead): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  writeAscii(bytes, 0, 'DKIF')
  view.setUint16(6, HEADER_BYTES, true) // after the version, 0
  writeAscii(bytes, 8, fourCharacters[codec])
  view.setUint16(12, widthPixels, true)
  view.setUint16(14, heightPixels, true)
  view.setUint32(16, clockRateHz, true)
  view.setUint32(20, 1, true) // the clock's scale; the number of frames after it is not kept by readers
  return bytes
}

export function encodeIvfFrame({ ptsTicks, nals }: IvfFrame): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_BYTES)
  const view = new DataView(header.buffer)
  view.setUint32(
    0,
    nals.reduce((sum, nal) => sum + START_CODE.length + nal.length, 0),
    true,
  )
  view.setBigUint64(4, BigInt(ptsTicks), true)
  return concatBytes([header, ...nals.flatMap((nal) => [START_CODE, nal])])
}

function writeAscii(bytes: Uint8Array, at: number, text: string): void {
  for (let index = 0; index < text.length; index += 1) bytes[at + index] = text.charCodeAt(index)
}
