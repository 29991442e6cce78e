import type { LinkNotice } from '../protocol/weir-api.ts'

const CALM_MS = 500

/** Who drags a slider changes a link many times a second: of each link, one `link-changed` at once, then one for all that
 *  follow within half a second. So the log, which keeps the newest events only, does not lose the library's. */
export class LinkNotices {
  readonly #tell: (notice: LinkNotice) => void
  readonly #calming = new Map<string, { hasMore: boolean; readonly timer: NodeJS.Timeout }>() // by link

  constructor(tell: (notice: LinkNotice) => void) {
    this.#tell = tell
  }

  add(notice: LinkNotice): void {
    if (notice.kind !== 'link-changed') return this.#tell(notice)
    const calming = this.#calming.get(notice.id)
    if (calming !== undefined) {
      calming.hasMore = true
      return
    }
    this.#tell(notice)
    const timer = setTimeout(() => this.#calmed(notice), CALM_MS).unref()
    this.#calming.set(notice.id, { hasMore: false, timer })
  }

  close(): void {
    for (const { timer } of this.#calming.values()) clearTimeout(timer)
  }

  #calmed(notice: LinkNotice): void {
    const hasMore = this.#calming.get(notice.id)?.hasMore === true
    this.#calming.delete(notice.id)
    if (hasMore) this.add(notice)
  }
}
