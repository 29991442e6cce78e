import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { encodeAdts } from '../protocol/aac.ts'
import { packedAudioTag } from '../protocol/packed-audio.ts'
import { writePackedAudio } from './packed-audio-writer.ts'

const config = { objectType: 2, sampleRateHz: 48_000, channelCount: 2, samplesPerFrame: 1024 }
const frames = Array.from({ length: 96 }, (_, index) => encodeAdts(config, Uint8Array.of(index, 1, 2)))
const FRAME_BYTES = 10
const TAG_BYTES = packedAudioTag(0).length

function writeFrames(context: TestContext, bytes: Uint8Array): { readonly path: string; readonly folder: string } {
  const root = temporaryFolder(context)
  const [path, folder] = [join(root, 'sound.adts'), join(root, 'audio-1')]
  writeFileSync(path, bytes)
  mkdirSync(folder)
  return { path, folder }
}

test('writePackedAudio gives each frame to the segment in which it begins, the first one counted before 0', async (context) => {
  const { path, folder } = writeFrames(context, Buffer.concat(frames))
  const cuts = { originTicks: 126_000, durationsSeconds: [1, 1] }
  const { segments, codec } = await writePackedAudio(path, folder, cuts)
  // Frame n begins at (n - 1) * 1024 samples: 48 of them before 48,000, the last at 47,104.
  const sizes = [TAG_BYTES + 48 * FRAME_BYTES, TAG_BYTES + 48 * FRAME_BYTES]
  expect(segments).toEqual([
    { uri: '00000.aac', durationSeconds: 1.024, sizeBytes: sizes[0] },
    { uri: '00001.aac', durationSeconds: 1.024, sizeBytes: sizes[1] },
  ])
  expect(codec).toBe('mp4a.40.2')
  const [first, second] = segments.map(({ uri }) => readFileSync(join(folder, uri)))
  expect(first?.subarray(0, TAG_BYTES)).toEqual(Buffer.from(packedAudioTag(126_000 - 1920)))
  expect(second?.subarray(0, TAG_BYTES)).toEqual(Buffer.from(packedAudioTag(126_000 + (47 * 1024 * 90) / 48)))
  expect(second?.at(TAG_BYTES + 7)).toBe(48)
})

test('writePackedAudio writes no segment in whose time no frame begins', async (context) => {
  const { path, folder } = writeFrames(context, Buffer.concat(frames.slice(0, 48)))
  const cuts = { originTicks: 0, durationsSeconds: [1, 0.01] }
  const { segments } = await writePackedAudio(path, folder, cuts)
  expect(segments.map(({ uri, durationSeconds }) => [uri, durationSeconds])).toEqual([['00000.aac', 1.024]])
  expect(readFileSync(join(folder, '00000.aac')).subarray(0, TAG_BYTES)).toEqual(
    Buffer.from(packedAudioTag(2 ** 33 - 1920)), // the clock of 33 bits wraps
  )
})

for (const { name, bytes, message } of [
  { name: 'half a frame', bytes: frames[0]?.subarray(0, 8), message: '8 bytes of' },
  { name: 'what is no ADTS', bytes: new Uint8Array(20), message: 'ADTS cannot be read' },
  { name: 'nothing', bytes: new Uint8Array(), message: 'the encoder made no sound' },
]) {
  test(`writePackedAudio refuses ${name}`, async (context) => {
    const { path, folder } = writeFrames(context, bytes ?? new Uint8Array())
    const cuts = { originTicks: 0, durationsSeconds: [1] }
    await expect(writePackedAudio(path, folder, cuts)).rejects.toThrow(message)
  })
}
