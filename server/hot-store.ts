import { LRUCache } from 'lru-cache'

export type Sized = { readonly sizeBytes: number }

/** Room for one that is still being read. */
export type ReservedPlace<Held> = {
  /** Now it is there. */
  fill(held: Held): void
  /** It does not come. */
  giveUp(): void
}

/** An empty one takes a place, too. */
function bytesOf({ sizeBytes }: Sized): number {
  return Math.max(1, sizeBytes)
}

const MOST_PASSED_OVER = 256 // of those in use, while room is looked for

/** What is kept in memory, up to a bound that counts everything: what is held, what is being read, and what has been let
 *  go of but is still on its way to somebody. The least recently used that nobody is using makes room. */
export class HotStore<Held extends Sized> {
  readonly #maxBytes: number
  readonly #largestBytes: number
  readonly #held: LRUCache<string, Held>
  readonly #askedOnce: LRUCache<string, true> // names and sizes of what is not held: as many bytes as the store has
  readonly #users = new Map<Held, number>()
  #bytes = 0

  /** `maxBytes` 0 keeps nothing. `largestBytes` is of one. */
  constructor({ maxBytes, largestBytes }: { readonly maxBytes: number; readonly largestBytes: number }) {
    this.#maxBytes = maxBytes
    this.#largestBytes = Math.min(largestBytes, maxBytes)
    const maxSize = Math.max(1, maxBytes) // 0 would be: without a bound
    this.#held = new LRUCache({ maxSize, sizeCalculation: (held) => bytesOf(held) })
    this.#askedOnce = new LRUCache({ maxSize })
  }

  /** Of all that is in memory for it. */
  get bytes(): number {
    return this.#bytes
  }

  find(key: string): Held | undefined {
    return this.#held.get(key)
  }

  /** Whether it is asked for again, not long after the first time: within as many bytes of other things as the store
   *  holds. So a scan through a large library displaces nothing. */
  isAskedAgain(key: string, sizeBytes: number): boolean {
    if (sizeBytes > this.#largestBytes) return false
    if (this.#askedOnce.delete(key)) return true
    this.#askedOnce.set(key, true, { size: bytesOf({ sizeBytes }) })
    return false
  }

  /** Undefined: it is too large, or what is in use leaves no room. */
  reserve(key: string, sizeBytes: number): ReservedPlace<Held> | undefined {
    if (sizeBytes > this.#largestBytes || !this.#makeRoom(sizeBytes)) return undefined
    const bytes = bytesOf({ sizeBytes })
    this.#bytes += bytes
    return {
      fill: (held) => {
        this.remove(key)
        this.#held.set(key, held)
      },
      giveUp: () => void (this.#bytes -= bytes),
    }
  }

  remove(key: string): void {
    const held = this.#held.peek(key)
    if (held === undefined) return
    this.#held.delete(key)
    if (!this.#users.has(held)) this.#bytes -= bytesOf(held)
  }

  /** Its bytes count until what this gives is called, once, whether it is held so long or not. */
  use(key: string, held: Held): () => void {
    this.#users.set(held, (this.#users.get(held) ?? 0) + 1)
    return () => {
      const others = (this.#users.get(held) ?? 1) - 1
      if (others > 0) return void this.#users.set(held, others)
      this.#users.delete(held)
      if (this.#held.peek(key) !== held) this.#bytes -= bytesOf(held)
    }
  }

  #makeRoom(sizeBytes: number): boolean {
    let missingBytes = this.#bytes + bytesOf({ sizeBytes }) - this.#maxBytes
    if (missingBytes <= 0) return true
    const going: string[] = []
    let passedOver = 0
    for (const key of this.#held.rkeys()) {
      if (missingBytes <= 0 || passedOver === MOST_PASSED_OVER) break
      const held = this.#held.peek(key)
      if (held === undefined || this.#users.has(held)) {
        passedOver += 1
        continue
      }
      going.push(key)
      missingBytes -= bytesOf(held)
    }
    if (missingBytes > 0) return false // nothing goes in vain
    for (const key of going) this.remove(key)
    return true
  }
}
