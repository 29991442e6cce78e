import { LRUCache } from 'lru-cache'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { videoCodecOf } from '../protocol/nal-syntax.ts'
import { readOutline, type Outline } from '../protocol/outline.ts'
import { readSoundOutline } from '../segmenter/sound-outline.ts'
import type { OpenPresentation, PresentationSource } from '../udp-relay/presentation-source.ts'
import { GrowingOutline } from './growing-outline.ts'
import type { Library } from './library.ts'
import { withOpus } from './webrtc-presentation.ts'
import type { VideoRecord } from './video-record.ts'

const OUTLINES_KEPT = 64

/** The library as the relay and the browsers' UDP sessions read it, out of the files that HLS serves: what is ready, and
 *  what is being made as far as it is there. A video that is removed is kept for those who have it open. */
export class PublishedPackages implements PresentationSource {
  readonly #library: Library
  readonly #outlines = new LRUCache<string, Outline>({ max: OUTLINES_KEPT })
  readonly #growing = new LRUCache<string, GrowingOutline>({ max: OUTLINES_KEPT })

  constructor(library: Library) {
    this.#library = library
  }

  /** Opens a variant, the best one by default. Rejects when the package cannot be read. */
  async open(id: string, variantName: string | undefined, sound?: 'opus'): Promise<OpenPresentation | undefined> {
    const record = this.#library.find(id)
    const variant = record && pickVariant(record, variantName)
    if (record === undefined || variant === undefined) return undefined
    const letGo = this.#library.hold(id)
    try {
      const presentation = await this.#openVariant(record, variant)
      if (presentation === undefined) {
        letGo()
        return undefined
      }
      const sounding = sound === 'opus' ? await withOpus(presentation, this.#library.folder.package(id)) : presentation
      return { ...sounding, close: letGo }
    } catch (error) {
      letGo()
      throw error
    }
  }

  async #openVariant(
    { id, title, attempt, status }: VideoRecord,
    variant: string,
  ): Promise<Omit<OpenPresentation, 'close'> | undefined> {
    const packageKey = `${id}/${attempt}/${variant}`
    const { folder } = this.#library
    const making = status === 'playable' ? [folder.attempt(id, attempt)] : []
    const folders = [...making, folder.package(id)]
    const growing = status === 'playable' ? await this.#growingOutline(packageKey, folders, variant) : undefined
    if (status === 'playable' && growing === undefined) return undefined
    const whole = growing === undefined ? await this.#outline(packageKey, join(folder.package(id), variant)) : undefined
    const outline = (): Outline => whole ?? (growing as GrowingOutline).current()
    return {
      packageKey,
      title,
      variant,
      outline,
      async readSegment(index) {
        const segment = outline().segments[index]
        if (segment !== undefined) return readFirst(folders.map((place) => join(place, variant, segment.uri)))
        throw new RangeError(`expected a segment below ${outline().segments.length}, got ${index}`)
      },
    }
  }

  /** One for all who watch the same. */
  async #growingOutline(
    packageKey: string,
    folders: readonly string[],
    variant: string,
  ): Promise<GrowingOutline | undefined> {
    const known = this.#growing.get(packageKey)
    if (known !== undefined) return known
    const opened = await GrowingOutline.open({
      folders,
      variant,
      nowMs: () => performance.now(),
      readWhole: (variantFolder) => this.#outline(packageKey, variantFolder),
    })
    if (opened !== undefined) this.#growing.set(packageKey, opened)
    return opened
  }

  async #outline(packageKey: string, variantFolder: string): Promise<Outline> {
    const known = this.#outlines.get(packageKey)
    if (known !== undefined) return known
    const outline = await outlineIn(variantFolder)
    this.#outlines.set(packageKey, outline)
    return outline
  }
}

async function outlineIn(variantFolder: string): Promise<Outline> {
  const path = join(variantFolder, 'outline.json')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  // Sound alone that was packaged by version 0.4.0 or before has none.
  if (text === undefined) return readSoundOutline(variantFolder, basename(variantFolder))
  const read = readOutline(text)
  if (!read.ok) throw new Error(`${path} is no outline: ${JSON.stringify(read.fault)}`)
  return read.value
}

function pickVariant({ status, variants }: VideoRecord, name: string | undefined): string | undefined {
  if (status !== 'ready' && status !== 'playable') return undefined
  if (name !== undefined) return variants.find((variant) => variant.name === name)?.name
  const forEveryPlayer = variants.filter(({ codecs }) => videoCodecOf(codecs) === 'h264')
  return forEveryPlayer.toSorted((a, b) => b.bandwidthBitsPerSecond - a.bandwidthBitsPerSecond)[0]?.name
}

/** The first of these files that is there. Rejects when none is. */
async function readFirst(paths: readonly string[]): Promise<Uint8Array> {
  const [path = '', ...others] = paths
  return readFile(path).catch((error: unknown) => {
    if (others.length > 0) return readFirst(others)
    throw error
  })
}
