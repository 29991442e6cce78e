type HeldDatagram = {
  readonly kind: 'rtp' | 'rtcp'
  readonly trackIndex: number
  readonly datagram: Uint8Array
  readonly atMs: number // when it came
}

const MAX_HELD = 8192 // some seconds; what comes then is lost

/** What comes between PLAY and its answer, by which it is understood: RTP may overtake RTSP. Holds from the start. */
export class HeldDatagrams {
  #held: HeldDatagram[] | undefined = []

  /** From now on. */
  hold(): void {
    this.#held ??= []
  }

  /** False: it is to be taken now. */
  keeps(kind: HeldDatagram['kind'], trackIndex: number, datagram: Uint8Array, atMs: number): boolean {
    if (this.#held === undefined) return false
    if (this.#held.length < MAX_HELD) this.#held.push({ kind, trackIndex, datagram, atMs })
    return true
  }

  /** Gives what is held, in its order; what comes from now on is not. */
  release(): readonly HeldDatagram[] {
    const held = this.#held ?? []
    this.#held = undefined
    return held
  }
}
