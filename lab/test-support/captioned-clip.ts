import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSlice, nalTypes, splitAnnexB } from '../../protocol/h264.ts'

const FRAMES_PER_SECOND = 25
const START_CODE = Uint8Array.of(0, 0, 0, 1)

/** Control codes of CEA-608, channel 1: pop-on captions, composed out of sight and then shown (section B.8). */
const codes = {
  resumeCaptionLoading: [0x14, 0x20],
  eraseDisplayed: [0x14, 0x2c],
  eraseComposed: [0x14, 0x2e],
  endOfCaption: [0x14, 0x2f],
  bottomRow: [0x14, 0x70],
} as const
const NOTHING = [0, 0] as const

type CaptionPair = readonly [number, number] // one each picture

/** A second of them for each text: it is shown, and erased half a second later. Control codes come twice, as the standard
 *  asks. */
function captionPairs(texts: readonly string[]): readonly CaptionPair[] {
  const twice = (code: CaptionPair): readonly CaptionPair[] => [code, code]
  return texts.flatMap((text) => {
    const bytes = [...text.padEnd(text.length + (text.length % 2))].map((letter) => letter.charCodeAt(0))
    const letters = bytes.flatMap((byte, index): CaptionPair[] =>
      index % 2 ? [] : [[byte, bytes[index + 1] as number]],
    )
    const composed = [codes.resumeCaptionLoading, codes.eraseComposed, codes.bottomRow].flatMap(twice)
    const shown = [...composed, ...letters, ...twice(codes.endOfCaption)]
    const idle = Array<CaptionPair>(FRAMES_PER_SECOND - shown.length).fill(NOTHING)
    return [
      ...shown,
      ...idle,
      ...twice(codes.eraseDisplayed),
      ...Array<CaptionPair>(FRAMES_PER_SECOND - 2).fill(NOTHING),
    ]
  })
}

function withOddParity(byte: number): number {
  const ones = byte.toString(2).replaceAll('0', '').length
  return ones % 2 === 1 ? byte : byte | 0x80
}

/** A NAL unit of supplemental information that carries one pair: ATSC A/53 part 4 section 6.2.3. */
function captionSei(pair: CaptionPair): Uint8Array {
  const [first, second] = pair.map(withOddParity) as [number, number]
  const country = [0xb5, 0x00, 0x31]
  const oneOfField1 = [0xc1, 0xff, 0xfc, first, second, 0xff]
  const payload = [...country, ...Buffer.from('GA94'), 0x03, ...oneOfField1]
  return Uint8Array.of(nalTypes.sei, 0x04, payload.length, ...payload, 0x80)
}

/** Writes a clip whose pictures carry closed captions inside their own stream, two seconds for each text. */
export function makeCaptionedClip(ffmpeg: string, folder: string, texts: readonly string[]): string {
  const [bare, captioned, clip] = ['bare.264', 'captioned.264', 'captioned.mp4'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const pairs = captionPairs(texts)
  const source = `testsrc2=s=320x180:r=${FRAMES_PER_SECOND}:d=${pairs.length / FRAMES_PER_SECOND}`
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-pix_fmt', 'yuv420p'] // in the order shown
  execFileSync(ffmpeg, ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...codec, bare])
  let frame = 0
  const nals = splitAnnexB(readFileSync(bare)).flatMap((nal) =>
    isSlice(nal) ? [captionSei(pairs[frame++] ?? NOTHING), nal] : [nal],
  )
  writeFileSync(captioned, Buffer.concat(nals.flatMap((nal) => [START_CODE, nal])))
  execFileSync(ffmpeg, ['-v', 'error', '-y', '-r', String(FRAMES_PER_SECOND), '-i', captioned, '-c', 'copy', clip])
  return clip
}
