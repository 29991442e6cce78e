import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'

/** Who may use a run's own origins: the page that began it, and whoever sends no `Origin` and calls this machine by the name
 *  that the page uses (against DNS rebinding, as in gate.ts). */
export class WayGate {
  readonly #pageHost: string
  readonly #origins: readonly string[]

  /** `pageHost` as the page's own requests have it, port included; `publicUrl` where a proxy stands before us. */
  constructor(pageHost: string, publicUrl?: string) {
    this.#pageHost = new URL(`http://${pageHost}`).hostname
    const known = publicUrl === undefined ? [] : [new URL(publicUrl).origin]
    this.#origins = [`http://${pageHost}`, `https://${pageHost}`, ...known]
  }

  /** The `Origin` to be allowed, if one came. Throws `foreign-host`, `foreign-origin`. */
  check({ headers: { host = '', origin } }: Pick<IncomingMessage, 'headers'>): string | undefined {
    if (!URL.canParse(`http://${host}`) || new URL(`http://${host}`).hostname !== this.#pageHost) {
      throw new Refusal('foreign-host', `expected ${this.#pageHost}, got "${host}"`)
    }
    if (origin !== undefined && !this.#origins.includes(origin)) {
      throw new Refusal('foreign-origin', `expected the page that began this run, got "${origin}"`)
    }
    return origin
  }
}
