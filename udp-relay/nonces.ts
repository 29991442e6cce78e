import { randomBytes } from 'node:crypto'

export type NonceLimits = {
  readonly lifeMs: number
  readonly uses: number // of each
  readonly kept: number // at once: the oldest go
}

const defaultLimits: NonceLimits = { lifeMs: 3_600_000, uses: 10_000, kept: 10_000 }

type Nonce = { readonly issuedMs: number; uses: number; lastCount: number }

/** The nonces that were given out, each good for a while and for so many requests (RFC 7616 section 5.4). */
export class Nonces {
  readonly #limits: NonceLimits
  readonly #nowMs: () => number
  readonly #known = new Map<string, Nonce>() // in order of issue

  constructor(nowMs: () => number, limits: Partial<NonceLimits> = {}) {
    this.#nowMs = nowMs
    this.#limits = { ...defaultLimits, ...limits }
  }

  issue(): string {
    const nonce = randomBytes(16).toString('base64url')
    this.#known.set(nonce, { issuedMs: this.#nowMs(), uses: 0, lastCount: 0 })
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#limits.kept) break
      this.#known.delete(oldest)
    }
    return nonce
  }

  /** Takes one use of a nonce; to be asked only once the answer to it was found right. `count`, where the client counts, must
   *  rise: a request that is sent again by somebody else has an old one (section 3.4). */
  use(nonce: string, count: number | undefined): boolean {
    const known = this.#known.get(nonce)
    if (known === undefined) return false
    const { lifeMs, uses } = this.#limits
    if (this.#nowMs() - known.issuedMs > lifeMs || known.uses >= uses) {
      this.#known.delete(nonce)
      return false
    }
    if (count !== undefined && count <= known.lastCount) return false
    known.uses += 1
    known.lastCount = count ?? known.lastCount
    return true
  }
}
