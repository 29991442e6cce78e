const MUCH_SHORTER_MS = 1 // a round trip: a clock that jumps about by less than what it is off by helps nobody

/** The server's clock, measured by what it says in answers: it said so in the middle of the round trip, and is known to half
 *  of that. The shortest round trip counts. */
export class ServerClock {
  #roundTripMs = Infinity
  /** By how much it is ahead of ours, to half a round trip. */
  offsetMs = 0

  /** An answer that was asked for at `sentMs` and came at `receivedMs`. Whether the clock is better known now. */
  note(sentMs: number, receivedMs: number, serverUnixMs: number): boolean {
    const roundTripMs = receivedMs - sentMs
    if (roundTripMs > this.#roundTripMs - MUCH_SHORTER_MS) return false
    this.#roundTripMs = roundTripMs
    this.offsetMs = serverUnixMs - (sentMs + receivedMs) / 2
    return true
  }

  /** Civil time by the server's clock, to half a round trip. */
  unixMs(atMs: number): number {
    return atMs + this.offsetMs
  }
}
