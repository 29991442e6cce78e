import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import {
  aacCodecString,
  decodeAdts,
  decodeAudioSpecificConfig,
  encodeAdts,
  encodeAudioSpecificConfig,
  type AudioSpecificConfig,
} from './aac.ts'
import { hex } from './test-support/transport-packets.ts'

const config = { objectType: 2, sampleRateHz: 48000, channelCount: 2, samplesPerFrame: 1024 }

const frames = [
  { name: 'stereo 48 kHz', wire: 'fff14c80013ffc aabb', told: config },
  { name: 'mono 44.1 kHz', wire: 'fff15040013ffc aabb', told: { ...config, sampleRateHz: 44100, channelCount: 1 } },
  { name: '7.1 at 96 kHz', wire: 'fff141c0013ffc aabb', told: { ...config, sampleRateHz: 96000, channelCount: 8 } },
  { name: 'AAC Main at 7350 Hz', wire: 'fff13080013ffc aabb', told: { ...config, objectType: 1, sampleRateHz: 7350 } },
]
for (const { name, wire, told } of frames) {
  test(`decodeAdts reads ${name}`, () => {
    expect(decodeAdts(hex(wire))).toEqual({ ok: true, value: { ...told, headerBytes: 7, frameBytes: 9 } })
  })
  test(`encodeAdts writes ${name}`, () => expect(encodeAdts(told, hex('aabb'))).toEqual(hex(wire)))
}

test('decodeAdts counts the CRC to the header and reads all 13 bits of the length', () => {
  expect(decodeAdts(hex('fff04c83fffffc 0000'))).toEqual({
    ok: true,
    value: { ...config, headerBytes: 9, frameBytes: 8191 },
  })
})

for (const [name, wire, fault] of [
  ['six bytes', 'fff14c80013f', { code: 'too-short', neededBytes: 7, gotBytes: 6 }],
  ['no syncword', 'ffe14c80013ffc', { code: 'bad-sync', byte: 0xff, atByte: 0 }],
  ['a layer', 'fff34c80013ffc', { code: 'bad-sync', byte: 0xff, atByte: 0 }],
  ['a reserved sample rate', 'fff17480013ffc', { code: 'unsupported', what: 'a reserved AAC sample rate' }],
  ['channels in the stream', 'fff14c00013ffc', { code: 'unsupported', what: 'AAC channels told in the stream only' }],
  [
    'two raw data blocks',
    'fff14c80013ffd',
    { code: 'unsupported', what: 'several AAC raw data blocks in one ADTS frame' },
  ],
  ['a frame of its header alone', 'fff14c8000fffc', { code: 'bad-length', statedBytes: 7, gotBytes: 7 }],
] as const) {
  test(`decodeAdts refuses ${name}`, () => expect(decodeAdts(hex(wire))).toEqual({ ok: false, fault }))
}

test('encodeAdts refuses what the header cannot tell', () => {
  expect(() => encodeAdts({ ...config, sampleRateHz: 47999 }, hex(''))).toThrow('no sample rate of 47999 Hz')
  expect(() => encodeAdts({ ...config, objectType: 5 }, hex(''))).toThrow('no object type 5')
  expect(() => encodeAdts({ ...config, channelCount: 7 }, hex(''))).toThrow('no configuration of 7 channels')
  expect(() => encodeAdts(config, new Uint8Array(8185))).toThrow('an ADTS frame of 8192 bytes is over 8191')
})

const configs: { name: string; wire: string; told: AudioSpecificConfig; codec: string }[] = [
  { name: 'AAC-LC stereo 48 kHz', wire: '1190', told: config, codec: 'mp4a.40.2' },
  {
    name: 'AAC-LC mono 44.1 kHz',
    wire: '1208',
    told: { ...config, sampleRateHz: 44100, channelCount: 1 },
    codec: 'mp4a.40.2',
  },
  { name: '7.1', wire: '11b8', told: { ...config, channelCount: 8 }, codec: 'mp4a.40.2' },
  { name: '960 samples a frame', wire: '1194', told: { ...config, samplesPerFrame: 960 }, codec: 'mp4a.40.2' },
  {
    name: 'a sample rate of its own',
    wire: '17805dbf90',
    told: { ...config, sampleRateHz: 47999 },
    codec: 'mp4a.40.2',
  },
  {
    name: 'HE-AAC, SBR told outright',
    wire: '2b118800',
    told: { ...config, sampleRateHz: 24000, sbr: { objectType: 5, sampleRateHz: 48000 } },
    codec: 'mp4a.40.5',
  },
  {
    name: 'HE-AAC v2 with a sample rate of its own',
    wire: 'eb0f805dbf8800',
    told: { ...config, sampleRateHz: 24000, channelCount: 1, sbr: { objectType: 29, sampleRateHz: 47999 } },
    codec: 'mp4a.40.29',
  },
]
for (const { name, wire, told, codec } of configs) {
  test(`decodeAudioSpecificConfig reads ${name}`, () => {
    expect(decodeAudioSpecificConfig(hex(wire))).toEqual({ ok: true, value: told })
  })
  test(`encodeAudioSpecificConfig writes ${name}`, () => expect(encodeAudioSpecificConfig(told)).toEqual(hex(wire)))
  test(`aacCodecString tells ${codec} for ${name}`, () => expect(aacCodecString(told)).toBe(codec))
}

test('decodeAudioSpecificConfig leaves an SBR extension behind the core unread', () => {
  expect(decodeAudioSpecificConfig(hex('139056e5a0'))).toEqual({ ok: true, value: { ...config, sampleRateHz: 22050 } })
})

for (const [name, wire, fault] of [
  ['one byte', '11', { code: 'too-short', neededBytes: 2, gotBytes: 1 }],
  ['a core coder whose delay is cut', '1192', { code: 'too-short', neededBytes: 4, gotBytes: 2 }],
  ['a sample rate of 0 told outright', '1780000010', { code: 'unsupported', what: 'a reserved AAC sample rate' }],
  ['CELP', '4190', { code: 'unsupported', what: 'audio object type 8' }],
  ['an escaped object type', 'f90a4000', { code: 'unsupported', what: 'audio object type 40' }],
  ['channels in the stream', '1180', { code: 'unsupported', what: 'AAC channels told in the stream only' }],
  ['a reserved sample rate', '1690', { code: 'unsupported', what: 'a reserved AAC sample rate' }],
] as const) {
  test(`decodeAudioSpecificConfig refuses ${name}`, () => {
    expect(decodeAudioSpecificConfig(hex(wire))).toEqual({ ok: false, fault })
  })
}

test('decodeAudioSpecificConfig and decodeAdts answer any bytes with a value, and write again what they read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const read = decodeAudioSpecificConfig(bytes)
      if (read.ok) expect(decodeAudioSpecificConfig(encodeAudioSpecificConfig(read.value))).toEqual(read)
    }),
    { seed: 7, numRuns: fuzzRuns(2000) },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (tail) => {
      const read = decodeAdts(Uint8Array.of(0xff, 0xf1, ...tail))
      return !read.ok || read.value.frameBytes > read.value.headerBytes
    }),
    { seed: 7, numRuns: fuzzRuns(2000) },
  )
})
