import { setTimeout as delay } from 'node:timers/promises'
import { exp, ln } from '../link/exact-math.ts'
import type { ViewedSegment } from '../protocol/hls-playlist.ts'
import { ABANDON_CHECK_MS, type AbrRule } from '../stream/abr.ts'
import { newAbr } from '../stream/abr-rules.ts'
import { HlsViewer, type HlsWish, type SegmentWish } from '../stream/hls-viewer.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { SegmentPlayback, type PlayedSegment } from '../stream/segment-playback.ts'
import { GetFailure, type HttpGetter } from './http-get.ts'
import { CaptureDates } from './capture-dates.ts'
import { HlsSegments, type SegmentProgress } from './hls-segments.ts'
import { HlsSource, whyNot, type LoadedMedia, type SourceVariant } from './hls-source.ts'
import { isNear, LowLatencyPlay, type NearMedia } from './low-latency-play.ts'
import { SoundBeside } from './sound-beside.ts'

export type HlsClientOptions = {
  readonly url: URL // of a multivariant or media playlist
  readonly getter: HttpGetter
  readonly lists: HttpGetter // of lists whose reloads are held
  readonly abr: AbrRule
  readonly variant?: string | undefined // of `fixed`; absent: the best
  readonly ladder?: readonly string[] | undefined // the variants to choose from; absent: all
  readonly maxBufferSeconds?: number | undefined
  readonly forMs: number // from the wish to play on; Infinity: to the end
  readonly signal: AbortSignal // ends it early
  readonly tell: (event: ViewerEvent) => void // atMs: performance.now()
  /** What is known of a variant's segments beside their playlist, told once it is first used. */
  readonly knownOf?: ((variant: SourceVariant) => Promise<KnownVariant | undefined>) | undefined
}

/** By place in a list that has all from the beginning. */
export type KnownVariant = {
  readonly segments: readonly PlayedSegment[]
  readonly video?: { readonly framesPerSecond: number }
}

export type HlsEnd = { readonly reason: 'complete' | 'asked' | 'interrupted' | 'failed'; readonly why?: string }

/** What it looks like while it plays. */
export type HlsState = {
  readonly phase: 'starting' | 'playing' | 'stalled' | 'ended'
  readonly positionSeconds: number
  readonly bufferSeconds: number
  readonly variant?: string // that was asked for last
  readonly throughputBitsPerSecond?: number // of the newest segment
  readonly isLive: boolean
}

type NearPlay = { readonly media: NearMedia; readonly variant: SourceVariant }

const TICK_MS = 20
const DEFAULT_FRAMES_PER_SECOND = 30
const FIRST_FAILURES = 3 // of the first playlist

/** A viewer of HLS over real HTTP without a screen: what it asks for, and when, is decided by stream/hls-viewer.ts, as in
 *  virtual time. Never rejects but for our own mistakes. */
export class HlsClient {
  readonly #options: HlsClientOptions
  readonly #stop = new AbortController()
  readonly #askedMs = performance.now()
  readonly #segments: HlsSegments
  #playback: SegmentPlayback | undefined
  #viewer: HlsViewer | undefined
  #source: HlsSource | undefined
  #sound: SoundBeside | undefined
  readonly #media = new Map<number, LoadedMedia>() // by variant
  readonly #known = new Map<number, KnownVariant | undefined>()
  readonly #dates = new CaptureDates()
  #near: NearPlay | undefined // where it plays in parts
  #tooLate: NodeJS.Timeout | undefined
  #ladder: readonly SourceVariant[] = []
  #shown: number | undefined
  #throughputBitsPerSecond: number | undefined
  #areFramesKnown = true
  #framesPerSecond = DEFAULT_FRAMES_PER_SECOND
  #why: string | undefined

  constructor(options: HlsClientOptions) {
    this.#options = options
    this.#segments = new HlsSegments(options.getter, options.tell)
  }

