import { expect, test } from 'vitest'
import { readOggOpus } from './ogg-opus-reader.ts'

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0))
const HEAD = [...ascii('OpusHead'), 1, 2, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0]
const TAGS = ascii('OpusTags')

/** A page of these segments; what a packet has of 255 bytes or more goes on in the next one. */
function page(...segments: readonly (readonly number[])[]): number[] {
  const header = [...ascii('OggS'), 0, 0, ...Array.from({ length: 20 }, () => 0), segments.length]
  return [...header, ...segments.map(({ length }) => length), ...segments.flat()]
}

const read = (...pages: readonly (readonly number[])[]) => readOggOpus(new Uint8Array(pages.flat()))

test('readOggOpus gives the packets of one page, and what is to be skipped of them', () => {
  const opus = read(page(HEAD), page(TAGS), page([1, 2], [3]))
  expect(opus).toMatchObject({ ok: true, value: { channelCount: 2, preSkipSamples: 312 } })
  expect(opus.ok && opus.value.packets.map((packet) => [...packet])).toEqual([[1, 2], [3]])
})

test('readOggOpus joins a packet that goes on over segments and pages, and one of exactly 255 bytes', () => {
  const full = Array.from({ length: 255 }, (_, index) => index)
  const opus = read(page(HEAD), page(TAGS), page(full, [7], full), page([8, 9], full, []))
  expect(opus.ok && opus.value.packets.map((packet) => packet.length)).toEqual([256, 257, 255])
})

const faults = [
  ['what is no Ogg page', [ascii('RIFF'), Array.from({ length: 40 }, () => 0)], 'bad-text'],
  ['another codec', [page(ascii('\x01vorbis')), page(TAGS)], 'bad-text'],
  ['a page that is cut off', [page(HEAD), page(TAGS), page([1, 2, 3]).slice(0, -1)], 'too-short'],
  ['a header that is cut off', [page(HEAD), page(TAGS), page([1]).slice(0, 20)], 'too-short'],
  ['a later version', [page(HEAD.with(8, 0x10)), page(TAGS)], 'unsupported'],
] as const

for (const [name, pages, code] of faults) {
  test(`readOggOpus refuses ${name}`, () => expect(read(...pages)).toMatchObject({ ok: false, fault: { code } }))
}
