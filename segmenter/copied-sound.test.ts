import { expect, test } from 'vitest'
import { hex } from '../protocol/test-support/transport-packets.ts'
import { copiedSound } from './copied-sound.ts'
import type { Mp4Track } from './mp4-track.ts'

const grid = { beginSeconds: 0, durationSeconds: 2, frameRate: { numerator: 25, denominator: 1 } }
const UNITS = 95 // with the priming 2.027 s

/** An AudioSampleEntry with an esds box around an AudioSpecificConfig. */
function soundEntry(config: string): Uint8Array {
  const specific = `05${bytes(config)}${config}`
  const decoder = `04${size(13 + specific.length / 2)}4015000000000000000000000000`.slice(0, 4 + 26) + specific
  const stream = `03${size(3 + decoder.length / 2)}000200${decoder}`
  const esds = `${(12 + stream.length / 2).toString(16).padStart(8, '0')}6573647300000000${stream}`
  return hex(`${'00'.repeat(28)}${esds}`)
}
const size = (sizeBytes: number): string => sizeBytes.toString(16).padStart(2, '0')
const bytes = (text: string): string => size(text.length / 2)

const LC_48K_STEREO = '1190'

const runs = (...all: readonly (readonly [samples: number, ticks: number])[]): Mp4Track['durations'] => ({
  samples: Uint32Array.from(all, ([samples]) => samples),
  values: Int32Array.from(all, ([, ticks]) => ticks),
})

function track(changes: Partial<Mp4Track> = {}, config = LC_48K_STEREO): Mp4Track {
  return {
    handler: 'soun',
    format: 'mp4a',
    description: soundEntry(config),
    timescaleHz: 48_000,
    sizesBytes: new Uint32Array(UNITS).fill(300),
    startSeconds: -1024 / 48_000,
    endSeconds: ((UNITS - 1) * 1024) / 48_000,
    durations: runs([UNITS, 1024]),
    endBytes: 300 * UNITS,
    ...changes,
  }
}

test('copiedSound tells the rate of a second, with ADTS headers, and by what it begins early', () => {
  const sizesBytes = new Uint32Array(UNITS).fill(300).fill(500, 20, 30)
  expect(copiedSound(track({ sizesBytes }), grid)).toEqual({
    bitsPerSecond: 8 * (47 * 307 + 10 * 200), // 46.9 access units a second
    leadSeconds: 1024 / 48_000,
  })
})

test('copiedSound takes a last unit that is told as shorter', () => {
  expect(copiedSound(track({ durations: runs([UNITS - 1, 1024], [1, 600]) }), grid)).toBeDefined()
})

for (const [name, sound] of [
  ['another codec', track({ format: 'ac-3' })],
  ['six channels', track({}, '11b0')],
  ['AAC Main', track({}, '0990')],
  ['24 kHz, behind which SBR may hide', track({ timescaleHz: 24_000 }, '1310')],
  ['a gap', track({ durations: runs([7, 1024], [1, 2048], [UNITS - 8, 1024]) })],
  ['a last unit that is too long', track({ durations: runs([UNITS - 1, 1024], [1, 1025]) })],
  ['a beginning long after the pictures', track({ startSeconds: 0.18 })],
  ['a beginning long before the pictures', track({ startSeconds: -0.22 })],
  ['an end long before the pictures', track({ endSeconds: 1.7 })],
] as const) {
  test(`copiedSound refuses ${name}`, () => expect(copiedSound(sound, grid)).toBeUndefined())
}
