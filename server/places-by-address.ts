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
    const taken = this.#taken.get(address) ?? 0
    if (taken >= this.#limit) {
      throw new Refusal('too-many-requests', `expected at most ${this.#limit} ${this.#what}`, { 'Retry-After': '10' })
    }
    this.#taken.set(address, taken + 1)
    let isTaken = true
    return () => {
      if (isTaken) this.#free(address)
      isTaken = false
    }
  }

  #free(address: string): void {
    const left = (this.#taken.get(address) ?? 1) - 1
    if (left === 0) this.#taken.delete(address)
    else this.#taken.set(address, left)
  }
}
