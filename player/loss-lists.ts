import type { UdpProgress } from './udp-messages.ts'

const MAX_LISTED = 100_000

function append(list: number[], more: readonly number[]): void {
  list.push(...more)
  if (list.length > MAX_LISTED) list.splice(0, list.length - MAX_LISTED)
}

/** What was lost and what became of it, packet by packet and frame by frame: for tests and for the curious. */
export class LossLists {
  readonly #video: number[] = []
  readonly #audio: number[] = []
  readonly #damaged: number[] = []
  readonly #frozen: number[] = []

  add({ lostSequenceNumbers, damagedPtsTicks, frozenPtsTicks }: UdpProgress): void {
    append(this.#video, lostSequenceNumbers.video)
    append(this.#audio, lostSequenceNumbers.audio)
    append(this.#damaged, damagedPtsTicks)
    append(this.#frozen, frozenPtsTicks)
  }

  snapshot() {
    return {
      lostSequenceNumbers: { video: [...this.#video], audio: [...this.#audio] },
      damagedFrames: [...this.#damaged],
      frozenFrames: [...this.#frozen],
    }
  }
}
