import { randomBytes } from 'node:crypto'
import type { LiveSegments } from '../stream/live-segments.ts'
import type { OpenPresentation, PresentationSource } from './presentation-source.ts'

/** `rtsp://host/live/<name>`: what is published, beside the library. */
export const LIVE_ID = 'live'

/** Of what is published or pulled. */
export const STREAM_NAME = /^[A-Za-z0-9_-]{1,64}$/

/** What is kept of a live stream, and when nobody could join it any more. */
export const LIVE_LIMITS = { windowSeconds: 30, maxGroupSeconds: 20, maxGroupBytes: 40_000_000 } as const

const FIRST_KEYFRAME_WAIT_MS = 10_000
const POLL_MS = 50

type Live = { readonly segments: LiveSegments; readonly key: string; readonly title?: string }

/** The streams that are published now, by name, and the channels; the rest of the presentations is another source's. */
export class LivePresentations implements PresentationSource {
  readonly #others: PresentationSource
  readonly #streams = new Map<string, Live>()
  readonly #channels = new Map<string, Live>() // by id
  #onAdded: (name: string, segments: LiveSegments) => void = () => {}

  constructor(others: PresentationSource) {
    this.#others = others
  }

  has(name: string): boolean {
    return this.#streams.has(name)
  }

  add(name: string, segments: LiveSegments): void {
    this.#streams.set(name, { segments, key: `${LIVE_ID}/${name}/${randomBytes(4).toString('hex')}` })
    this.#onAdded(name, segments)
  }

  /** Is told of each stream that is published from now on. */
  whenAdded(listener: (name: string, segments: LiveSegments) => void): void {
    this.#onAdded = listener
  }

  /** Who watches it goes on to its end. */
  remove(name: string): void {
    this.#streams.delete(name)
  }

  /** A channel, which has an address like those of the library: `rtsp://host/<id>`. */
  addChannel(id: string, title: string, segments: LiveSegments): void {
    this.#channels.set(id, { segments, title, key: `${id}/${randomBytes(4).toString('hex')}` })
  }

  removeChannel(id: string): void {
    this.#channels.delete(id)
  }

  /** A stream that has just begun is waited for, 10 s at most: until its first picture group is whole. */
  async open(id: string, variant: string | undefined, sound?: 'opus'): Promise<OpenPresentation | undefined> {
    const channel = this.#channels.get(id)
    if (channel !== undefined) {
      const { variant: own } = channel.segments.outline
      if (variant !== undefined && variant !== own) return undefined
      return openOnceBegun(own, channel, () => this.#channels.get(id) === channel)
    }
    if (id !== LIVE_ID) return this.#others.open(id, variant, sound)
    const live = this.#streams.get(variant ?? '')
    if (live === undefined || variant === undefined) return undefined
    return openOnceBegun(variant, live, () => this.#streams.has(variant))
  }
}

async function openOnceBegun(
  variant: string,
  live: Live,
  isThere: () => boolean,
): Promise<OpenPresentation | undefined> {
  const untilMs = performance.now() + FIRST_KEYFRAME_WAIT_MS
  while (live.segments.outline.video === undefined) {
    if (performance.now() > untilMs || !isThere()) return undefined
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return presentationOf(variant, live)
}

function presentationOf(name: string, { segments, key, title = name }: Live): OpenPresentation {
  return {
    packageKey: key,
    title,
    variant: name,
    outline: () => segments.outline,
    readSegment: () => Promise.reject(new Error('a published stream has no transport stream')),
    live: {
      readUnits(index) {
        const units = segments.units(index)
        if (units !== undefined) return units
        throw new RangeError(`segment ${index} of a live stream is too old`)
      },
      get window() {
        return { startSeconds: segments.windowStartSeconds, liveSeconds: segments.liveSeconds }
      },
      ...(segments.tail === undefined ? {} : { tail: segments.tail }),
    },
    close() {},
  }
}
