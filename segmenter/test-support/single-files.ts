import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'

type Listed = {
  readonly lines: readonly string[]
  readonly files: readonly string[]
  readonly pieces: readonly Buffer[]
}

/** A media playlist read in another way than the writer writes: the lines that name no bytes, and the bytes that the others
 *  name, the initialization section first. */
async function readListed(path: string): Promise<Listed> {
  const text = await readFile(path, 'utf8')
  const named =
    /#EXT-X-MAP:URI="([^"]+)"(?:,BYTERANGE="(\d+)@(\d+)")?\n|(?:#EXT-X-BYTERANGE:(\d+)@(\d+)\n)?^([^#\n]+)\n/gm
  const found = Array.from(
    text.matchAll(named),
    ([, init, initSize, initAt, size = initSize, at = initAt, uri = init]) => {
      return { file: uri ?? '', size: Number(size), at: Number(at ?? 0) }
    },
  )
  const pieces = found.map(async ({ file, size, at }) => {
    const bytes = await readFile(join(dirname(path), file))
    return Number.isNaN(size) ? bytes : bytes.subarray(at, at + size)
  })
  const lines = text.replaceAll(named, '').split('\n')
  return { lines, files: [...new Set(found.map(({ file }) => file))], pieces: await Promise.all(pieces) }
}

/** A media playlist over one file lists the same bytes as the playlist beside it, in the same lines, but for the version. */
export async function expectSingleFile(folder: string, playlist: string, file: string, version: number): Promise<void> {
  const many = await readListed(join(folder, playlist))
  const one = await readListed(join(folder, playlist.replace('.m3u8', '-single.m3u8')))
  expect(one.files).toEqual([file])
  expect(one.lines).toEqual(
    many.lines.map((line) => (line.startsWith('#EXT-X-VERSION') ? `#EXT-X-VERSION:${version}` : line)),
  )
  expect(one.pieces.map((piece, index) => piece.equals(many.pieces[index] as Buffer))).toEqual(
    many.pieces.map(() => true),
  )
}

/** The same of one that lists all of its file: from the first byte to the last, each once. */
export async function expectWholeFile(folder: string, playlist: string, file: string, version: number): Promise<void> {
  await expectSingleFile(folder, playlist, file, version)
  const { pieces } = await readListed(join(folder, playlist.replace('.m3u8', '-single.m3u8')))
  expect(Buffer.concat(pieces).equals(await readFile(join(folder, dirname(playlist), file)))).toBe(true)
}
