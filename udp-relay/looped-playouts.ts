import { FanOutSink } from './fan-out-sink.ts'
import { Playout, PlayoutRefusal, type PlayoutOptions, type PlayoutStart, type SessionPlayout } from './playout.ts'
import type { OpenPresentation } from './presentation-source.ts'
import type { SegmentCache } from './segment-cache.ts'
import type { SendTimer } from './send-timer.ts'

export type SeatOptions = Pick<
  PlayoutOptions,
  'presentation' | 'sink' | 'payload' | 'maxRtpBytes' | 'earlyMs' | 'fecGroupPackets' | 'onFailed'
>

type SharedByAll = {
  readonly segments: SegmentCache
  readonly timer: SendTimer
  readonly random: () => number
}

/** Videos that are played live, again and again: of each package, payload and packet size one sender, from which all
 *  viewers get the same packets with one SSRC and one sequence. It begins with its first viewer, plays the video again and
 *  again while anybody watches, and is forgotten with its last. */
export class LoopedPlayouts {
  readonly #shared: SharedByAll
  readonly #playouts = new Map<string, LoopedPlayout>()

  constructor(shared: SharedByAll) {
    this.#shared = shared
  }

  get count(): number {
    return this.#playouts.size
  }

  /** The presentation has to have ended; it is not closed. */
  takeSeat(options: SeatOptions): SessionPlayout {
    const { presentation, payload = 'h264', maxRtpBytes, earlyMs = 0, fecGroupPackets } = options
    const key = [presentation.packageKey, payload, maxRtpBytes, earlyMs, fecGroupPackets].join('\n')
    const playout =
      this.#playouts.get(key) ?? new LoopedPlayout(this.#shared, options, () => this.#playouts.delete(key))
    this.#playouts.set(key, playout)
    return playout.takeSeat(options)
  }
}

/** One sender of a video that is looped, and the seats of those who watch. */
class LoopedPlayout {
  readonly #fanOut = new FanOutSink()
  readonly #seats = new Set<SeatOptions>()
  readonly #playout: Playout
  readonly #timer: SendTimer
  readonly #onEmpty: () => void
  #starting: Promise<unknown> | undefined

  constructor({ segments, timer, random }: SharedByAll, options: SeatOptions, onEmpty: () => void) {
    const { payload = 'h264', maxRtpBytes, earlyMs = 0, fecGroupPackets } = options
    this.#timer = timer
    this.#onEmpty = onEmpty
    this.#seats.add(options)
    this.#playout = new Playout({
      presentation: this.#presentationOfAnySeat(options.presentation),
      segments,
      timer,
      random,
      payload,
      maxRtpBytes,
      earlyMs,
      fecGroupPackets,
      sink: this.#fanOut,
      isLooped: true,
      withAudio: true,
      onEnded: () => {},
      onFailed: (error) => {
        for (const seat of this.#seats) seat.onFailed(error)
      },
    })
  }

  takeSeat(seat: SeatOptions): SessionPlayout {
    this.#seats.add(seat)
    const playout = this.#playout
    return {
      tracks: playout.tracks,
      get positionSeconds() {
        return playout.positionSeconds
      },
      get parity() {
        return playout.parity
      },
      play: (_startSeconds, beforeFirstPacket) => this.#play(seat, beforeFirstPacket),
      pause: () => this.#pause(seat),
      close: () => this.#leave(seat),
    }
  }

  /** A seat's presentation is closed when its viewer goes; the others have the same package open. */
  #presentationOfAnySeat({ packageKey, title, variant }: OpenPresentation): OpenPresentation {
    const held = (): OpenPresentation => {
      const [seat] = this.#seats
      if (seat === undefined) throw new Error(`nobody watches ${packageKey}`)
      return seat.presentation
    }
    return {
      packageKey,
      title,
      variant,
      outline: () => held().outline(),
      readSegment: (index) => held().readSegment(index),
      close: () => {},
    }
  }

  /** The packets after those that the start tells are kept until `beforeFirstPacket` is through. Who waits for the start is
   *  a member already: it goes on for him when another leaves meanwhile. */
  async #play(
    seat: SeatOptions,
    beforeFirstPacket: ((start: PlayoutStart) => Promise<void>) | undefined,
  ): Promise<PlayoutStart> {
    const { sink } = seat
    const joins = !this.#fanOut.has(sink)
    if (joins) this.#fanOut.join(sink)
    try {
      if (!this.#playout.isPlaying) await this.#begin()
      if (!this.#fanOut.has(sink)) throw new PlayoutRefusal('superseded', 'a pause or the end came first')
      const start = this.#playout.position()
      await beforeFirstPacket?.(start)
      this.#fanOut.release(sink, this.#timer.nowMs())
      return start
    } catch (error) {
      if (joins) this.#pause(seat)
      throw error
    }
  }

  /** Once for all who come while its first segment is being read. */
  async #begin(): Promise<void> {
    this.#starting ??= this.#playout.play().finally(() => (this.#starting = undefined))
    await this.#starting
  }

  #pause({ sink }: SeatOptions): { readonly positionSeconds: number } {
    this.#fanOut.leave(sink)
    const { positionSeconds } = this.#playout
    if (this.#fanOut.memberCount === 0) this.#playout.pause()
    return { positionSeconds }
  }

  #leave(seat: SeatOptions): void {
    if (!this.#seats.has(seat)) return
    if (this.#seats.size === 1) this.#playout.close() // says goodbye to this last one
    this.#pause(seat)
    this.#seats.delete(seat)
    if (this.#seats.size === 0) this.#onEmpty()
  }
}
