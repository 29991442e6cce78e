import { expect, test } from 'vitest'
import { opusPacketSamples, SILENT_OPUS_PACKET } from './opus.ts'

/** TOC: configuration 5 bits, stereo 1 bit, frame count code 2 bits; RFC 6716 table 2. */
for (const { what, packet, samples } of [
  { what: 'SILK of 10 ms', packet: [0 << 3], samples: 480 },
  { what: 'SILK of 60 ms', packet: [11 << 3], samples: 2880 },
  { what: 'hybrid of 20 ms', packet: [13 << 3], samples: 960 },
  { what: 'CELT of 2.5 ms', packet: [16 << 3], samples: 120 },
  { what: 'CELT of 20 ms in two channels', packet: [(31 << 3) | 4], samples: 960 },
  { what: 'two frames of one size', packet: [(31 << 3) | 1], samples: 1920 },
  { what: 'two frames of two sizes', packet: [(31 << 3) | 2], samples: 1920 },
  { what: 'six frames by their count', packet: [(31 << 3) | 3, 0x80 | 6], samples: 5760 },
  { what: 'our silence', packet: [...SILENT_OPUS_PACKET], samples: 960 },
]) {
  test(`opusPacketSamples reads ${what}`, () => {
    expect(opusPacketSamples(Uint8Array.from(packet))).toEqual({ ok: true, value: samples })
  })
}

for (const { what, packet, code } of [
  { what: 'nothing', packet: [], code: 'too-short' },
  { what: 'a count that is missing', packet: [3], code: 'too-short' },
  { what: 'no frame', packet: [3, 0], code: 'unsupported' },
  { what: 'more than 120 ms', packet: [(31 << 3) | 3, 7], code: 'unsupported' },
]) {
  test(`opusPacketSamples refuses ${what}`, () => {
    expect(opusPacketSamples(Uint8Array.from(packet))).toMatchObject({ ok: false, fault: { code } })
  })
}
