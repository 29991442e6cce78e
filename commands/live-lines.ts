import { CLEAR_LINE } from './terminal.ts'

/** ECMA-48: to the first column, so many lines up. */
const up = (lines: number): string => (lines === 0 ? '\r' : `\r\x1b[${lines}A`)
/** ECMA-48: erase from here to the end of the screen. */
const ERASE_BELOW = '\x1b[J'

type Terminal = { readonly columns?: number; write(text: string): unknown }

/** Lines at the bottom of a terminal that are drawn anew in their place. */
export class LiveLines {
  readonly #terminal: Terminal
  #drawn = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  /** Each is cut to the terminal's width: one that were broken would be two. */
  draw(lines: readonly string[]): void {
    const width = Math.max(1, (this.#terminal.columns ?? 80) - 1)
    const text = lines.map((line) => `${CLEAR_LINE}${[...line].slice(0, width).join('')}`).join('\n')
    const rest = lines.length < this.#drawn ? ERASE_BELOW : ''
    this.#terminal.write(`${this.#toTop()}${text}${rest}`)
    this.#drawn = lines.length
  }

  /** Nothing of them is left. */
  clear(): void {
    if (this.#drawn > 0) this.#terminal.write(`${this.#toTop()}${ERASE_BELOW}`)
    this.#drawn = 0
  }

  #toTop(): string {
    return up(Math.max(0, this.#drawn - 1))
  }
}
