import type { FecFigures, Reception } from '../protocol/weir-api.ts'
import type { MulticastSink } from './multicast-sink.ts'
import { Playout, type PlayoutOptions, type PlayoutStart, type SessionPlayout } from './playout.ts'
import type { PlayoutTrack } from './playout-tracks.ts'
import { plainAddress } from './plain-address.ts'
import { ReceptionLog } from './reception-log.ts'

export type StreamOptions = Omit<PlayoutOptions, 'sink' | 'newReportRandom' | 'onEnded' | 'onFailed' | 'presentation'> &
  Pick<PlayoutOptions, 'presentation'> & {
    readonly openSink: (stream: MulticastStream) => Promise<MulticastSink>
    /** A receiver report said so. */
    readonly onReception: (reception: Reception) => void
    /** The last viewer has left. */
    readonly onEmpty: () => void
  }

/** Who watches a stream. */
export type Seat = {
  readonly address: string
  readonly onAlive: () => void
  readonly onFailed: (error: Error) => void
}

/** One presentation on its way to a group, for all its viewers: played while one of them plays. Who comes later joins where
 *  it is. */
export class MulticastStream {
  readonly #options: StreamOptions
  readonly #seats = new Map<Seat, { isPlaying: boolean }>()
  readonly #receptions = new Map<string, ReceptionLog>() // by the viewers' address: whose a report is, nobody can say
  #sink: MulticastSink | undefined
  #playout: Playout | undefined
  #start: Promise<PlayoutStart> | undefined // of the play that is under way or being answered

  private constructor(options: StreamOptions) {
    this.#options = options
  }

  /** Rejects when there is no way to the group. */
  static async open(options: StreamOptions): Promise<MulticastStream> {
    const stream = new MulticastStream(options)
    const sink = await options.openSink(stream)
    stream.#sink = sink
    stream.#playout = new Playout({
      ...options,
      sink,
      onEnded: () => void (stream.#start = undefined),
      onFailed: (error) => [...stream.#seats.keys()].forEach((seat) => seat.onFailed(error)),
    })
    return stream
  }

  get tracks(): readonly PlayoutTrack[] {
    return this.#playout?.tracks ?? []
  }

  get viewers(): number {
    return this.#seats.size
  }

  get sink(): MulticastSink {
    return this.#sink as MulticastSink
  }

  /** Somebody's report to the group, unless it is our own: whoever has that address is there. */
  takeRtcp(datagram: Uint8Array, address: string): void {
    const ssrc = datagram.length < 8 ? 0 : new DataView(datagram.buffer, datagram.byteOffset).getUint32(4)
    if (this.tracks.some((track) => track.ssrc === ssrc)) return
    this.#receptions.get(plainAddress(address))?.take(datagram, this.#options.timer.nowMs())
  }

  /** What is said by those at the address of somebody who has joined. */
  receptionsOf(address: string): ReceptionLog {
    const place = plainAddress(address)
    const known = this.#receptions.get(place)
    if (known !== undefined) return known
    const { timer, onReception } = this.#options
    const onAlive = (): void => this.#seatsAt(place).forEach((seat) => seat.onAlive())
    const log = new ReceptionLog({ timer, tracks: () => this.tracks, onAlive, onReception })
    this.#receptions.set(place, log)
    return log
  }

  /** A viewer's share of the stream. */
  join(seat: Seat): SessionPlayout {
    const place = { isPlaying: false }
    this.#seats.set(seat, place)
    this.receptionsOf(seat.address)
    const position = (): number => this.#playout?.positionSeconds ?? 0
    const parity = (): FecFigures | undefined => this.#playout?.parity
    return {
      tracks: this.tracks,
      get positionSeconds() {
        return position()
      },
      get parity() {
        return parity()
      },
      play: async (startSeconds, beforeFirstPacket) => {
        place.isPlaying = true // from the wish on: another who leaves meanwhile must not stop it
        try {
          return await this.#play(startSeconds, beforeFirstPacket)
        } catch (error) {
          place.isPlaying = false
          throw error
        }
      },
      pause: () => {
        place.isPlaying = false
        this.#pauseIfAlone()
        return { positionSeconds: position() }
      },
      close: () => this.#leave(seat),
    }
  }

  /** Only who finds it at rest says where it begins, and not of a loop; a reply tells everybody where it is. A start that
   *  fails, for its viewer has gone, is the next one's to make. */
  async #play(
    startSeconds: number | undefined,
    beforeFirstPacket: ((start: PlayoutStart) => Promise<void>) | undefined,
  ): Promise<PlayoutStart> {
    const playout = this.#playout as Playout
    if (this.#start === undefined) {
      const starting = playout.play(this.#options.isLooped === true ? undefined : startSeconds, beforeFirstPacket)
      this.#start = starting
      starting.catch(() => {
        if (this.#start === starting) this.#start = undefined
      })
      return starting
    }
    const hasStarted = await this.#start.then(
      () => true,
      () => false,
    )
    if (!hasStarted) return this.#play(startSeconds, beforeFirstPacket)
    const { positionSeconds, durationSeconds } = playout
    const joined = { startSeconds: positionSeconds, durationSeconds, tracks: [] }
    await beforeFirstPacket?.(joined)
    return joined
  }

  #pauseIfAlone(): void {
    if ([...this.#seats.values()].some(({ isPlaying }) => isPlaying)) return
    this.#playout?.pause()
    this.#start = undefined
  }

  #seatsAt(place: string): Seat[] {
    return [...this.#seats.keys()].filter(({ address }) => plainAddress(address) === place)
  }

  #leave(seat: Seat): void {
    if (!this.#seats.delete(seat)) return
    const place = plainAddress(seat.address)
    if (this.#seatsAt(place).length === 0) this.#receptions.delete(place)
    if (this.#seats.size > 0) return this.#pauseIfAlone()
    this.close()
    this.#options.onEmpty()
  }

  close(): void {
    this.#playout?.close()
    this.#sink?.close()
    this.#options.presentation.close()
  }
}
