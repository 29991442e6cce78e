/** A row of records that are used again and again, found by their running number: first in, first out, and nothing is
 *  allocated for a packet. Who reads a slot keeps nothing of it: it is another packet's once `first` has passed. */
export class SlotRing<Slot> {
  readonly #newSlot: () => Slot
  #slots: Slot[]
  #mask = 15 // their number is a power of two, so that `&` wraps
  /** The oldest in use; the owner moves it on. */
  first = 0
  /** The one that `push` will give. */
  next = 0

  constructor(newSlot: () => Slot) {
    this.#newSlot = newSlot
    this.#slots = Array.from({ length: this.#mask + 1 }, newSlot)
  }

  push(): Slot {
    if (this.next - this.first > this.#mask) this.#grow()
    const slot = this.at(this.next)
    this.next += 1
    return slot
  }

  at(number: number): Slot {
    return this.#slots[number & this.#mask] as Slot
  }

  #grow(): void {
    const slots = Array.from({ length: 2 * this.#slots.length }, this.#newSlot)
    for (let number = this.first; number < this.next; number += 1) slots[number & (slots.length - 1)] = this.at(number)
    this.#slots = slots
    this.#mask = slots.length - 1
  }
}
