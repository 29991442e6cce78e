import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFrameCode, encodeFrameCode, frameCodeGrid, readFrameCode, type GreyPicture } from './frame-code.ts'

const frames = fc.integer({ min: 0, max: 2 ** 24 - 1 })

/** A picture of the size with the code drawn in it, on grey. */
function draw(frame: number, widthPixels: number, heightPixels: number): GreyPicture {
  const cells = encodeFrameCode(frame)
  const { columns, rows, pictureWidthShare, pictureHeightShare } = frameCodeGrid
  const luma = new Uint8Array(widthPixels * heightPixels).fill(128)
  for (let y = 0; y < Math.floor(heightPixels * pictureHeightShare); y++) {
    for (let x = 0; x < Math.floor(widthPixels * pictureWidthShare); x++) {
      const column = Math.floor((x * columns) / (widthPixels * pictureWidthShare))
      const row = Math.floor((y * rows) / (heightPixels * pictureHeightShare))
      luma[y * widthPixels + x] = cells[row * columns + column] === 1 ? 235 : 16
    }
  }
  return { widthPixels, heightPixels, luma }
}

test('encodeFrameCode writes frame 1 and its CRC, most significant bit first', () => {
  const cells = encodeFrameCode(1).join('')
  expect(cells.slice(0, 24)).toBe('000000000000000000000001')
  expect(Number.parseInt(cells.slice(24), 2)).toBe(0xdcbd) // CRC-16/CCITT-FALSE of the bytes 00 00 01
})

test('decodeFrameCode reads what encodeFrameCode writes', () => {
  fc.assert(
    fc.property(frames, (frame) => decodeFrameCode(encodeFrameCode(frame)) === frame),
    { seed: 53 },
  )
})

test('decodeFrameCode refuses any one or two wrong cells', () => {
  const cells = encodeFrameCode(12_345)
  for (let a = 0; a < cells.length; a++) {
    for (let b = a; b < cells.length; b++) {
      const wrong = cells.map((bit, index) => (index === a || index === b ? 1 - bit : bit))
      expect(decodeFrameCode(wrong)).toBeUndefined()
    }
  }
})

test('decodeFrameCode refuses black, white and another number of cells', () => {
  expect(decodeFrameCode(new Uint8Array(40))).toBeUndefined()
  expect(decodeFrameCode(new Uint8Array(40).fill(1))).toBeUndefined()
  expect(decodeFrameCode(new Uint8Array(39))).toBeUndefined()
})

for (const [width, height] of [
  [1280, 720],
  [426, 240],
  [854, 480],
] as const) {
  test(`readFrameCode reads a picture of ${width}x${height}`, () => {
    fc.assert(
      fc.property(frames, (frame) => readFrameCode(draw(frame, width, height)) === frame),
      {
        seed: 54,
        numRuns: 20,
      },
    )
  })
}

test('readFrameCode tells a picture without a code', () => {
  expect(
    readFrameCode({ widthPixels: 426, heightPixels: 240, luma: new Uint8Array(426 * 240).fill(90) }),
  ).toBeUndefined()
})

test('encodeFrameCode refuses what 24 bits do not hold', () => {
  expect(() => encodeFrameCode(2 ** 24)).toThrow(RangeError)
  expect(() => encodeFrameCode(0.5)).toThrow(RangeError)
})
