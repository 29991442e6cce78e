import { Refusal } from './refusal.ts'

/** How many of something one address may have at once. */
export class PlacesByAddress {
  readonly #limit: number
  readonly #what: string
  readonly #taken = new Map<string, number>()

  /** `what` is what a refusal calls them, such as "records at once". */
  constructor(limit: number, what: string) {
    this.#limit = limit
    this.#what = what
  }

  /** Gives what frees the place again; called more than once it does so once. Throws `too-many-requests`. */
  take(address: string): () => void {
    const free = this.takeIfFree(address)
    if (free === undefined) throw this.refusal()
    return free
  }

  /** The same; undefined where there is none. */
  takeIfFree(address: string): (() => void) | undefined {
    const taken = this.#taken.get(address) ?? 0
    if (taken >= this.#limit) return undefined
    this.#taken.set(address, taken + 1)
    let isTaken = true
    return () => {
      if (isTaken) this.#free(address)
      isTaken = false
    }
  }

  refusal(): Refusal {
    return new Refusal('too-many-requests', `expected at most ${this.#limit} ${this.#what}`, { 'Retry-After': '10' })
  }

  #free(address: string): void {
    const left = (this.#taken.get(address) ?? 1) - 1
    if (left === 0) this.#taken.delete(address)
    else this.#taken.set(address, left)
  }
}
