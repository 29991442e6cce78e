import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { concatBytes } from './bytes.ts'
import { demuxMpegTs } from './mpeg-ts-demuxer.ts'
import { encodePes, encodeTsPackets } from './mpeg-ts-packet-writer.ts'
import { findProgram } from './mpeg-ts-program.ts'
import { MpegTsWriter, type TsPicture, type TsSound } from './mpeg-ts-writer.ts'
import { decodePes } from './pes.ts'
import { hex, programPackets } from './test-support/transport-packets.ts'

const aac = { objectType: 2, sampleRateHz: 44_100, channelCount: 2, samplesPerFrame: 1024 }
const idr = (bytes: number) => Uint8Array.of(0x65, ...Array.from({ length: bytes }, (_, index) => 1 + (index % 250)))
const slice = (bytes: number) => Uint8Array.of(0x41, ...Array.from({ length: bytes }, (_, index) => 1 + (index % 250)))

const demux = (bytes: Uint8Array) => {
  const read = demuxMpegTs(bytes)
  if (!read.ok) throw new Error(read.fault.code)
  return read.value
}

test('MpegTsWriter writes the tables that ffmpeg writes for the same program', () => {
  expect(new MpegTsWriter({ hasVideo: true, audio: aac }).tables()).toEqual(programPackets())
})

test('what MpegTsWriter wrote demuxMpegTs reads, picture by picture and sound by sound', () => {
  const writer = new MpegTsWriter({ hasVideo: true, audio: aac })
  const pictures: TsPicture[] = [
    { ptsTicks: 3600, dtsTicks: -3600, nals: [hex('67 4d 00 1f 12'), hex('68 ee 3c 80'), idr(900)] },
    { ptsTicks: 10_800, dtsTicks: 0, nals: [slice(70_000)] }, // longer than a PES packet can tell
    { ptsTicks: 7200, dtsTicks: 7200, nals: [slice(1)] },
  ]
  const sounds: TsSound[] = [
    { ptsTicks: 3000, accessUnit: idr(200) },
    { ptsTicks: 5090, accessUnit: idr(7) },
  ]
  const bytes = concatBytes([
    ...pictures.map((picture) => writer.picture(picture)),
    ...sounds.map((sound) => writer.sound(sound)),
  ])
  const { video, audio, pcrs, faults, adts } = demux(bytes)
  expect(faults).toEqual([])
  expect(video.map(({ ptsTicks, dtsTicks }) => [ptsTicks, dtsTicks])).toEqual([
    [3600, 2 ** 33 - 3600],
    [10_800, 0],
    [7200, 7200],
  ])
  expect(video.map(({ nals }) => nals)).toEqual(pictures.map(({ nals }) => nals))
  expect(audio.map(({ data }) => data)).toEqual(sounds.map(({ accessUnit }) => accessUnit))
  expect(adts).toMatchObject(aac)
  expect(pcrs.map(({ ticks27MHz }) => ticks27MHz / 300)).toEqual([2 ** 33 - 66_600, 2 ** 33 - 63_000, 2 ** 33 - 55_800])
})

test('MpegTsWriter repeats the tables before each keyframe, and counts on over them', () => {
  const writer = new MpegTsWriter({ hasVideo: true })
  const picture = (nal: Uint8Array) => writer.picture({ ptsTicks: 0, dtsTicks: 0, nals: [nal] })
  const first = picture(idr(20))
  picture(slice(20))
  const second = picture(idr(20))
  expect(findProgram(first)).toEqual({ ok: true, value: { pcrPid: 0x100, videoPid: 0x100 } })
  expect(findProgram(second)).toEqual(findProgram(first))
  const counters = (bytes: Uint8Array) => [0, 188, 376].map((at) => (bytes[at + 3] as number) & 0x0f)
  expect([counters(first), counters(second)]).toEqual([
    [0, 0, 0],
    [1, 1, 2],
  ])
})

test('a transport stream of sound alone has its clock on the sound', () => {
  const writer = new MpegTsWriter({ hasVideo: false, audio: aac })
  const bytes = concatBytes([writer.tables(), writer.sound({ ptsTicks: 90_000, accessUnit: idr(300) })])
  expect(demux(bytes)).toMatchObject({ video: [], audio: [{ ptsTicks: 90_000 }], pcrs: [{ ticks27MHz: 27_000 * 300 }] })
  expect(() => new MpegTsWriter({ hasVideo: true }).sound({ ptsTicks: 0, accessUnit: idr(1) })).toThrow(RangeError)
})

test('encodePes writes what decodePes reads, any times and sizes', () => {
  const ticks = fc.option(fc.integer({ min: 0, max: 2 ** 33 - 1 }), { nil: undefined })
  const property = fc.property(ticks, ticks, fc.uint8Array({ maxLength: 40 }), (ptsTicks, dtsTicks, payload) => {
    const times = ptsTicks === undefined ? {} : { ptsTicks, ...(dtsTicks === undefined ? {} : { dtsTicks }) }
    const written = dtsTicks === ptsTicks ? { ...times, dtsTicks: undefined } : times // one of its own alone
    expect(decodePes(encodePes(0xe0, { ...times, payload }))).toEqual({ ok: true, value: { ...written, payload } })
  })
  fc.assert(property, { seed: 5, numRuns: fuzzRuns(200) })
})

test('encodeTsPackets fills whole packets, for a unit of any size with and without a clock', () => {
  for (let sizeBytes = 1; sizeBytes < 600; sizeBytes += 1) {
    for (const pcr of [undefined, { ticks90kHz: 1, randomAccess: false }]) {
      const unit = idr(sizeBytes - 1)
      const packets = encodeTsPackets({ pid: 0x100, unit, firstCounter: 15, pcr })
      expect(packets.length).toBe(188 * Math.ceil((sizeBytes + (pcr === undefined ? 0 : 8)) / 184))
      expect(payloadsOf(packets)).toEqual(unit)
    }
  }
})

function payloadsOf(packets: Uint8Array): Uint8Array {
  const payloads: Uint8Array[] = []
  for (let at = 0; at < packets.length; at += 188) {
    const hasField = ((packets[at + 3] as number) & 0x20) !== 0
    payloads.push(packets.subarray(at + 4 + (hasField ? 1 + (packets[at + 4] as number) : 0), at + 188))
  }
  return concatBytes(payloads)
}

test('encodePes tells a length up to what 16 bits hold, and none beyond', () => {
  const told = (payloadBytes: number) => [...encodePes(0xe0, { payload: new Uint8Array(payloadBytes) }).subarray(4, 6)]
  expect([told(0xffff - 3), told(0x10001 - 3)]).toEqual([
    [0xff, 0xff],
    [0, 0],
  ])
})
