/** The highest of the samples of the last `window`, kept as the best three (Nichols' filter, lib/win_minmax.c in Linux):
 *  a fixed handful of numbers instead of every sample. Time may be ms or rounds. */
export class WindowedMax {
  readonly #window: number
  #best = -Infinity
  #second = -Infinity
  #third = -Infinity
  #bestAt = -Infinity
  #secondAt = -Infinity
  #thirdAt = -Infinity

  constructor(window: number) {
    this.#window = window
  }

  /** -Infinity: no sample yet. */
  get highest(): number {
    return this.#best
  }

  add(value: number, at: number): void {
    if (value >= this.#best || at - this.#thirdAt > this.#window) return this.reset(value, at)
    if (value >= this.#second) {
      this.#setSecond(value, at)
      this.#setThird(value, at)
    } else if (value >= this.#third) {
      this.#setThird(value, at)
    }
    this.#forget(value, at)
  }

  reset(value: number, at: number): void {
    this.#best = value
    this.#bestAt = at
    this.#setSecond(value, at)
    this.#setThird(value, at)
  }

  /** The best is too old: the next takes its place. Else a fresh second and third are kept from each part of the window. */
  #forget(value: number, at: number): void {
    const age = at - this.#bestAt
    if (age > this.#window) {
      this.#promote(value, at)
      if (at - this.#bestAt > this.#window) this.#promote(value, at)
    } else if (this.#secondAt === this.#bestAt && age > this.#window / 4) {
      this.#setSecond(value, at)
      this.#setThird(value, at)
    } else if (this.#thirdAt === this.#secondAt && age > this.#window / 2) {
      this.#setThird(value, at)
    }
  }

  #promote(value: number, at: number): void {
    this.#best = this.#second
    this.#bestAt = this.#secondAt
    this.#setSecond(this.#third, this.#thirdAt)
    this.#setThird(value, at)
  }

  #setSecond(value: number, at: number): void {
    this.#second = value
    this.#secondAt = at
  }

  #setThird(value: number, at: number): void {
    this.#third = value
    this.#thirdAt = at
  }
}
