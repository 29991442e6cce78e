import { createReadStream, type ReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

type ArchiveFile = { readonly name: string; readonly path: string; readonly sizeBytes: number; readonly mtime: Date }

/** A package as one ZIP archive, its files as they are: media does not get smaller. No more than one of them is open at a
 *  time, and none once the reader has gone. */
export class PackageArchive {
  readonly sizeBytes: number
  readonly #zip: ZipFile
  #open: ReadStream | undefined

  /** `files` is what `archiveFiles` gives; in the archive all of them stand in `folderName`. */
  constructor(files: readonly ArchiveFile[], folderName: string) {
    this.#zip = new ZipFile()
    for (const { name, path, sizeBytes, mtime } of files) {
      const options = { size: sizeBytes, mtime, compress: false }
      this.#zip.addReadStreamLazy(`${folderName}/${name}`, options, (open) => {
        this.#open = createReadStream(path)
        this.#open.on('error', (error) => this.#zip.emit('error', error))
        open(undefined, this.#open)
      })
    }
    this.sizeBytes = this.#end()
  }

  /** Rejects when a file is not as it was, or the reader leaves. */
  async sendTo(reader: Writable): Promise<void> {
    this.#zip.on('error', (error) => reader.destroy(error as Error))
    try {
      await pipeline(this.#zip.outputStream, reader)
    } finally {
      this.#open?.destroy()
    }
  }

  /** Known before a byte is read, as nothing is compressed. */
  #end(): number {
    let sizeBytes = -1
    const takeSize = (calculatedBytes: number): void => void (sizeBytes = calculatedBytes)
    this.#zip.end({ comment: '', forceZip64Format: false }, takeSize as () => void) // the types leave out what it is told
    return sizeBytes
  }
}

/** The files of a package in the order of their names, without scratch files. */
export async function archiveFiles(folder: string): Promise<readonly ArchiveFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const files = await Promise.all(
    paths.map(async (path) => {
      const { size: sizeBytes, mtime } = await stat(path)
      return { name: relative(folder, path).replaceAll(sep, '/'), path, sizeBytes, mtime }
    }),
  )
  return files.filter(({ name }) => !/(^|\/)\./.test(name)).toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
}
