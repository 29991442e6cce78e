import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { encodeAdts } from './aac.ts'
import { concatBytes } from './bytes.ts'
import type { Decoded } from './decoded.ts'
import { demuxMpegTs } from './mpeg-ts-demuxer.ts'
import {
  AUDIO_PID,
  audioPes,
  hex,
  pesPackets,
  programPackets,
  VIDEO_PID,
  videoPes,
} from './test-support/transport-packets.ts'

const LAST_TICKS = 2 ** 33 - 1
const IDR = hex('00000001 09f0 00000001 6742c01e 000001 68ce3880 000001 65888080')
const idrNals = [hex('6742c01e'), hex('68ce3880'), hex('65888080')]
const stereo48kHz = { objectType: 2, sampleRateHz: 48000, channelCount: 2, samplesPerFrame: 1024 }

function valueOf<T>(result: Decoded<T>): T {
  if (!result.ok) throw new Error(`fault ${JSON.stringify(result.fault)}`)
  return result.value
}

function demux(...packets: Uint8Array[]) {
  return valueOf(demuxMpegTs(concatBytes([programPackets(), ...packets])))
}

test('demuxMpegTs gives a picture its NAL units without start codes and delimiter, its times and its place', () => {
  const { video, faults } = demux(pesPackets(VIDEO_PID, videoPes(IDR, 132_000, 126_000)))
  expect(video).toEqual([{ ptsTicks: 132_000, dtsTicks: 126_000, nals: idrNals, atByte: 2 * 188 }])
  expect(faults).toEqual([])
})

test('demuxMpegTs takes the PTS for a DTS that is not told, up to the last of 33 bits', () => {
  const { video } = demux(pesPackets(VIDEO_PID, videoPes(IDR, LAST_TICKS)))
  expect(video).toEqual([{ ptsTicks: LAST_TICKS, dtsTicks: LAST_TICKS, nals: idrNals, atByte: 2 * 188 }])
})

test('demuxMpegTs joins a picture of unstated length over 400 packets', () => {
  const slice = new Uint8Array(400 * 184).fill(0xaa)
  slice[0] = 0x65
  const { video } = demux(pesPackets(VIDEO_PID, videoPes(concatBytes([hex('000001'), slice]), 0)))
  expect(video.map((unit) => unit.nals.map((nal) => Buffer.compare(nal, slice)))).toEqual([[0]])
})

test('demuxMpegTs reads all bytes of a picture whose stated length has overflowed', () => {
  const pes = videoPes(concatBytes([hex('000001 65'), new Uint8Array(70_000).fill(0xaa)]), 0)
  pes.set([0, 9], 4)
  const { video, faults } = demux(pesPackets(VIDEO_PID, pes))
  expect(video.map((unit) => unit.nals.map((nal) => nal.length))).toEqual([[70_001]])
  expect(faults).toEqual([])
})

const P_SLICE = hex('00000001 09f0 00000001 419a204a0df355df')
for (const cutBytes of [5, 9, 16, 17, 18, 19, 20, 21]) {
  test(`demuxMpegTs ends a picture in the next PES packet, cut ${cutBytes} bytes after its begin`, () => {
    const stream = concatBytes([P_SLICE, P_SLICE, IDR])
    const { video, faults } = demux(
      pesPackets(VIDEO_PID, videoPes(stream.subarray(0, cutBytes), 3000)),
      pesPackets(VIDEO_PID, videoPes(stream.subarray(cutBytes, cutBytes + P_SLICE.length), 6000), 1),
      pesPackets(VIDEO_PID, videoPes(stream.subarray(cutBytes + P_SLICE.length), 9000), 2),
    )
    expect(video.map((unit) => unit.ptsTicks)).toEqual([3000, 6000, 9000])
    expect(video.map((unit) => unit.nals)).toEqual([[P_SLICE.subarray(10)], [P_SLICE.subarray(10)], idrNals])
    expect(faults).toEqual([])
  })
}

