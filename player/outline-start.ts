import { outlineText } from '../protocol/outline.ts'
import { reachesFor } from '../simulation/video-start.ts'
import { fetchApart } from './fetch-apart.ts'
import { refusalOf } from './api.ts'

/** `outline.json` has a segment a line: its start is read as it comes, and no more of it than a run needs. */
export class OutlineStart {
  readonly #seconds: number
  #text = ''
  #isCut = false

  /** For runs of so many seconds. */
  constructor(seconds: number) {
    this.#seconds = seconds
  }

  /** The next piece of the file; true once that is enough. */
  add(piece: string): boolean {
    const from = Math.max(0, this.#text.lastIndexOf('\n') + 1)
    this.#text += piece
    const end = this.#endOfEnough(from)
    if (end === undefined) return false
    this.#text = this.#text.slice(0, end)
    this.#isCut = true
    return true
  }

  /** The outline of what came: as it was, or with an end of its own. */
  text(): string {
    return this.#isCut ? this.#text + outlineText.end : this.#text
  }

  /** Behind the segment that begins late enough, without the comma between two; undefined: none has come. */
  #endOfEnough(from: number): number | undefined {
    for (let start = from; ;) {
      const end = this.#text.indexOf('\n', start)
      if (end < 0) return undefined
      const line = this.#text.slice(start, end).replace(/,$/, '')
      if (line.startsWith('["') && reachesFor(startOf(line), this.#seconds)) return start + line.length
      start = end + 1
    }
  }
}

/** Of a segment's row (protocol/outline-rows.ts); NaN of anything else. */
function startOf(line: string): number {
  const fields = /^\["[^"]*",\d+,([\d.e+-]+),/.exec(line)
  return Number(fields?.[1])
}

/** The outline at this address as text, cut off behind what a run of so many seconds needs: a film's is read no further.
 *  Throws RequestError. */
export async function fetchOutlineStart(address: string, seconds: number): Promise<string> {
  const response = await fetchApart(address)
  if (!response.ok || response.body === null) throw await refusalOf(response)
  const start = new OutlineStart(seconds)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (!start.add(piece.value)) continue
    await reader.cancel()
    break
  }
  return start.text()
}
