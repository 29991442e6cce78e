const REDRAW_MS = 100 // ten times a second
const AFTERMATH_MS = 1500 // of the last that was told: what was held back then is drawn too

/** Draws what has changed, at most ten times a second, and only while somebody can see it. */
export class RedrawLoop {
  readonly #draw: (nowMs: number) => void
  readonly #timer: ReturnType<typeof setInterval>
  readonly #sight: IntersectionObserver
  #isInSight = false
  #isAsked = false
  #touchedMs = -Infinity

  constructor(host: Element, draw: (nowMs: number) => void) {
    this.#draw = draw
    this.#sight = new IntersectionObserver((seen) => {
      this.#isInSight = seen.at(-1)?.isIntersecting ?? false
    })
    this.#sight.observe(host)
    this.#timer = setInterval(() => this.#ask(), REDRAW_MS)
  }

  /** There is something new to draw. */
  touch(): void {
    this.#touchedMs = performance.now()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#sight.disconnect()
    this.#isInSight = false
  }

  #ask(): void {
    const isOld = performance.now() - this.#touchedMs > AFTERMATH_MS
    if (isOld || this.#isAsked || !this.#isInSight || document.hidden) return
    this.#isAsked = true
    requestAnimationFrame(() => {
      this.#isAsked = false
      if (this.#isInSight) this.#draw(performance.now())
    })
  }
}
