/** Cuts text that comes in any pieces into lines; a line longer than the bound is a fault of who sends it. */
export class LineReader {
  readonly #mostCharacters: number
  readonly #onLine: (line: string) => void
  #rest = ''

  constructor(mostCharacters: number, onLine: (line: string) => void) {
    this.#mostCharacters = mostCharacters
    this.#onLine = onLine
  }

  /** Whether all is within the bound. */
  add(text: string): boolean {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#onLine(line)
    return this.#rest.length <= this.#mostCharacters
  }
}
