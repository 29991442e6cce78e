/** A list of the newest items: at most `limit` of them, and never less than half of that once there were so many. */
export class NewestList<Item> {
  readonly #limit: number
  readonly #items: Item[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** In the order in which they were added. */
  get items(): readonly Item[] {
    return this.#items
  }

  add(item: Item): void {
    this.#items.push(item)
    // Half at a time: what one would cost for each would be paid for half of them at once.
    if (this.#items.length > this.#limit) this.#items.splice(0, Math.ceil(this.#limit / 2))
  }
}
