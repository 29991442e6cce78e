import type { ViewedResource, ViewedSegment } from '../protocol/hls-playlist.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { GetFailure, type Got, type HttpGetter } from './http-get.ts'
import { NotPlayable, resolved } from './hls-source.ts'

export type SegmentAsked = {
  readonly segment: ViewedSegment
  readonly base: URL // of its playlist
  readonly variant?: string // absent: of sound beside them all
  readonly progress?: SegmentProgress
  readonly signals: readonly AbortSignal[]
}

/** How far a segment is; written while it comes. */
export type SegmentProgress = {
  receivedBytes: number
  totalBytes?: number
  askedMs?: number
  firstByteMs?: number
}

const SEGMENT_MS = 120_000 // as hls.js: maxLoadTimeMs of its fragLoadPolicy
const MAX_SEGMENT_BYTES = 500_000_000
const BESIDE_MS = 20_000 // of keys and initialisation sections
const MAX_BESIDE_BYTES = 10_000_000
const MOST_BESIDE = 64 // remembered
const LONGEST_URI = 400 // of a record

/** Fetches segments and what they need, and tells of them. Their bytes are counted, not kept. */
export class HlsSegments {
  readonly #getter: HttpGetter
  readonly #tell: (event: ViewerEvent) => void
  readonly #fetched = new Set<string>() // keys and initialisation sections

  constructor(getter: HttpGetter, tell: (event: ViewerEvent) => void) {
    this.#getter = getter
    this.#tell = tell
  }

  /** Rejects with GetFailure, NotPlayable. */
  async get({ segment, base, variant, progress = { receivedBytes: 0 }, signals }: SegmentAsked): Promise<Got> {
    const signal = AbortSignal.any([...signals])
    if (segment.keyUri !== undefined) await this.#getBeside({ uri: segment.keyUri }, base, signal)
    if (segment.map !== undefined) await this.#getBeside(segment.map, base, signal)
    const file = { uri: segment.uri.slice(0, LONGEST_URI), ...(variant === undefined ? {} : { variant }) }
    const askedMs = performance.now()
    progress.askedMs = askedMs
    this.#tell({ kind: 'segment-asked', atMs: askedMs, ...file })
    try {
      const got = await this.#getter.get(addressOf(segment, base), {
        ...(segment.range === undefined ? {} : { range: segment.range }),
        maxBytes: MAX_SEGMENT_BYTES,
        timeoutMs: SEGMENT_MS,
        keepsBody: false,
        signal,
        onBytes: (bodyBytes, nowMs, totalBytes) => {
          progress.receivedBytes = bodyBytes
          progress.firstByteMs ??= nowMs
          if (totalBytes !== undefined) progress.totalBytes = totalBytes
        },
      })
      const { sizeBytes, firstByteMs, endMs } = got
      this.#tell({ kind: 'segment-received', atMs: endMs, ...file, sizeBytes, askedMs, firstByteMs })
      return got
    } catch (error) {
      if (error instanceof GetFailure) {
        const { sizeBytes, firstByteMs } = error
        const told = firstByteMs === undefined ? {} : { firstByteMs }
        this.#tell({ kind: 'segment-cancelled', atMs: performance.now(), ...file, sizeBytes, askedMs, ...told })
      }
      throw error
    }
  }

  /** Once each. */
  async #getBeside(resource: ViewedResource, base: URL, signal: AbortSignal): Promise<void> {
    const url = addressOf(resource, base)
    const { range } = resource
    const name = `${url.href} ${range?.offsetBytes ?? ''}`
    if (this.#fetched.has(name)) return
    const limits = { maxBytes: MAX_BESIDE_BYTES, timeoutMs: BESIDE_MS, keepsBody: false, signal }
    await this.#getter.get(url, { ...limits, ...(range === undefined ? {} : { range }) })
    if (this.#fetched.size >= MOST_BESIDE) this.#fetched.clear()
    this.#fetched.add(name)
  }
}

function addressOf({ uri }: ViewedResource, base: URL): URL {
  const url = resolved(uri, base)
  if (url === undefined) throw new NotPlayable(`a playlist names ${uri.slice(0, 100)}, which is no http address`)
  return url
}