for (const cutBytes of [15, 18, 20, 21]) {
  test(`demuxMpegTs joins a picture that PES packets carry to byte 12, to ${cutBytes}, and further`, () => {
    const stream = concatBytes([P_SLICE, IDR])
    const { video } = demux(
      pesPackets(VIDEO_PID, videoPes(stream.subarray(0, 12), 3000)),
      pesPackets(VIDEO_PID, concatBytes([hex('000001 e0 0000 80 00 00'), stream.subarray(12, cutBytes)]), 1),
      pesPackets(VIDEO_PID, videoPes(stream.subarray(cutBytes), 6000), 2),
    )
    expect(video.map((unit) => unit.nals)).toEqual([[P_SLICE.subarray(10)], idrNals])
  })
}

test('demuxMpegTs sees a picture go on at a start code where pictures overlap', () => {
  const twoSlices = concatBytes([P_SLICE, hex('000001 41aabb')])
  const { video } = demux(
    pesPackets(VIDEO_PID, videoPes(P_SLICE.subarray(0, 12), 0)),
    pesPackets(VIDEO_PID, videoPes(concatBytes([P_SLICE.subarray(12), P_SLICE]), 3000), 1),
    pesPackets(VIDEO_PID, videoPes(concatBytes([twoSlices.subarray(P_SLICE.length), IDR]), 6000), 2),
  )
  expect(video.map((unit) => unit.nals.length)).toEqual([1, 2, 3])
})

test('demuxMpegTs makes no start code of bytes from both sides of a hole', () => {
  const { video } = demux(
    pesPackets(VIDEO_PID, videoPes(concatBytes([P_SLICE, hex('0000')]), 0)),
    pesPackets(VIDEO_PID, videoPes(P_SLICE, 3000), 1), // not known to be whole before the jump
    pesPackets(VIDEO_PID, videoPes(concatBytes([hex('01 09aa 000001 41bb'), IDR]), 6000), 3),
  )
  expect(video.map((unit) => unit.nals)).toEqual([[P_SLICE.subarray(10)], idrNals])
})

test('demuxMpegTs leaves out a picture whose end was lost where pictures overlap', () => {
  const { video, faults } = demux(
    pesPackets(VIDEO_PID, videoPes(P_SLICE.subarray(0, 12), 0)),
    pesPackets(VIDEO_PID, videoPes(concatBytes([P_SLICE.subarray(12), P_SLICE.subarray(0, 12)]), 3000), 1),
    pesPackets(VIDEO_PID, videoPes(concatBytes([P_SLICE.subarray(12), P_SLICE.subarray(0, 12)]), 6000), 2),
    pesPackets(VIDEO_PID, videoPes(concatBytes([P_SLICE.subarray(12), IDR]), 9000), 4),
  )
  expect(video.map((unit) => unit.ptsTicks)).toEqual([0, 9000])
  expect(faults).toEqual([{ code: 'bad-continuity', pid: VIDEO_PID, expected: 3, got: 4 }])
})

test('demuxMpegTs gives the PCR of the program with the byte at which it counts', () => {
  const packet = concatBytes([hex('47 0100 20 b7 10 80000000fe2b'), new Uint8Array(176).fill(0xff)]) // base 2^32 + 1, extension 43
  expect(demux(packet).pcrs).toEqual([{ ticks27MHz: (2 ** 32 + 1) * 300 + 43, atByte: 2 * 188 + 10 }])
  packet[2] = 0x01 // the clock of another PID
  expect(demux(packet).pcrs).toEqual([])
})

test('demuxMpegTs counts a jump of the continuity counter and leaves out the picture that it cut', () => {
  const long = videoPes(concatBytes([IDR, new Uint8Array(500).fill(0xaa)]), 0)
  const packets = pesPackets(VIDEO_PID, long) // 3 packets and a bit: counters 0 to 2
  const cut = concatBytes([packets.subarray(0, 188), packets.subarray(2 * 188)])
  const { video, faults } = demux(cut, pesPackets(VIDEO_PID, videoPes(IDR, 3000), 3))
  expect(faults).toEqual([{ code: 'bad-continuity', pid: VIDEO_PID, expected: 1, got: 2 }])
  expect(video.map((unit) => unit.ptsTicks)).toEqual([3000])
})

