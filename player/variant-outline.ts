import { readOutline, type Outline } from '../protocol/outline.ts'
import type { ExpectedFrame } from '../stream/expected-frames.ts'
import { fetchApart } from './fetch-apart.ts'
import { expectedFrame, framesFrom, framesOf } from './outline-frames.ts'

const GROWTH_MS = 2000

function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** What the package says of one variant: which frames will come, and the decoder's parameter sets. */
export class VariantOutline {
  readonly #address: string
  #outline: Outline
  #fetchedMs = 0

  private constructor(address: string, outline: Outline) {
    this.#address = address
    this.#outline = outline
  }

  /** Undefined when it cannot be had: the pictures play without, only lost frames have no names then. */
  static async load(address: string, nowMs: number): Promise<VariantOutline | undefined> {
    const outline = await fetchOutline(address)
    if (outline === undefined) return undefined
    const variant = new VariantOutline(address, outline)
    variant.#fetchedMs = nowMs
    return variant
  }

  get durationSeconds(): number {
    const last = this.#outline.segments.at(-1)
    return last === undefined ? 0 : last.startSeconds + last.durationSeconds
  }

  get parameterSets(): readonly Uint8Array[] {
    const { video } = this.#outline
    if (video === undefined) return []
    const sets = [video.vpsBase64, video.spsBase64, video.ppsBase64]
    return sets.filter((set) => set !== undefined).map(bytesOfBase64)
  }

  get frameIntervalMs(): number {
    return 1000 / (this.#outline.video?.framesPerSecond || 30)
  }

  framesFrom(startSeconds: number): readonly ExpectedFrame[] {
    return framesFrom(framesOf(this.#outline), startSeconds)
  }

  /** How long before it is shown the first frame is sent: pictures that lean on later ones are sent after those. */
  sendAheadSeconds(startSeconds: number): number {
    const first = this.framesFrom(startSeconds)[0]
    const frame = framesOf(this.#outline).find(({ ptsTicks }) => ptsTicks >>> 0 === first?.timestampTicks)
    return frame === undefined ? 0 : (frame.ptsTicks - frame.dtsTicks) / 90_000
  }

  /** While the video is still being segmented: the frames that have been added, now and then. */
  async growth(nowMs: number): Promise<readonly ExpectedFrame[]> {
    if (this.#outline.ended || nowMs - this.#fetchedMs < GROWTH_MS) return []
    this.#fetchedMs = nowMs
    const knownFrames = framesOf(this.#outline).length
    this.#outline = (await fetchOutline(this.#address)) ?? this.#outline
    return framesOf(this.#outline).slice(knownFrames).map(expectedFrame)
  }
}

async function fetchOutline(address: string): Promise<Outline | undefined> {
  const response = await fetchApart(address).catch(() => undefined)
  if (!response?.ok) return undefined
  const outline = readOutline(await response.text())
  return outline.ok ? outline.value : undefined
}
