import { readOutline, type Outline } from '../protocol/outline.ts'
import { fetchApart } from './fetch-apart.ts'

const GROWTH_MS = 10_000

type Shelved = { outline: Outline | undefined; fetchedMs: number }

/** The outlines of a package, each fetched when it is first asked for, and again now and then while the video grows. */
export class OutlineShelf {
  readonly #packageFolder: () => string
  readonly #onNews: () => void
  readonly #shelf = new Map<string, Shelved>()

  /** The folder's address ends without a slash; `onNews` is told when an outline has come. */
  constructor(packageFolder: () => string, onNews: () => void) {
    this.#packageFolder = packageFolder
    this.#onNews = onNews
  }

  /** What is known now. */
  readonly outlineOf = (variant: string): Outline | undefined => {
    const known = this.#shelf.get(variant)
    const isOld = known === undefined || (known.outline?.ended !== true && nowMs() - known.fetchedMs > GROWTH_MS)
    if (isOld) void this.#fetch(variant, known?.outline)
    return known?.outline
  }

  async #fetch(variant: string, before: Outline | undefined): Promise<void> {
    const shelved: Shelved = { outline: before, fetchedMs: nowMs() }
    this.#shelf.set(variant, shelved)
    const response = await fetchApart(`${this.#packageFolder()}/${encodeURIComponent(variant)}/outline.json`).catch(
      () => undefined,
    )
    if (!response?.ok) return // asked for again after a while
    const outline = readOutline(await response.text())
    if (!outline.ok) return
    shelved.outline = outline.value
    this.#onNews()
  }
}

function nowMs(): number {
  return performance.now()
}
