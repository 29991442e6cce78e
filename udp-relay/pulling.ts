import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { LiveSegments } from '../stream/live-segments.ts'
import { backoffMs } from './backoff.ts'
import type { LivePresentations } from './live-presentations.ts'
import { PulledMedia } from './pulled-media.ts'
import { startReceiver, type Receiver, type ReceiverOptions } from './receiver.ts'
import { ReceiverFailure } from './receiver-failure.ts'

export type PullingOptions = Pick<ReceiverOptions, 'url' | 'transport' | 'acceptsAnyCertificate' | 'userAgent'> & {
  readonly name: string // of the stream here
  readonly live: LivePresentations
  readonly logger: Logger
  readonly random?: () => number // from 0 to 1, of the waits; absent: Math.random
}

const JITTER_BUFFER_MS = 200
const WELL_MS = 10_000 // a play that lasted so long was no failed attempt
const HOPELESS_STATUSES = [401, 403]

/** Another server's stream, served again under a name of ours for as long as this runs: played, and asked for again
 *  whenever it ends. */
export class Pulling {
  readonly #options: PullingOptions
  readonly #stop = new AbortController()
  readonly #done: Promise<void>
  #hasPlayed = false

  /** Begins at once. */
  constructor(options: PullingOptions) {
    this.#options = options
    this.#done = this.#run()
    this.#done.catch(() => {}) // told by `failed`
  }

  /** Never resolves; rejects with ReceiverFailure where the first attempt shows that no other would fare better. */
  get failed(): Promise<never> {
    return this.#done.then(() => new Promise<never>(() => {}))
  }

  /** Says goodbye to the server. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#done.catch(() => {})
  }

  async #run(): Promise<void> {
    const { logger, name, random = Math.random } = this.#options
    let failures = 0
    while (!this.#stop.signal.aborted) {
      const startMs = performance.now()
      const why = await this.#playOnce()
      if (this.#stop.signal.aborted) return
      failures = performance.now() - startMs > WELL_MS ? 1 : failures + 1
      const waitMs = Math.round(backoffMs(failures, random()))
      logger.warn({ stream: name, why, waitMs }, 'the pulled stream is away')
      await delay(waitMs, undefined, { signal: this.#stop.signal }).catch(() => {})
    }
  }

  /** Gives why it ended. Rejects for our own mistakes, and where there is no hope. */
  async #playOnce(): Promise<string> {
    const { name, live, logger, ...wanted } = this.#options
    if (live.has(name)) return `${name} is being published by someone else`
    let [isLive, overfull] = [false, (): void => {}]
    const isOverfull = new Promise<string>((resolve) => (overfull = () => resolve('its keyframes are too rare')))
    const begin = (segments: LiveSegments): void => {
      isLive = !this.#stop.signal.aborted
      if (isLive) live.add(name, segments)
    }
    const media = new PulledMedia(name, begin, overfull)
    try {
      const receiver = await this.#start({ ...wanted, taker: media })
      if (typeof receiver === 'string') return receiver
      this.#hasPlayed = true
      logger.info({ stream: name, transport: receiver.transport }, 'the pulled stream plays')
      const ended = receiver.ended.then(({ reason, why }) => why ?? reason)
      const reason = await this.#orStopped(Promise.race([ended, isOverfull]))
      await receiver.close()
      const lostPackets = receiver.figures().tracks.reduce((sum, track) => sum + track.missingPackets, 0)
      const { droppedPictures } = media
      logger.info({ stream: name, reason, lostPackets, droppedPictures }, 'the pulled stream has ended')
      return reason
    } finally {
      media.end()
      if (isLive) live.remove(name)
    }
  }

  /** A text: why it does not play now. An attempt that is still under way at the end is let go. */
  async #start(wanted: Omit<ReceiverOptions, 'jitterBufferMs' | 'startSeconds'>): Promise<Receiver | string> {
    const starting = startReceiver({ ...wanted, jitterBufferMs: JITTER_BUFFER_MS, startSeconds: 'now' })
    try {
      const started = await this.#orStopped(starting)
      if (typeof started === 'string') void starting.then((receiver) => receiver.close()).catch(() => {})
      return started
    } catch (error) {
      if (!(error instanceof ReceiverFailure) || (!this.#hasPlayed && isHopeless(error))) throw error
      return error.message
    }
  }

  #orStopped<T>(work: Promise<T>): Promise<T | 'closing'> {
    const { signal } = this.#stop
    return new Promise((resolve, reject) => {
      const stop = (): void => resolve('closing')
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop)
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    })
  }
}

function isHopeless({ code, status }: ReceiverFailure): boolean {
  if (code === 'untrusted' || code === 'unplayable') return true
  return status !== undefined && HOPELESS_STATUSES.includes(status)
}
