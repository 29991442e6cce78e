import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { readMp4Index, type Mp4Index } from './mp4-index.ts'

function box(type: string, ...bodies: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(bodies)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}

type Tables = { readonly samples: number; readonly runs: readonly (readonly number[])[]; readonly chunks: number }

/** A track whose samples are of one byte and last one tick, in these runs of chunks. */
function trak({ samples, runs, chunks }: Tables): Buffer {
  const table = box(
    'stbl',
    box('stsd', words(0, 1), box('avc1')),
    box('stsz', words(0, 1, samples)),
    box('stts', words(0, 1, samples, 1)),
    box('stsc', words(0, runs.length, ...runs.flat())),
    box('stco', words(0, chunks), Buffer.alloc(4 * chunks)),
  )
  const handler = box('hdlr', words(0, 0), Buffer.from('vide'))
  return box('trak', box('mdia', box('mdhd', words(0, 0, 0, 1000)), handler, box('minf', table)))
}

/** The index of a file that has nothing else. */
function indexOf(context: TestContext, ...traks: readonly Uint8Array[]): Promise<Mp4Index | undefined> {
  const path = join(temporaryFolder(context), 'a.mp4')
  writeFileSync(path, box('moov', box('mvhd', words(0, 0, 0, 1000, 0, 0)), ...traks))
  return readMp4Index(path)
}

test('readMp4Index reads a track of several runs of chunks', async (context) => {
  const runs = [
    [1, 2, 1],
    [3, 1, 1],
  ]
  const index = await indexOf(context, trak({ samples: 5, runs, chunks: 3 }))
  const [track] = index?.tracks ?? []
  expect(track?.sizesBytes).toEqual(new Uint32Array(5).fill(1))
  expect([...(track?.pictures?.keyframeOffsetsBytes ?? [])]).toEqual([0, 1, 0, 1, 0]) // of chunks that all begin at 0
  expect(track).toMatchObject({ startSeconds: 0, endSeconds: 0.005, endBytes: 2 })
})

test('readMp4Index keeps no more of the file than it tells', async (context) => {
  const index = await indexOf(context, trak({ samples: 1, runs: [[1, 1, 1]], chunks: 1 }))
  const { description } = index?.tracks[0] ?? {}
  expect(description?.buffer.byteLength).toBe(description?.length) // a view would keep the track's whole box
})

// Each of these would keep the process busy for minutes, or take gigabytes: the test ends by its time limit then.
const runsOf = (run: readonly number[], other: readonly number[]) =>
  Array.from({ length: 20_000 }, (_, index) => (index % 2 === 0 ? run : other))

test('readMp4Index has nothing to tell of chunks that are gone over again and again', async (context) => {
  const runs = runsOf([1, 0, 1], [1_000_000, 0, 1])
  expect((await indexOf(context, trak({ samples: 2, runs, chunks: 1_000_000 })))?.tracks).toEqual([undefined])
})

test('readMp4Index has nothing to tell of tracks that claim millions of samples in a few bytes', async (context) => {
  const claiming = trak({ samples: 2_000_000, runs: [[1, 2_000_000, 1]], chunks: 1 })
  expect(await indexOf(context, ...Array.from({ length: 100 }, () => claiming))).toBeUndefined()
})

test('readMp4Index reads no more boxes than an index may have', async (context) => {
  const empty = Buffer.concat(Array.from({ length: 20_000 }, () => box('free')))
  const whole = trak({ samples: 1, runs: [[1, 1, 1]], chunks: 1 })
  expect((await indexOf(context, whole, empty, whole))?.tracks).toHaveLength(1)
})
