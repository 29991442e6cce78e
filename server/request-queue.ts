/** Requests of one connection in their order: first their bytes are on the uplink, then they wait at the server. */
export class RequestQueue<Request> {
  readonly #crossing: { readonly request: Request; bytesLeft: number }[] = []
  readonly #arrived: Request[] = []

  get isEmpty(): boolean {
    return this.#crossing.length === 0 && this.#arrived.length === 0
  }

  leave(request: Request, bytes: number): void {
    this.#crossing.push({ request, bytesLeft: bytes })
  }

  /** So many more bytes have come to the server, in order. */
  arrive(bytes: number): void {
    let left = bytes
    for (let first = this.#crossing[0]; first !== undefined && left > 0; first = this.#crossing[0]) {
      const ofFirst = Math.min(left, first.bytesLeft)
      left -= ofFirst
      first.bytesLeft -= ofFirst
      if (first.bytesLeft > 0) return
      this.#arrived.push(first.request)
      this.#crossing.shift()
    }
  }

  /** The next one that is whole. */
  take(): Request | undefined {
    return this.#arrived.shift()
  }

  all(): Request[] {
    return [...this.#arrived, ...this.#crossing.map(({ request }) => request)]
  }
}
