/** The newest of many in their order: at least `limit` once there were so many, and never a quarter more. */
export class Newest<Item> {
  readonly #limit: number
  readonly #items: Item[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  get items(): readonly Item[] {
    return this.#items
  }

  push(item: Item): void {
    this.#items.push(item)
    const extra = this.#items.length - this.#limit
    if (extra > this.#limit / 4) this.#items.splice(0, extra) // seldom: moving all for each would cost
  }

  /** Takes out the newest that fits. */
  takeLast(fits: (item: Item) => boolean): Item | undefined {
    const place = this.#items.findLastIndex(fits)
    return place < 0 ? undefined : this.#items.splice(place, 1)[0]
  }
}
