import { expect, test } from 'vitest'
import { concatBytes } from './bytes.ts'
import { demuxMpegTs } from './mpeg-ts-demuxer.ts'
import { TsRestamper } from './mpeg-ts-restamp.ts'
import {
  audioPes,
  AUDIO_PID,
  hex,
  pesPackets,
  programPackets,
  videoPes,
  VIDEO_PID,
} from './test-support/transport-packets.ts'

const IDR = hex('00000001 09f0 00000001 65' + '88'.repeat(400)) // over three transport packets
const ADTS = hex('fff15080 0161fc 2104d180') // one frame of eleven bytes, 44.1 kHz

/** Counters begin at 3 and end at 5: each copy alone would leap. */
const clip = concatBytes([
  programPackets(),
  pesPackets(VIDEO_PID, videoPes(IDR, 2 ** 33 - 900, 2 ** 33 - 4500), 3),
  pesPackets(AUDIO_PID, audioPes(ADTS, 2 ** 33 - 1800), 5),
])

function copies(laterTicks: readonly number[]): Uint8Array {
  const restamper = new TsRestamper()
  return concatBytes(laterTicks.map((ticks) => restamper.restamp(clip, ticks)))
}

test('TsRestamper leaves the first copy as it is', () => {
  expect(Buffer.from(copies([0])).equals(clip)).toBe(true)
})

test('TsRestamper lets times and counters go on over the seams, also where 33 bits wrap', () => {
  const ts = demuxMpegTs(copies([0, 9000, 2 ** 32]))
  if (!ts.ok) throw new Error(ts.fault.code)
  expect(ts.value.faults).toEqual([]) // a counter that leaps would be one
  const times = ts.value.video.map(({ ptsTicks, dtsTicks }) => [ptsTicks, dtsTicks])
  expect(times).toEqual([
    [2 ** 33 - 900, 2 ** 33 - 4500],
    [8100, 4500],
    [2 ** 32 - 900, 2 ** 32 - 4500],
  ])
  expect(ts.value.audio.map(({ ptsTicks }) => ptsTicks)).toEqual([2 ** 33 - 1800, 7200, 2 ** 32 - 1800])
})

test('TsRestamper moves clock references by the same ticks, and keeps their fraction', () => {
  const packet = new Uint8Array(188).fill(0xff)
  packet.set(hex('47 0100 20 b7 10 ffffffff fe2b')) // base 2^33 - 1, extension 43, no payload
  const restamper = new TsRestamper()
  expect(Buffer.from(restamper.restamp(packet, 3).subarray(0, 12)).toString('hex')).toBe('47010020b710000000017e2b')
})

test('TsRestamper takes any bytes', () => {
  const restamper = new TsRestamper()
  let seed = 7
  const noise = Uint8Array.from({ length: 188 * 500 }, (_, at) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return at % 188 === 0 ? 0x47 : seed >>> 16
  })
  expect(restamper.restamp(noise, 9000)).toHaveLength(noise.length)
})
