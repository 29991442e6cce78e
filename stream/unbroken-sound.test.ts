import { expect, test } from 'vitest'
import { SILENT_OPUS_PACKET } from '../protocol/opus.ts'
import { UnbrokenSound } from './unbroken-sound.ts'

const PACKET_TICKS = 1800 // 20 ms
const packet = (mark: number): Uint8Array => Uint8Array.of(0xfc, mark)
/** What is given, by its mark; 0 is silence. */
const marksOf = (given: ReturnType<UnbrokenSound['push']>): number[] =>
  given.map(({ data }) => (data === SILENT_OPUS_PACKET ? 0 : (data[1] as number)))

test('UnbrokenSound gives what comes without a hole as it is', () => {
  const sound = new UnbrokenSound()
  const given = [1, 2, 3].flatMap((mark) => marksOf(sound.push(packet(mark), 5000 + (mark - 1) * PACKET_TICKS)))
  expect(given).toEqual([1, 2, 3])
  expect(sound.firstTicks).toBe(5000)
})

test('UnbrokenSound fills a hole with silence of its length', () => {
  const sound = new UnbrokenSound()
  sound.push(packet(1), 0)
  expect(marksOf(sound.push(packet(2), 4 * PACKET_TICKS))).toEqual([0, 0, 0, 2])
  expect(marksOf(sound.push(packet(3), 5 * PACKET_TICKS))).toEqual([3])
})

test('UnbrokenSound bears times that are rounded', () => {
  const sound = new UnbrokenSound()
  sound.push(packet(1), 0)
  expect(marksOf(sound.push(packet(2), PACKET_TICKS + 1))).toEqual([2])
  expect(marksOf(sound.push(packet(3), 2 * PACKET_TICKS - 1))).toEqual([3])
  expect(marksOf(sound.push(packet(4), 4 * PACKET_TICKS - 1))).toEqual([0, 4])
})

test('UnbrokenSound leaves out what comes twice, and what is no Opus', () => {
  const sound = new UnbrokenSound()
  sound.push(packet(1), 0)
  expect(sound.push(packet(1), 0)).toEqual([])
  expect(sound.push(Uint8Array.of(), PACKET_TICKS)).toEqual([])
  expect(marksOf(sound.push(packet(2), PACKET_TICKS))).toEqual([2])
})

test('UnbrokenSound fills a long hole bit by bit, and then goes on at the right time', () => {
  const sound = new UnbrokenSound()
  sound.push(packet(1), 0)
  const counts: number[] = []
  for (let at = 1001; at < 1006; at += 1) counts.push(sound.push(packet(2), at * PACKET_TICKS).length)
  expect(counts).toEqual([500, 500, 3, 1, 1]) // 1,000 are missing; in the meantime two packets more
})
