import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SideQuality } from '../protocol/weir-api.ts'
import { measureSsim } from '../segmenter/ssim.ts'
import type { Tools } from '../segmenter/tools.ts'
import type { DisplayedSlot } from '../stream/displayed-slots.ts'
import { stretchesOf, type DisplayedStretch } from '../stream/displayed-stretches.ts'
import type { RunEvent, ViewerSide } from '../stream/record.ts'
import type { OpenPresentation } from '../udp-relay/presentation-source.ts'
import { writePictureSequence } from './picture-sequence.ts'
import { stepBack } from './step-back.ts'
import { SeenPictures } from './seen-pictures.ts'

export type QualityMaterial = {
  readonly events: AsyncIterable<RunEvent> | Iterable<RunEvent> // of the run, in their order
  readonly variants: readonly OpenPresentation[] // of the video, all of them
  readonly tools: Tools
  readonly folder: string // for temporary files; made, and removed with all that is in it
}

export type QualityHearing = { readonly signal?: AbortSignal; readonly onProgress?: (ratio: number) => void }

export type DisplayedQuality = { readonly [side in ViewerSide]?: SideQuality } & { readonly notes: readonly string[] }

const SIDES: readonly ViewerSide[] = ['hls', 'udp']
const LARGEST = { widthPixels: 1280, heightPixels: 720 } // of the comparison

/** What stood on the screen against what was due, of each side that showed something: network-model.md 5.1 and 5.4. Both
 *  are decoded by ffmpeg, from the package and without what the run's record says was lost. Rejects when the package
 *  cannot be read, when ffmpeg fails, and with the signal's reason. */
export async function measureDisplayedQuality(
  material: QualityMaterial,
  { signal, onProgress }: QualityHearing = {},
): Promise<DisplayedQuality> {
  const { variants, events } = material
  const best = variants.toSorted((a, b) => pixelsOf(b) - pixelsOf(a))[0]
  if (best === undefined) return { notes: ['The video has no pictures.'] }
  const seen = new SeenPictures(variants, best.outline().video?.framesPerSecond || 30)
  for await (const event of events) {
    signal?.throwIfAborted() // before the folder is made: that of the run may be about to go
    seen.add(event)
  }
  const sides = SIDES.map((side) => ({ side, slots: seen.slots(side) })).filter(({ slots }) => slots.length > 0)
  const totalSlots = sides.reduce((sum, { slots }) => sum + slots.length, 0)
  const work = new Comparison({ ...material, seen, best }, signal, (slots) => onProgress?.(slots / totalSlots))
  try {
    await mkdir(material.folder, { recursive: true })
    const measured: { [side in ViewerSide]?: SideQuality } = {}
    for (const { side, slots } of sides) measured[side] = await work.measure(slots)
    return { ...measured, notes: seen.notes() }
  } finally {
    await rm(material.folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function pixelsOf(presentation: OpenPresentation): number {
  const { widthPixels, heightPixels } = presentation.outline().video ?? { widthPixels: 0, heightPixels: 0 }
  return widthPixels * heightPixels
}

type ComparisonParts = {
  readonly seen: SeenPictures
  readonly best: OpenPresentation
  readonly tools: Tools
  readonly folder: string
}

/** The stretches of a run, one after the other. */
class Comparison {
  readonly #parts: ComparisonParts
  readonly #signal: AbortSignal | undefined
  readonly #onSlots: (slots: number) => void
  readonly #size: { readonly widthPixels: number; readonly heightPixels: number }
  #doneSlots = 0

  constructor(parts: ComparisonParts, signal: AbortSignal | undefined, onSlots: (slots: number) => void) {
    this.#parts = parts
    this.#signal = signal
    this.#onSlots = onSlots
    this.#size = fitted(parts.best.outline().video ?? LARGEST)
  }

  async measure(slots: readonly DisplayedSlot[]): Promise<SideQuality> {
    let sum = 0
    for (const stretch of stretchesOf(slots)) {
      const likeness = await this.#compare(stretch)
      sum += likeness.reduce((total, value) => total + value, 0)
      this.#doneSlots += likeness.length
      this.#onSlots(this.#doneSlots)
    }
    const ssim = sum / slots.length
    const otherThanDueSlots = slots.filter(({ shownFrame, dueFrame }) => shownFrame !== dueFrame).length
    return { ssim, ...decibels(ssim), slots: slots.length, otherThanDueSlots, ...this.#size }
  }

  async #compare({ variant, start, shownFrames, dueFrames }: DisplayedStretch): Promise<readonly number[]> {
    const { seen, best, tools, folder } = this.#parts
    const shownPath = join(folder, 'shown.ivf')
    const duePath = join(folder, 'due.ivf')
    this.#signal?.throwIfAborted()
    await writePictureSequence(shownPath, {
      presentation: seen.variant(variant),
      decodable: seen.decodable(variant, start),
      frames: shownFrames,
    })
    const reference = seen.decodable(best.variant, -1)
    await writePictureSequence(duePath, { presentation: best, decodable: reference, frames: dueFrames })
    return measureSsim(
      tools,
      { shownPath, duePath, slots: shownFrames.length, ...this.#size },
      { ...(this.#signal === undefined ? {} : { signal: this.#signal }), onProcess: stepBack },
    )
  }
}

/** As large as the best variant, but no larger than what can be compared in reasonable time. */
function fitted({ widthPixels, heightPixels }: { readonly widthPixels: number; readonly heightPixels: number }) {
  const ratio = Math.min(1, LARGEST.widthPixels / widthPixels, LARGEST.heightPixels / heightPixels)
  const even = (pixels: number) => 2 * Math.round((pixels * ratio) / 2) // chroma has half of them
  return { widthPixels: even(widthPixels), heightPixels: even(heightPixels) }
}

/** Absent for identical pictures, of which it is infinite. */
function decibels(ssim: number): { readonly ssimDb?: number } {
  return ssim < 1 ? { ssimDb: -10 * Math.log10(1 - ssim) } : {}
}