test('demuxMpegTs lets the counter jump or stand still where a discontinuity is told', () => {
  const told = (firstCounter: number, ptsTicks: number) => {
    const packet = pesPackets(VIDEO_PID, videoPes(IDR, ptsTicks), firstCounter)
    packet[5] = 0x80 // flags of the adaptation field
    return packet
  }
  const { video, faults } = demux(told(0, 0), told(0, 3000), told(9, 6000))
  expect(video.map((unit) => unit.ptsTicks)).toEqual([0, 3000, 6000])
  expect(faults).toEqual([])
})

test('demuxMpegTs takes a packet that was sent twice once', () => {
  const packets = pesPackets(VIDEO_PID, videoPes(IDR, 0))
  const { video, faults } = demux(packets, packets)
  expect(video.map((unit) => unit.nals)).toEqual([idrNals])
  expect(faults).toEqual([])
})

test('demuxMpegTs passes over lone packets of PIDs that the program map does not tell', () => {
  const { video, audio, faults } = demux(pesPackets(0x1abc, videoPes(IDR, 0), 7))
  expect({ video, audio, faults }).toEqual({ video: [], audio: [], faults: [] })
})

test('demuxMpegTs takes ADTS off each access unit and counts 1024 samples from the PTS', () => {
  const frames = [hex('0102'), hex('030405')].map((unit) => encodeAdts(stereo48kHz, unit))
  const { audio, adts } = demux(pesPackets(AUDIO_PID, audioPes(concatBytes(frames), LAST_TICKS)))
  expect(audio).toEqual([
    { ptsTicks: LAST_TICKS, data: hex('0102') },
    { ptsTicks: 1919, data: hex('030405') }, // 1024 samples of 48 kHz are 1920 ticks
  ])
  expect(adts).toEqual({ ...stereo48kHz, headerBytes: 7, frameBytes: 9 })
})

for (const cutBytes of [1, 6, 7, 8, 9]) {
  test(`demuxMpegTs joins an ADTS frame cut after ${cutBytes} bytes by a PES boundary, timed by the PES it began in`, () => {
    const [first, second, third] = [hex('0102'), hex('0304'), hex('0506')].map((unit) => encodeAdts(stereo48kHz, unit))
    const joined = concatBytes([first, second, third] as Uint8Array[])
    const { audio, faults } = demux(
      pesPackets(AUDIO_PID, audioPes(joined.subarray(0, 9 + cutBytes), 90_000)),
      pesPackets(AUDIO_PID, audioPes(joined.subarray(9 + cutBytes), 95_000), 1),
    )
    expect(audio.map((unit) => unit.ptsTicks)).toEqual([90_000, 91_920, 95_000])
    expect(audio.map((unit) => unit.data)).toEqual([hex('0102'), hex('0304'), hex('0506')])
    expect(faults).toEqual([])
  })
}

test('demuxMpegTs keeps a PTS for the frame that begins in its PES packet and ends in the next', () => {
  const frames = concatBytes([hex('0102'), hex('0304')].map((unit) => encodeAdts(stereo48kHz, unit)))
  const { audio } = demux(
    pesPackets(AUDIO_PID, audioPes(frames.subarray(0, 4), 90_000)),
    pesPackets(AUDIO_PID, audioPes(frames.subarray(4), 92_000), 1),
  )
  expect(audio.map((unit) => unit.ptsTicks)).toEqual([90_000, 92_000])
})

test('demuxMpegTs drops the begun frame when the packet with its end is lost', () => {
  const frames = concatBytes([hex('0102'), hex('0304')].map((unit) => encodeAdts(stereo48kHz, unit)))
  const { audio, faults } = demux(
    pesPackets(AUDIO_PID, audioPes(frames.subarray(0, 15), 90_000)),
    pesPackets(AUDIO_PID, audioPes(frames.subarray(15), 93_840), 1), // not known to be whole before the jump
    pesPackets(AUDIO_PID, audioPes(frames, 100_000), 3),
  )
  expect(audio.map((unit) => unit.ptsTicks)).toEqual([90_000, 100_000, 101_920])
  expect(faults).toEqual([{ code: 'bad-continuity', pid: AUDIO_PID, expected: 2, got: 3 }])
})

