import { expect, test } from 'vitest'
import { concatBytes } from './bytes.ts'
import { encodeIvfFrame, encodeIvfHead } from './ivf.ts'
import { IvfReader } from './ivf-reader.ts'

const head = encodeIvfHead({ widthPixels: 2, heightPixels: 2, clockRateHz: 1000 })
const pictures = [3, 0, 200].map((size, index) => new Uint8Array(size).fill(index + 1))
const file = concatBytes([head, ...pictures.map((nal, index) => encodeIvfFrame({ ptsTicks: index, nals: [nal] }))])
const written = pictures.map((picture) => concatBytes([Uint8Array.of(0, 0, 0, 1), picture]))

for (const pieceBytes of [1, 7, 44, file.length]) {
  test(`IvfReader gives every picture of a file that comes in pieces of ${pieceBytes} bytes`, () => {
    const reader = new IvfReader(1000)
    const read: Uint8Array[] = []
    for (let at = 0; at < file.length; at += pieceBytes) read.push(...reader.push(file.subarray(at, at + pieceBytes)))
    reader.end()
    expect(read).toEqual(written)
  })
}

test('IvfReader throws for what is no IVF file, for a picture too large, and for one that is cut off', () => {
  expect(() => [...new IvfReader(1000).push(new Uint8Array(40))]).toThrow('no IVF file')
  expect(() => [...new IvfReader(100).push(file)]).toThrow('a picture of 204 bytes')
  const reader = new IvfReader(1000)
  expect([...reader.push(file.subarray(0, -1))]).toHaveLength(2)
  expect(() => reader.end()).toThrow('an IVF file ends')
})
