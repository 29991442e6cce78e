import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ByteRange } from '../protocol/mpeg-ts-keyframe.ts'
import { listedFiles, namedPlaylists, playlistOverOneFile, withNamesOf } from '../protocol/single-file-playlist.ts'
import { FMP4_MASTER, MASTER, singleFileName } from './segment-kind.ts'
import { writeByRename } from './write-by-rename.ts'

const READ_BYTES = 2 ** 20 // at once: each read is a trip to another thread

/** What all segments of a kind are in one: a transport stream, an MP4, a stream of ADTS frames. Text stays in files of its own,
 *  for it would not be a text any more. */
const joined: Readonly<Record<string, string>> = { '.ts': 'single.ts', '.m4s': 'single.mp4', '.aac': 'single.aac' }

type Places = ReadonlyMap<string, ByteRange> // by the name of a segment
type SingleFile = { readonly name: string; readonly places: Places }

/** Adds to a complete package one file for each variant and each sound, with all of its segments in their order, and playlists
 *  that list ranges of it: `<variant>/single.ts` and `index-single.m3u8`, `master-single.m3u8`; of fragmented MP4 `single.mp4`,
 *  `fmp4-single.m3u8` and `master-fmp4-single.m3u8`. Each is there at once. Rejects with the file system's error, or with the
 *  signal's reason. */
export async function writeSingleFiles(folder: string, signal?: AbortSignal): Promise<void> {
  const joining = new Joining(folder, signal)
  for (const name of [MASTER, FMP4_MASTER]) {
    const multivariant = await readText(join(folder, name))
    if (multivariant === undefined) continue
    const renamed = new Map<string, string>()
    for (const uri of namedPlaylists(multivariant)) renamed.set(uri, await joining.playlist(uri))
    const text = withNamesOf(multivariant, (uri) => renamed.get(uri) ?? uri)
    await writeByRename(join(folder, singleFileName(name)), text)
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/** What several playlists list is joined once: a variant's keyframes are listed behind it, and lie in the same file. */
class Joining {
  readonly #folder: string
  readonly #signal: AbortSignal | undefined
  readonly #written = new Map<string, SingleFile>() // by its path

  constructor(folder: string, signal: AbortSignal | undefined) {
    this.#folder = folder
    this.#signal = signal
  }

  /** Gives the name of the media playlist over one file, or the given one where there is none. */
  async playlist(uri: string): Promise<string> {
    const folder = join(this.#folder, dirname(uri))
    const text = await readFile(join(this.#folder, uri), 'utf8')
    const file = await this.#singleFile(folder, listedFiles(text))
    if (file === undefined) return uri
    await writeByRename(join(this.#folder, singleFileName(uri)), playlistOverOneFile(text, file.name, file.places))
    return singleFileName(uri)
  }

  async #singleFile(folder: string, names: readonly string[]): Promise<SingleFile | undefined> {
    const name = joined[extname(names.at(-1) ?? '')]
    if (name === undefined) return undefined
    const path = join(folder, name)
    const written = this.#written.get(path) ?? { name, places: await joinFiles(folder, names, path, this.#signal) }
    this.#written.set(path, written)
    return written
  }
}

/** Writes the files of a folder into one, and gives where in it each of them lies. */
async function joinFiles(
  folder: string,
  names: readonly string[],
  path: string,
  signal: AbortSignal | undefined,
): Promise<Places> {
  const places = new Map<string, ByteRange>()
  const bytesOfAll = async function* (): AsyncGenerator<Uint8Array> {
    let offsetBytes = 0
    for (const name of names) {
      let sizeBytes = 0
      for await (const piece of createReadStream(join(folder, name), { highWaterMark: READ_BYTES })) {
        sizeBytes += (piece as Uint8Array).length
        yield piece as Uint8Array
      }
      places.set(name, { offsetBytes, sizeBytes })
      offsetBytes += sizeBytes
    }
  }
  try {
    await pipeline(bytesOfAll(), createWriteStream(`${path}.tmp`), { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
  await rename(`${path}.tmp`, path)
  return places
}
