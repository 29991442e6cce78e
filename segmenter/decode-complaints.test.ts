import { expect, test } from 'vitest'
import { decodeComplaint } from './decode-complaints.ts'

test('decodeComplaint finds what the decoder says of a picture', () =>
  expect(decodeComplaint('frame=1\n[h264 @ 0x55d0c0] [error] error while decoding MB 3 4, bytestream -5\n')).toBe(
    'error while decoding MB 3 4, bytestream -5',
  ))

test('decodeComplaint passes over warnings and other parts', () => {
  expect(decodeComplaint('[h264 @ 0x55d0c0] [warning] Increasing reorder buffer to 2\n')).toBeUndefined()
  expect(decodeComplaint('[libx264 @ 0x55d0c0] [error] something\n')).toBeUndefined()
})
