import { setTimeout as delay } from 'node:timers/promises'
import type { ViewedLowLatency, ViewedPart } from '../protocol/hls-playlist.ts'
import { joinDelayMs, partToJoinAt } from '../stream/part-viewer.ts'
import { retryDelayMs } from '../stream/retry-delay.ts'
import type { HlsSegments } from './hls-segments.ts'
import { loadMedia, whyNot, type LoadedMedia } from './hls-source.ts'
import { GetFailure, type HttpGetter } from './http-get.ts'

export type NearMedia = LoadedMedia & { readonly playlist: { readonly lowLatency: ViewedLowLatency } }

/** A part and where it lies in the viewer's time, which begins with the first part ever listed. */
export type PlacedPart = ViewedPart & { readonly startSeconds: number }

export type LowLatencyOptions = {
  readonly media: NearMedia
  readonly lists: HttpGetter // a connection of their own: a reload may be held
  readonly segments: HlsSegments
  readonly variant: string
  readonly signal: AbortSignal
  /** In order, none before its time. */
  readonly onPart: (part: PlacedPart, atMs: number) => void
  readonly onReceived: (sizeBytes: number, askedMs: number, endMs: number) => void
  readonly onWaiting: (askedMs: number) => void // a part is asked for
}

export type LowLatencyEnd = { readonly reason: 'complete' | 'failed'; readonly why?: string }

const MOST_WAITING_PARTS = 600 // two minutes of 200 ms: who is that far behind leaves out the oldest

/** Whether a list can be watched in parts. */
export function isNear(media: LoadedMedia): media is NearMedia {
  return media.playlist.lowLatency !== undefined && !media.playlist.isEnded
}

/** Fetches a live list part by part, as simulation/ll-hls-session.ts does in virtual time: reloads that the server holds until there is
 *  another part (draft-pantos-hls-rfc8216bis section 6.2.5.2), and each part once it is listed. */
export class LowLatencyPlay {
  readonly #options: LowLatencyOptions
  readonly #waiting: PlacedPart[] = [] // listed, to be asked for
  readonly #stop = new AbortController()
  #newest: PlacedPart | undefined // that was listed
  #beginsMs = 0
  #hasEnded = false
  #why: string | undefined
  #wake: () => void = () => {}

  constructor(options: LowLatencyOptions) {
    this.#options = options
  }

  /** Until the list has ended, or it does not come any more. Rejects for our own mistakes; undefined: it was stopped. */
  async run(): Promise<LowLatencyEnd | undefined> {
    const { signal } = this.#options
    const stop = (): void => this.#end()
    signal.addEventListener('abort', stop)
    try {
      this.#join(this.#options.media)
      await Promise.all([this.#reload(), this.#fetchParts()].map((one) => one.finally(stop)))
    } finally {
      signal.removeEventListener('abort', stop)
    }
    if (signal.aborted) return undefined
    return this.#why === undefined ? { reason: 'complete' } : { reason: 'failed', why: this.#why }
  }

  /** What waits is still fetched where the list has ended. */
  #end(): void {
    if (!this.#hasEnded || this.#options.signal.aborted) this.#stop.abort()
    this.#wake()
  }

  #join(media: NearMedia): void {
    const { parts, partHoldBackSeconds } = media.playlist.lowLatency
    const placed = this.#place(parts)
    const joinsAt = partToJoinAt(placed, partHoldBackSeconds)
    this.#beginsMs = media.got.endMs + joinDelayMs(placed, joinsAt, partHoldBackSeconds)
    this.#waiting.push(...placed.slice(joinsAt))
  }

  async #reload(): Promise<void> {
    const { media, lists } = this.#options
    let failures = 0
    while (!this.#stop.signal.aborted && !this.#hasEnded) {
      try {
        const next = await loadMedia(lists, this.#heldAddress(media.url), this.#stop.signal)
        failures = 0
        this.#hasEnded = next.playlist.isEnded
        const parts = next.playlist.lowLatency?.parts ?? []
        this.#waiting.push(...this.#place(parts))
        this.#waiting.splice(0, Math.max(0, this.#waiting.length - MOST_WAITING_PARTS))
        this.#wake()
      } catch (error) {
        failures += 1
        if (!(await this.#mayGoOn(error, failures))) return
      }
    }
  }

  async #fetchParts(): Promise<void> {
    let failures = 0
    while (!this.#stop.signal.aborted) {
      const part = this.#waiting.shift()
      if (part === undefined) {
        if (this.#hasEnded) return
        await new Promise<void>((resolve) => (this.#wake = resolve))
        continue
      }
      try {
        await this.#fetch(part)
        failures = 0
      } catch (error) {
        failures += 1
        if (isGone(error)) continue
        this.#waiting.unshift(part)
        if (!(await this.#mayGoOn(error, failures))) return
      }
    }
  }

  async #fetch(part: PlacedPart): Promise<void> {
    if (part.isGap) return
    const { segments, media, variant, onWaiting, onReceived, onPart } = this.#options
    onWaiting(performance.now())
    const segment = { ...part, isDiscontinuity: false }
    const got = await segments.get({ segment, base: media.url, variant, signals: [this.#stop.signal] })
    onReceived(got.sizeBytes, got.askedMs, got.endMs)
    await this.#sleep(this.#beginsMs - performance.now())
    if (!this.#stop.signal.aborted) onPart(part, performance.now())
  }

  /** Those after the newest, each at the end of the one before: in the order of the list. */
  #place(parts: readonly ViewedPart[]): PlacedPart[] {
    const placed: PlacedPart[] = []
    for (const part of parts) {
      const before = this.#newest
      if (before !== undefined && !isAfter(part, before)) continue
      const startSeconds = before === undefined ? 0 : before.startSeconds + before.durationSeconds
      this.#newest = { ...part, startSeconds }
      placed.push(this.#newest)
    }
    return placed
  }

  /** Of the list that has one part more; a part beyond a segment's last one is the first of the next. */
  #heldAddress(url: URL): URL {
    const address = new URL(url)
    const { sequence = 0, part = -1 } = this.#newest ?? {}
    address.searchParams.set('_HLS_msn', String(sequence))
    address.searchParams.set('_HLS_part', String(part + 1))
    return address
  }

  /** Waits, longer each time. */
  async #mayGoOn(error: unknown, failures: number): Promise<boolean> {
    const why = whyNot(error)
    if (why === undefined) throw error
    if (this.#stop.signal.aborted) return false
    const waitMs = retryDelayMs(failures)
    if (waitMs === undefined) {
      this.#why = why
      this.#stop.abort()
      return false
    }
    await this.#sleep(waitMs)
    return true
  }

  async #sleep(ms: number): Promise<void> {
    if (ms > 0) await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }
}

/** The window has moved beyond it: it is left out. */
function isGone(error: unknown): boolean {
  return error instanceof GetFailure && (error.status === 404 || error.status === 410)
}

function isAfter(part: ViewedPart, before: ViewedPart): boolean {
  return part.sequence > before.sequence || (part.sequence === before.sequence && part.part > before.part)
}
