import { expect, test } from 'vitest'
import { concatBytes } from './bytes.ts'
import { demuxMpegTs } from './mpeg-ts-demuxer.ts'
import { MpegTsStream, type TsUnit } from './mpeg-ts-stream.ts'
import { MpegTsWriter } from './mpeg-ts-writer.ts'

const aac = { objectType: 2, sampleRateHz: 48_000, channelCount: 2, samplesPerFrame: 1024 }
const WRAP_TICKS = 2 ** 33

/** A second of 10 pictures and some sound, from `firstTicks` on. */
function transportStream(firstTicks: number): Uint8Array {
  const writer = new MpegTsWriter({ hasVideo: true, audio: aac })
  const chunks = Array.from({ length: 10 }, (_, index) => {
    const ptsTicks = firstTicks + index * 9000
    const nal = Uint8Array.of(index === 0 ? 0x65 : 0x41, ...new Uint8Array(300 * (index + 1)).fill(index + 1))
    const sound = writer.sound({ ptsTicks, accessUnit: new Uint8Array(50).fill(index + 1) })
    return [writer.picture({ ptsTicks, dtsTicks: ptsTicks, nals: [nal] }), sound]
  })
  return concatBytes(chunks.flat())
}

function read(bytes: Uint8Array, chunkBytes: number, hasWholePictures: boolean): TsUnit[] {
  const stream = new MpegTsStream({ hasWholePictures })
  const units: TsUnit[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const read = stream.push(bytes.slice(at, at + chunkBytes))
    if (!read.ok) throw new Error(JSON.stringify(read.fault))
    units.push(...read.value)
  }
  return [...units, ...stream.end()]
}

const pictures = (units: readonly TsUnit[]) => units.filter((unit) => unit.kind === 'picture')

test.each([1, 100, 188, 1000, 1e6])(
  'MpegTsStream reads in chunks of %i bytes what demuxMpegTs reads of the whole',
  (size) => {
    const bytes = transportStream(900_000)
    const whole = demuxMpegTs(bytes)
    if (!whole.ok) throw new Error('not read')
    const units = read(bytes, size, true)
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
    expect(pictures(units).map(({ ptsTicks, nals }) => [ptsTicks, ...nals.map(hex)])).toEqual(
      whole.value.video.map(({ ptsTicks, nals }) => [ptsTicks, ...nals.map(hex)]),
    )
    const sounds = units.filter((unit) => unit.kind === 'sound')
    expect(sounds.map(({ ptsTicks, data }) => [ptsTicks, hex(data)])).toEqual(
      whole.value.audio.map(({ ptsTicks, data }) => [ptsTicks, hex(data)]),
    )
  },
)

test('MpegTsStream gives a picture when its last byte has come, where PES packets tell their length', () => {
  const writer = new MpegTsWriter({ hasVideo: true })
  const first = writer.picture({ ptsTicks: 900_000, dtsTicks: 900_000, nals: [Uint8Array.of(0x65, 1, 2, 3)] })
  const whole = new MpegTsStream({ hasWholePictures: true }).push(first)
  expect(whole).toMatchObject({ ok: true, value: [{ kind: 'picture' }] })
  const unsure = new MpegTsStream({ hasWholePictures: false }).push(first)
  expect(unsure).toEqual({ ok: true, value: [] })
})

test('MpegTsStream counts on where 33 bits wrap', () => {
  const units = pictures(read(transportStream(WRAP_TICKS - 30_000), 188, true))
  expect(units.map(({ ptsTicks }) => ptsTicks)).toEqual(
    Array.from({ length: 10 }, (_, index) => WRAP_TICKS - 30_000 + index * 9000),
  )
})

test('MpegTsStream leaves out the picture of a lost packet and finds its way after foreign bytes', () => {
  const bytes = transportStream(900_000)
  const lost = concatBytes([
    bytes.subarray(0, 188 * 30),
    bytes.subarray(188 * 31, 188 * 60),
    new Uint8Array(57),
    bytes.subarray(188 * 60),
  ])
  const units = pictures(read(lost, 500, true))
  expect(units.length).toBeGreaterThanOrEqual(8)
  expect(units.length).toBeLessThan(10)
})

test('MpegTsStream leaves out a picture that tells no length and lacks a packet', () => {
  const writer = new MpegTsWriter({ hasVideo: true })
  const ticks = [900_000, 903_000, 906_000]
  const bytes = ticks.map((each, index) =>
    writer.picture({
      ptsTicks: each,
      dtsTicks: each,
      nals: [new Uint8Array(70_000).fill(1).fill(index ? 0x41 : 0x65, 0, 1)],
    }),
  )
  const [first, second, third] = bytes as [Uint8Array, Uint8Array, Uint8Array]
  const lost = concatBytes([first, second.subarray(0, 188 * 100), second.subarray(188 * 101), third])
  expect(pictures(read(lost, 1e6, true)).map(({ ptsTicks }) => ptsTicks)).toEqual([900_000, 906_000])
})

test('MpegTsStream refuses what has no program after a megabyte, and HEVC', () => {
  const stream = new MpegTsStream({ hasWholePictures: true })
  expect(stream.push(new Uint8Array(1_100_000))).toMatchObject({ ok: false, fault: { code: 'unsupported' } })
  const hevc = new MpegTsWriter({ hasVideo: true, videoCodec: 'h265' })
  expect(new MpegTsStream({ hasWholePictures: true }).push(hevc.tables())).toMatchObject({ ok: false })
})
