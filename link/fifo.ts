/** First in, first out, as a ring that doubles when full: `Array.shift` moves every element of a long queue. */
export class Fifo<T> {
  #ring: (T | undefined)[] = new Array<T | undefined>(16).fill(undefined) // a power of two, so that `&` wraps
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  push(item: T): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = item
    this.#size += 1
  }

  peek(): T | undefined {
    return this.#ring[this.#head]
  }

  shift(): T | undefined {
    const item = this.#ring[this.#head]
    if (this.#size === 0) return undefined
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#ring.length - 1)
    this.#size -= 1
    return item
  }

  /** From the oldest to the newest. */
  *[Symbol.iterator](): Iterator<T> {
    for (let index = 0; index < this.#size; index += 1) {
      yield this.#ring[(this.#head + index) & (this.#ring.length - 1)] as T
    }
  }

  #grow(): void {
    const items = [...this]
    this.#ring = [...items, ...new Array<undefined>(items.length).fill(undefined)]
    this.#head = 0
  }
}