test('demuxMpegTs counts a frame that the stream ends in, and one before any PTS is no access unit', () => {
  const frame = encodeAdts(stereo48kHz, hex('0102'))
  const untimed = concatBytes([hex('000001 c0 0000 80 00 00'), frame])
  const { audio, faults } = demux(
    pesPackets(AUDIO_PID, untimed),
    pesPackets(AUDIO_PID, audioPes(concatBytes([frame, frame.subarray(0, 8)]), 90_000), 1),
  )
  expect(audio).toEqual([{ ptsTicks: 90_000, data: hex('0102') }])
  expect(faults).toEqual([{ code: 'bad-length', statedBytes: 9, gotBytes: 8 }])
})

test('demuxMpegTs finds the next ADTS frame behind bytes that are none', () => {
  const payload = concatBytes([hex('00 ff 12 ff'), encodeAdts(stereo48kHz, hex('0102'))])
  const { audio, faults } = demux(pesPackets(AUDIO_PID, audioPes(payload, 90_000)))
  expect(audio).toEqual([{ ptsTicks: 90_000, data: hex('0102') }])
  expect(faults).toEqual([{ code: 'bad-sync', byte: 0, atByte: 0 }])
})

test('demuxMpegTs counts a packet without sync byte and bytes after the last whole packet', () => {
  const { faults } = demux(new Uint8Array(188), hex('47'))
  expect(faults).toEqual([
    { code: 'bad-sync', byte: 0, atByte: 2 * 188 },
    { code: 'bad-length', statedBytes: 188, gotBytes: 1 },
  ])
})

test('demuxMpegTs counts a PES packet with missing bytes and a picture without PTS', () => {
  const short = audioPes(hex('0102'), 0)
  short.set([0, 200], 4)
  const untimed = concatBytes([hex('000001 e0 0000 80 00 00'), IDR])
  expect(demux(pesPackets(VIDEO_PID, untimed), pesPackets(AUDIO_PID, short)).faults).toEqual([
    { code: 'unsupported', what: 'a picture without PTS' },
    { code: 'bad-length', statedBytes: 206, gotBytes: 16 },
  ])
})

test('demuxMpegTs gives no picture of padding alone', () => {
  expect(demux(pesPackets(VIDEO_PID, videoPes(hex('00000001 09f0 000001 0cff80'), 0))).video).toEqual([])
})

test('demuxMpegTs refuses what is too short, no transport stream, or without a program map', () => {
  expect(demuxMpegTs(new Uint8Array(187))).toEqual({
    ok: false,
    fault: { code: 'too-short', neededBytes: 188, gotBytes: 187 },
  })
  expect(demuxMpegTs(new Uint8Array(188))).toEqual({ ok: false, fault: { code: 'bad-sync', byte: 0, atByte: 0 } })
  const brokenTable = programPackets()
  brokenTable[16] = 0xf1 // the map's PID in the PAT: its CRC no longer fits
  expect(demuxMpegTs(brokenTable)).toEqual({
    ok: false,
    fault: { code: 'unsupported', what: 'a transport stream without a program map' },
  })
})

test('demuxMpegTs answers any bytes with a value, never with more media than bytes', () => {
  const packet = fc.uint8Array({ minLength: 184, maxLength: 184 })
  const header = fc.tuple(
    fc.constant(0x47),
    fc.constantFrom(0x00, 0x01, 0x41, 0x40),
    fc.constantFrom(0, 1, 0x10),
    fc.nat(255),
  )
  const packets = fc.array(fc.tuple(header, packet), { maxLength: 20 })
  fc.assert(
    fc.property(packets, fc.uint8Array({ maxLength: 300 }), (grid, tail) => {
      const noise = grid.flatMap(([head, body]) => [Uint8Array.from(head), body])
      const bytes = concatBytes([programPackets(), ...noise, tail])
      const { video, audio, faults } = valueOf(demuxMpegTs(bytes))
      const mediaBytes = [...video.flatMap((unit) => unit.nals), ...audio.map((unit) => unit.data)]
      expect(mediaBytes.reduce((sum, part) => sum + part.length, 0)).toBeLessThan(bytes.length)
      expect(faults.length).toBeLessThan(bytes.length)
    }),
    { seed: 7, numRuns: fuzzRuns(300) },
  )
})
