/** Decode times for pictures that come in decode order and tell only when they are shown: the k-th is decoded `reorderFrames`
 *  intervals before the k-th shown, as encoders do it. A picture is given when so many more have come. */
export class DecodeTimes<Picture extends { readonly ptsTicks: number }> {
  readonly #reorderFrames: number
  readonly #intervalTicks: number
  readonly #waiting: Picture[] = [] // in decode order
  readonly #shown: number[] = [] // presentation times in order, not yet used up
  #lastTicks = -Infinity

  constructor(reorderFrames: number, intervalTicks: number) {
    this.#reorderFrames = reorderFrames
    this.#intervalTicks = intervalTicks
  }

  push(picture: Picture): (Picture & { readonly dtsTicks: number })[] {
    this.#waiting.push(picture)
    let place = this.#shown.length
    while (place > 0 && (this.#shown[place - 1] as number) > picture.ptsTicks) place -= 1
    this.#shown.splice(place, 0, picture.ptsTicks)
    return this.#waiting.length > this.#reorderFrames ? [this.#take()] : []
  }

  finish(): (Picture & { readonly dtsTicks: number })[] {
    return Array.from({ length: this.#waiting.length }, () => this.#take())
  }

  /** After a loss a picture may be shown earlier than the rule says; it is never decoded after that, and times only rise
   *  as far as that allows. */
  #take(): Picture & { readonly dtsTicks: number } {
    const picture = this.#waiting.shift() as Picture
    const shownTicks = this.#shown.shift() as number
    const wanted = Math.max(shownTicks - this.#reorderFrames * this.#intervalTicks, this.#lastTicks + 1)
    const dtsTicks = Math.min(wanted, picture.ptsTicks)
    this.#lastTicks = dtsTicks
    return { ...picture, dtsTicks }
  }
}