  /** To the end, or as long as it was asked to. */
  async watch(): Promise<HlsEnd> {
    const { forMs, signal, tell } = this.#options
    tell({ kind: 'play-asked', atMs: this.#askedMs })
    const end = (): void => this.#stop.abort()
    signal.addEventListener('abort', end)
    if (forMs !== Infinity) this.#tooLate = setTimeout(end, Math.max(0, this.#askedMs + forMs - performance.now()))
    if (signal.aborted) end()
    const ticker = setInterval(() => this.#tick(), TICK_MS)
    try {
      const outcome = await this.#play()
      this.#tick()
      if (outcome !== undefined) return outcome
      return { reason: signal.aborted ? 'interrupted' : 'asked' }
    } finally {
      clearInterval(ticker)
      clearTimeout(this.#tooLate)
      signal.removeEventListener('abort', end)
    }
  }

  /** Of all segments so far; else they are taken as evenly spaced. */
  get areFramesKnown(): boolean {
    return this.#areFramesKnown
  }

  /** Of the first variant shown: as its outline or its FRAME-RATE tells, else 30. */
  get framesPerSecond(): number {
    return this.#framesPerSecond
  }

  state(): HlsState {
    const nowMs = performance.now()
    const playback = this.#playback
    const media = this.#media.values().next().value
    const name = this.#shown === undefined ? undefined : this.#ladder[this.#shown]?.name
    return {
      phase: this.#phase(nowMs),
      positionSeconds: (playback?.positionMs(nowMs) ?? 0) / 1000, // ms to s
      bufferSeconds: this.#bufferMs(nowMs) / 1000, // ms to s
      ...(name === undefined ? {} : { variant: name }),
      ...(this.#throughputBitsPerSecond === undefined
        ? {}
        : { throughputBitsPerSecond: this.#throughputBitsPerSecond }),
      isLive: this.#near !== undefined || (media !== undefined && !media.playlist.isEnded),
    }
  }

  #phase(nowMs: number): HlsState['phase'] {
    if (this.#shown === undefined || this.#playback === undefined) return 'starting'
    if (this.#playback.hasEnded) return 'ended'
    return this.#bufferMs(nowMs) > 0 ? 'playing' : 'stalled'
  }

  /** undefined: it was stopped. */
  async #play(): Promise<HlsEnd | undefined> {
    const source = await this.#open()
    if (source === undefined) return this.#stop.signal.aborted ? undefined : { reason: 'failed', why: this.#why ?? '' }
    const problem = this.#begin(source)
    if (problem !== undefined) return { reason: 'failed', why: problem }
    while (!this.#stop.signal.aborted) {
      const wish = this.#nextWish()
      if (wish.kind === 'over') return this.#finish(wish.because)
      await this.#fulfil(wish)
      if (this.#near !== undefined) return this.#playNear(this.#near)
    }
    return undefined
  }

  async #open(): Promise<HlsSource | undefined> {
    const { getter, url } = this.#options
    for (let failures = 0; failures < FIRST_FAILURES && !this.#stop.signal.aborted; failures += 1) {
      if (failures > 0) await this.#sleep(1000 * 2 ** (failures - 1))
      try {
        return await HlsSource.open(getter, url, this.#stop.signal)
      } catch (error) {
        this.#why = whyNot(error)
        if (this.#why === undefined) throw error
        if (!mayPass(error)) return undefined
      }
    }
    return undefined
  }

  /** A problem in words, or undefined. */
  #begin(source: HlsSource): string | undefined {
    const { abr, variant, ladder, maxBufferSeconds } = this.#options
    this.#source = source
    const names = source.variants.map(({ name }) => name)
    const unknown = [...(ladder ?? []), ...(variant === undefined ? [] : [variant])].filter(
      (name) => !names.includes(name),
    )
    if (unknown.length > 0) return `there is no variant ${unknown.join(', ')}; there are ${names.join(', ')}`
    this.#ladder = source.variants.filter(({ name }) => ladder === undefined || ladder.includes(name))
    const fixedIndex = this.#ladder.findIndex(({ name }) => name === variant)
    const limit = maxBufferSeconds === undefined ? {} : { maxBufferSeconds }
    const rule = newAbr(abr, this.#ladder, {
      maths: { ln, exp },
      firstListed: Math.max(0, this.#ladder.indexOf(source.variants[source.firstListed] as SourceVariant)),
      ...(fixedIndex < 0 ? {} : { fixedIndex }),
      ...limit,
    })
    this.#viewer = new HlsViewer({ variants: this.#ladder, abr: rule, ...limit })
    return undefined
  }

  /** The rule has chosen its first variant; of a list in parts it has nothing more to choose. */
  async #playNear({ media, variant }: NearPlay): Promise<HlsEnd | undefined> {
    const { lists, tell } = this.#options
    this.#areFramesKnown = false
    this.#shown = this.#ladder.indexOf(variant)
    const { name, bandwidthBitsPerSecond: bitsPerSecond } = variant
    const end = await new LowLatencyPlay({
      ...{ media, lists, segments: this.#segments, variant: name, signal: this.#stop.signal },
      onWaiting: (atMs) => tell({ kind: 'buffer', atMs, bufferSeconds: Math.max(0, this.#bufferMs(atMs)) / 1000 }), // ms to s
      onReceived: (sizeBytes, askedMs, endMs) => this.#noteThroughput(sizeBytes, askedMs, endMs),
      onPart: (part, atMs) => {
        if (this.#playback === undefined) tell({ kind: 'variant-shown', atMs, variant: name, bitsPerSecond })
        this.#playback ??= this.#newPlayback(part.startSeconds, variant)
        this.#dates.note(part.startSeconds, part.startUnixMs)
        this.#playback.append(part, atMs)
      },
    }).run()
    if (end?.reason === 'failed') this.#why = end.why
    return end && this.#finish(end.reason === 'complete' ? 'ended' : 'failed')
  }

  #nextWish(): HlsWish {
    const nowMs = performance.now()
    this.#playback?.advance(nowMs)
    return (this.#viewer as HlsViewer).next(nowMs, this.#bufferMs(nowMs))
  }

  async #fulfil(wish: Exclude<HlsWish, { readonly kind: 'over' }>): Promise<void> {
    switch (wish.kind) {
      case 'wait':
        return this.#sleep(wish.untilMs - performance.now())
      case 'ask-playlist':
        return this.#orFail(() => this.#askPlaylist(wish.variantIndex))
      case 'ask-segment':
        return this.#orFail(() => this.#askSegment(wish))
    }
  }

  async #orFail(ask: () => Promise<void>): Promise<void> {
    try {
      await ask()
    } catch (error) {
      const why = whyNot(error)
      if (why === undefined) throw error
      if (this.#stop.signal.aborted) return
      this.#why = why
      this.#viewer?.failed(performance.now())
    }
  }

  async #askPlaylist(variantIndex: number): Promise<void> {
    const variant = this.#ladder[variantIndex] as SourceVariant
    const isNew = !this.#known.has(variantIndex)
    const [media, known] = await Promise.all([
      (this.#source as HlsSource).load((this.#source as HlsSource).variants.indexOf(variant)),
      isNew ? this.#options.knownOf?.(variant) : undefined,
    ])
    if (isNew) this.#known.set(variantIndex, known)
    this.#media.set(variantIndex, media)
    if (isNear(media) && this.#playback === undefined) this.#near = { media, variant }
    const { firstByteMs, endMs, askedMs } = media.got
    this.#viewer?.playlistReceived(variantIndex, media.listed, { askedMs, firstByteMs, receivedMs: endMs })
    if (variant.soundUrl !== undefined) {
      this.#sound ??= new SoundBeside(variant.soundUrl, this.#options.getter, this.#segments)
    }
  }

  async #askSegment(wish: SegmentWish): Promise<void> {
    const media = this.#media.get(wish.variantIndex) as LoadedMedia
    const segment = media.playlist.segments[wish.mediaSequence - media.listed.firstMediaSequence] as ViewedSegment
    if (segment.isGap) return this.#viewer?.segmentMissing()
    const variant = this.#ladder[wish.variantIndex] as SourceVariant
    const nowMs = performance.now()
    this.#options.tell({ kind: 'buffer', atMs: nowMs, bufferSeconds: this.#bufferMs(nowMs) / 1000 }) // ms to s
    const cancel = new AbortController()
    const progress: SegmentProgress = { receivedBytes: 0 }
    const watching = setInterval(() => this.#abandonIfWise(progress, cancel), ABANDON_CHECK_MS)
    const got = await this.#segments
      .get({ segment, base: media.url, variant: variant.name, progress, signals: [this.#stop.signal, cancel.signal] })
      .finally(() => clearInterval(watching))
      .catch((error: unknown) => {
        if (cancel.signal.aborted && error instanceof GetFailure) return undefined // what follows is asked for instead
        throw error
      })
    if (got === undefined) return
    const { sizeBytes, askedMs, firstByteMs, endMs } = got
    this.#viewer?.segmentReceived(sizeBytes, { askedMs, firstByteMs, receivedMs: endMs })
    this.#noteThroughput(sizeBytes, askedMs, endMs)
    await this.#reachSound(wish, media)
    this.#append(wish, variant, media, endMs)
  }

  #noteThroughput(sizeBytes: number, askedMs: number, endMs: number): void {
    if (endMs > askedMs) this.#throughputBitsPerSecond = (sizeBytes * 8000) / (endMs - askedMs) // bytes per ms to bit/s
  }

  /** Sound that does not come is asked for again beside the next segment. */
  async #reachSound({ startSeconds, durationSeconds }: SegmentWish, media: LoadedMedia): Promise<void> {
    try {
      await this.#sound?.reach(startSeconds + durationSeconds, media, this.#stop.signal)
    } catch (error) {
      this.#why = whyNot(error)
      if (this.#why === undefined) throw error
    }
  }

  #append(wish: SegmentWish, variant: SourceVariant, media: LoadedMedia, receivedMs: number): void {
    const atMs = this.#sound === undefined ? receivedMs : performance.now()
    const place = wish.mediaSequence - media.listed.firstMediaSequence
    const known = this.#known.get(wish.variantIndex)
    const { startSeconds, durationSeconds } = wish
    const segment = known?.segments[place]
    if (segment === undefined) this.#areFramesKnown = false
    this.#playback ??= this.#newPlayback(segment?.startSeconds ?? startSeconds, known?.video ?? variant)
    if (this.#shown !== wish.variantIndex) {
      this.#shown = wish.variantIndex
      const { name, bandwidthBitsPerSecond: bitsPerSecond } = variant
      this.#options.tell({ kind: 'variant-shown', atMs, variant: name, bitsPerSecond })
    }
    if (!media.playlist.isEnded) this.#dates.note(startSeconds, media.playlist.segments[place]?.startUnixMs)
    this.#playback.append(segment ?? { startSeconds, durationSeconds }, atMs)
  }

  #newPlayback(startSeconds: number, { framesPerSecond }: { readonly framesPerSecond?: number }): SegmentPlayback {
    if (framesPerSecond !== undefined && framesPerSecond > 0) this.#framesPerSecond = framesPerSecond
    const range = { startMs: startSeconds * 1000, framesPerSecond: this.#framesPerSecond } // s to ms
    return new SegmentPlayback(range, (event) => this.#tellWithLatency(event))
  }

  /** A picture of something live is told with how late it is. */
  #tellWithLatency(event: ViewerEvent): void {
    const { tell } = this.#options
    tell(event)
    const latency = this.#dates.latencyOf(event)
    if (latency !== undefined) tell(latency)
  }

  #abandonIfWise({ receivedBytes, totalBytes, firstByteMs, askedMs }: SegmentProgress, cancel: AbortController): void {
    const nowMs = performance.now()
    const bufferMs = this.#bufferMs(nowMs)
    if (askedMs === undefined || this.#playback === undefined || cancel.signal.aborted) return
    const progress = {
      nowMs,
      askedMs,
      receivedBytes,
      ...(firstByteMs === undefined ? {} : { firstByteMs }),
      ...(totalBytes === undefined ? {} : { totalBytes }),
    }
    if (this.#viewer?.abandons(progress, bufferMs) === true) cancel.abort()
  }

  /** What is buffered is still watched. */
  async #finish(because: 'ended' | 'failed'): Promise<HlsEnd | undefined> {
    const playback = this.#playback
    if (playback === undefined) return { reason: 'failed', why: this.#why ?? 'there is no segment to play' }
    if (because === 'ended') playback.end(performance.now())
    while (!this.#stop.signal.aborted && !playback.hasEnded && this.#bufferMs(performance.now()) > 0) {
      await this.#sleep(this.#bufferMs(performance.now()))
      this.#tick()
    }
    if (this.#stop.signal.aborted && !playback.hasEnded) return undefined
    return because === 'ended' ? { reason: 'complete' } : { reason: 'failed', why: this.#why ?? '' }
  }

  #bufferMs(nowMs: number): number {
    return this.#playback?.bufferMs(nowMs) ?? 0
  }

  #tick(): void {
    this.#playback?.advance(performance.now())
  }

  async #sleep(ms: number): Promise<void> {
    await delay(Math.max(0, ms), undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }
}

/** A server that answers with a refusal, or with something else, will do so again. */
function mayPass(error: unknown): boolean {
  return (
    error instanceof GetFailure && (error.kind === 'network' || error.kind === 'time-out' || (error.status ?? 0) >= 500)
  )
}
