import type { PackageFiles, PlantedFault } from './package-files.ts'

type Part = 'single' | 'single-fmp4'

const PACKET_BYTES = 188
const ts = '240p/index-single.m3u8'
const mp4 = '240p/fmp4-single.m3u8'

type Range = { readonly sizeBytes: number; readonly offsetBytes: number }

/** Writes another range in the place of the n-th of a playlist's segments. */
function withRange(files: PackageFiles, list: string, index: number, change: (range: Range) => string): void {
  let at = 0
  files.edit(list, (text) =>
    text.replaceAll(/(?<=#EXT-X-BYTERANGE:)(\d+)@(\d+)/g, (all, size: string, offset: string) => {
      const range = { sizeBytes: Number(size), offsetBytes: Number(offset) }
      at += 1
      return at === index + 1 ? change(range) : all
    }),
  )
}

/** So many bytes later at its beginning, and at its end. */
function moved(beginBytes: number, endBytes = 0): (range: Range) => string {
  return ({ sizeBytes, offsetBytes }) => `${sizeBytes - beginBytes + endBytes}@${offsetBytes + beginBytes}`
}

/** What is wrong with the ranges of single files, and the rule that tells it. */
export const byteRangeFaults: readonly (readonly [part: Part, ...PlantedFault])[] = [
  ['single', 'a packet in two ranges', 'byte-range-overlap', (f) => withRange(f, ts, 1, moved(-PACKET_BYTES))],
  ['single', 'a packet in no range', 'byte-range-gap', (f) => withRange(f, ts, 0, moved(0, -PACKET_BYTES))],
  ['single', 'a range beyond the end of the file', 'byte-range', (f) => withRange(f, ts, 2, moved(0, PACKET_BYTES))],
  [
    'single',
    'a file that was cut off',
    'byte-range',
    (f) => f.bytes('240p/single.ts', (b) => b.subarray(0, -PACKET_BYTES)),
  ],
  [
    'single',
    'a first range without an offset',
    'byte-range-start',
    (f) => withRange(f, ts, 0, ({ sizeBytes }) => `${sizeBytes}`),
  ],
  [
    'single',
    'a range that goes on in another file',
    'byte-range-start',
    (f) => {
      withRange(f, ts, 1, ({ sizeBytes }) => `${sizeBytes}`)
      f.text(ts, 'single.ts', '../270p/single.ts')
    },
  ],
  ['single', 'a range that begins within a packet', 'format', (f) => withRange(f, ts, 1, moved(1))],
  ['single', 'a range without its tables', 'ts-tables', (f) => withRange(f, ts, 1, moved(3 * PACKET_BYTES))],
  ['single', 'ranges in version 3', 'version-too-low', (f) => f.text(ts, 'VERSION:4', 'VERSION:3')],
  [
    'single-fmp4',
    'media that begins with the initialization section',
    'byte-range-overlap',
    (f) => withRange(f, mp4, 0, moved(-8)),
  ],
  ['single-fmp4', 'a range that begins within a box', 'format', (f) => withRange(f, mp4, 1, moved(4))],
  [
    'single-fmp4',
    'an initialization section beyond the end',
    'byte-range',
    (f) => f.text(mp4, /BYTERANGE="\d+@/, 'BYTERANGE="9999999@'),
  ],
  [
    'single-fmp4',
    'an initialization section without an offset',
    'map-range',
    (f) => f.text(mp4, /(BYTERANGE="\d+)@0/, '$1'),
  ],
  [
    'single-fmp4',
    'half of an initialization section',
    'mp4-init',
    (f) => f.text(mp4, /BYTERANGE="\d+@/, 'BYTERANGE="300@'),
  ],
]
