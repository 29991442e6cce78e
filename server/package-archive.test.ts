import { mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { archiveFiles, PackageArchive } from './package-archive.ts'

const SEGMENT_BYTES = 400_000

function makePackage(folder: string): string {
  const variant = join(folder, '720p')
  mkdirSync(variant)
  writeFileSync(join(folder, 'master.m3u8'), '#EXTM3U\n')
  writeFileSync(join(folder, '.scratch'), 'x')
  for (const name of ['0.ts', '1.ts']) writeFileSync(join(variant, name), Buffer.alloc(SEGMENT_BYTES, 0x47))
  return folder
}

function openFilesIn(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(join('/proc/self/fd', fd))
      return path.startsWith(folder) ? [path] : []
    } catch {
      return [] // the descriptor of the listing itself
    }
  })
}

test('archiveFiles names what is in a package, without scratch files', async (context) => {
  const folder = makePackage(temporaryFolder(context))
  expect((await archiveFiles(folder)).map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
    ['720p/0.ts', SEGMENT_BYTES],
    ['720p/1.ts', SEGMENT_BYTES],
    ['master.m3u8', 8],
  ])
})

test('an archive whose reader leaves keeps no file open', async (context) => {
  context.skip(process.platform !== 'linux', 'open files are counted in /proc')
  const folder = makePackage(temporaryFolder(context))
  const archive = new PackageArchive(await archiveFiles(folder), 'clip')
  let openWhileSent: string[] = []
  const reader = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (chunk.length < 1000) return done() // what stands before a file
      openWhileSent = openFilesIn(folder)
      reader.destroy() // it takes no more
    },
  })
  await expect(archive.sendTo(reader)).rejects.toThrow('Premature close')
  expect(openWhileSent).toHaveLength(1)
  await expect.poll(() => openFilesIn(folder)).toEqual([])
})

test('an archive of a package that has changed is cut off, not made up', async (context) => {
  const folder = makePackage(temporaryFolder(context))
  const archive = new PackageArchive(await archiveFiles(folder), 'clip')
  rmSync(join(folder, '720p/1.ts'))
  const chunks: Buffer[] = []
  const reader = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk)
      done()
    },
  })
  await expect(archive.sendTo(reader)).rejects.toThrow(/ENOENT/)
  expect(Buffer.concat(chunks).length).toBeLessThan(archive.sizeBytes)
})
