/** The ways of a viewer whose network may block some of them; those of RTP are set up by RTSP. */
export type FallbackWay = 'rtp-udp' | 'rtp-tcp' | 'hls'

/** Why a way was given up: its set-up heard nothing, it was set up and nothing came, what came ceased, it was refused. */
export type LeftBecause = 'no-answer' | 'no-packets' | 'silence' | 'refused'

/** What became of one way; moments count from the wish to play, in milliseconds. */
export type FallbackTry = {
  readonly way: FallbackWay
  readonly startMs: number
  readonly answeredMs?: number // PLAY, RFC 2326 section 10.5
  readonly firstPacketMs?: number
  readonly pictureMs?: number
  readonly leftMs?: number
  readonly leftBecause?: LeftBecause
}

/** How long each thing is waited for, in milliseconds. */
export type FallbackBounds = {
  readonly hearMs: number // anything of a set-up: longer than any round trip, shorter than a viewer's patience
  readonly hearAgainMs: number // the same, of a way after one whose set-up was not answered: a lost packet, or none comes
  readonly firstPacketMs: number // after the answer to PLAY, which it follows at once
  readonly silenceMs: number // between two packets, while playing
}

/** By these a picture comes over RTP in TCP within 2 s where UDP is blocked, and over HLS within 4 s where RTSP is, too. */
export const defaultFallbackBounds: FallbackBounds = {
  hearMs: 1250,
  hearAgainMs: 500,
  firstPacketMs: 750,
  silenceMs: 3000,
}

/** Which way is tried, and when the next one is: told what comes, it says by when `look` has to be called. The last way is
 *  never left. A moment is a civil or monotonic one of whoever tells it. */
export class Fallback {
  readonly #ways: readonly FallbackWay[]
  readonly #bounds: FallbackBounds
  readonly #askedMs: number
  readonly #tries: FallbackTry[] = []
  #heardMs: number // of the way that is tried now: the newest thing
  #hasHeard = false // anything of it
  #isStill = false

  constructor(ways: readonly FallbackWay[], askedMs: number, bounds = defaultFallbackBounds) {
    if (ways.length === 0) throw new RangeError('expected at least one way')
    this.#ways = ways
    this.#bounds = bounds
    this.#askedMs = this.#heardMs = askedMs
    this.#begin(askedMs)
  }

  get way(): FallbackWay {
    return this.#current.way
  }

  /** All that have been tried, the current one last. */
  get tries(): readonly FallbackTry[] {
    return this.#tries
  }

  /** `Infinity`: the way stays whatever happens. */
  get deadlineMs(): number {
    if (this.#isLast || this.#isStill) return Infinity
    const { answeredMs, firstPacketMs } = this.#current
    if (answeredMs === undefined) return this.#heardMs + this.#hearMs
    if (firstPacketMs === undefined) return this.#askedMs + answeredMs + this.#bounds.firstPacketMs
    return this.#heardMs + this.#bounds.silenceMs
  }

  /** Something of the set-up: its connection stands, a request was answered. */
  heard(atMs: number): void {
    this.#hasHeard = true
    this.#heardMs = atMs
  }

  /** The answer to PLAY. */
  answered(atMs: number): void {
    this.#heardMs = atMs
    if (this.#current.answeredMs === undefined) this.#note({ answeredMs: atMs - this.#askedMs })
  }

  /** Of media; it may overtake the answer, or be read before it. */
  packet(atMs: number): void {
    this.answered(atMs)
    if (this.#current.firstPacketMs === undefined) this.#note({ firstPacketMs: atMs - this.#askedMs })
  }

  picture(atMs: number): void {
    if (this.#current.pictureMs === undefined) this.#note({ pictureMs: atMs - this.#askedMs })
  }

  /** While it is paused, or over, silence means nothing. */
  setStill(isStill: boolean, atMs: number): void {
    this.#isStill = isStill
    this.#heardMs = atMs
  }

  /** True when the next way is to begin now. */
  look(atMs: number): boolean {
    return atMs >= this.deadlineMs && this.#leave(this.#silentBecause, atMs)
  }

  /** The way does not play: true when there is another, to begin now. */
  refused(atMs: number): boolean {
    return !this.#isLast && this.#leave('refused', atMs)
  }

  get #hearMs(): number {
    const { hearMs, hearAgainMs } = this.#bounds
    const before = this.#tries.at(-2)
    return before?.leftBecause === 'no-answer' && !this.#hasHeard ? hearAgainMs : hearMs
  }

  get #silentBecause(): LeftBecause {
    const { answeredMs, firstPacketMs } = this.#current
    if (answeredMs === undefined) return 'no-answer'
    return firstPacketMs === undefined ? 'no-packets' : 'silence'
  }

  get #current(): FallbackTry {
    return this.#tries.at(-1) as FallbackTry
  }

  get #isLast(): boolean {
    return this.#tries.length === this.#ways.length
  }

  #leave(leftBecause: LeftBecause, atMs: number): true {
    this.#note({ leftMs: atMs - this.#askedMs, leftBecause })
    this.#begin(atMs)
    return true
  }

  #begin(atMs: number): void {
    const way = this.#ways[this.#tries.length] as FallbackWay
    this.#heardMs = atMs
    this.#hasHeard = false
    this.#isStill = false
    this.#tries.push({ way, startMs: atMs - this.#askedMs })
  }

  #note(facts: Partial<FallbackTry>): void {
    this.#tries[this.#tries.length - 1] = { ...this.#current, ...facts }
  }
}
