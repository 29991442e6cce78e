import { open, rename, rm, type FileHandle } from 'node:fs/promises'

const BUFFERED_CHARACTERS = 65_536

/** A file that is written in pieces, whole or not at all: it has another name until it is finished. */
export class PieceFile {
  readonly #path: string
  readonly #handle: FileHandle
  #pieces: string[] = []
  #bufferedCharacters = 0

  private constructor(path: string, handle: FileHandle) {
    this.#path = path
    this.#handle = handle
  }

  static async create(path: string): Promise<PieceFile> {
    return new PieceFile(path, await open(partialPath(path), 'w'))
  }

  async write(piece: string): Promise<void> {
    this.#pieces.push(piece)
    this.#bufferedCharacters += piece.length
    if (this.#bufferedCharacters >= BUFFERED_CHARACTERS) await this.#flush()
  }

  /** Gives it its name, in place of what had it. */
  async finish(): Promise<void> {
    await this.#flush()
    await this.#handle.sync()
    await this.#handle.close()
    await rename(partialPath(this.#path), this.#path)
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#handle.close()
    await rm(partialPath(this.#path), { force: true })
  }

  async #flush(): Promise<void> {
    const text = this.#pieces.join('')
    this.#pieces = []
    this.#bufferedCharacters = 0
    await this.#handle.writeFile(text) // goes on where the last one ended
  }
}

function partialPath(path: string): string {
  return `${path}.part`
}
