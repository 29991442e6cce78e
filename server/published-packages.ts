import { LRUCache } from 'lru-cache'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readOutline, type Outline } from '../protocol/outline.ts'
import type { OpenPresentation, PresentationSource } from '../udp-relay/presentation-source.ts'
import type { Library } from './library.ts'
import type { VideoRecord } from './video-record.ts'

const OUTLINES_KEPT = 64

/** The library as the relay and the browsers' UDP sessions read it: `ready` videos only, out of the files that HLS serves. */
export class PublishedPackages implements PresentationSource {
  readonly #library: Library
  readonly #outlines = new LRUCache<string, Outline>({ max: OUTLINES_KEPT })

  constructor(library: Library) {
    this.#library = library
  }

  /** Opens a variant, the best one by default. Rejects when the package cannot be read. */
  async open(id: string, variantName: string | undefined): Promise<OpenPresentation | undefined> {
    const record = this.#library.find(id)
    const variant = record && pickVariant(record, variantName)
    if (record === undefined || variant === undefined) return undefined
    const packageKey = `${id}/${record.attempt}/${variant}`
    const variantFolder = join(this.#library.folder.package(id), variant)
    const outline = await this.#outline(packageKey, variantFolder)
    return {
      packageKey,
      title: record.title,
      variant,
      outline: () => outline,
      async readSegment(index) {
        const segment = outline.segments[index]
        if (segment !== undefined) return readFile(join(variantFolder, segment.uri))
        throw new RangeError(`expected a segment below ${outline.segments.length}, got ${index}`)
      },
      close() {}, // nothing is held open between two segments
    }
  }

  async #outline(packageKey: string, variantFolder: string): Promise<Outline> {
    const known = this.#outlines.get(packageKey)
    if (known !== undefined) return known
    const path = join(variantFolder, 'outline.json')
    const read = readOutline(await readFile(path, 'utf8'))
    if (!read.ok) throw new Error(`${path} is no outline: ${JSON.stringify(read.fault)}`)
    this.#outlines.set(packageKey, read.value)
    return read.value
  }
}

function pickVariant({ status, variants }: VideoRecord, name: string | undefined): string | undefined {
  if (status !== 'ready') return undefined
  if (name !== undefined) return variants.find((variant) => variant.name === name)?.name
  return variants.toSorted((a, b) => b.bandwidthBitsPerSecond - a.bandwidthBitsPerSecond)[0]?.name
}
