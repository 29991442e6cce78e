/** So many more bytes of one message have come; the last ones with `isWhole`. */
export type BytesArrived = (bytes: number, atMs: number, isWhole: boolean) => void

type Message = { leftBytes: number; readonly arrived: BytesArrived }

/** The messages under way in one direction of a connection, in order. */
export class ByteQueue {
  #messages: Message[] = []
  #first = 0 // of those that are not whole

  push(bytes: number, arrived: BytesArrived): void {
    const newest = this.#messages.at(-1)
    if (newest?.arrived === arrived && this.#first < this.#messages.length) newest.leftBytes += bytes
    else this.#messages.push({ leftBytes: bytes, arrived })
  }

  /** Who is told may push more. */
  arrive(bytes: number, atMs: number): void {
    let leftBytes = bytes
    while (leftBytes > 0) {
      const message = this.#messages[this.#first]
      if (message === undefined) return
      const taken = Math.min(leftBytes, message.leftBytes)
      leftBytes -= taken
      message.leftBytes -= taken
      const isWhole = message.leftBytes === 0
      if (isWhole) this.#forget()
      message.arrived(taken, atMs, isWhole)
    }
  }

  #forget(): void {
    this.#first += 1
    if (2 * this.#first < this.#messages.length) return
    this.#messages.splice(0, this.#first)
    this.#first = 0
  }
}
