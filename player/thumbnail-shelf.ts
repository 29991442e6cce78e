import { signal } from '@preact/signals'
import { readThumbnailTrack, thumbnailAt, type Thumbnail } from '../protocol/thumbnail-track.ts'
import { fetchApart } from './fetch-apart.ts'

type Loaded = { readonly thumbnails: readonly Thumbnail[]; readonly sheetAddress: string }

/** The small pictures of a video, fetched when somebody first looks for a place in it. */
export class ThumbnailShelf {
  readonly #folder: () => string
  readonly #loaded = signal<Loaded | undefined>(undefined)
  #isAsking = false
  #isClosed = false

  constructor(packageFolder: () => string) {
    this.#folder = packageFolder
  }

  /** Asks again as long as there are none: they come when the video is ready. */
  ask(): void {
    if (this.#isAsking || this.#loaded.value !== undefined) return
    this.#isAsking = true
    void this.#load()
      .catch(() => undefined) // then there are none
      .then((loaded) => {
        this.#isAsking = false
        if (this.#isClosed && loaded !== undefined) URL.revokeObjectURL(loaded.sheetAddress)
        else this.#loaded.value = loaded
      })
  }

  /** What to show of a moment, as styles of a box; undefined without pictures. */
  styleAt(seconds: number): Readonly<Record<string, string>> | undefined {
    const { thumbnails, sheetAddress } = this.#loaded.value ?? {}
    const found = thumbnails && thumbnailAt(thumbnails, seconds)
    return (
      found && {
        width: `${found.widthPixels}px`,
        height: `${found.heightPixels}px`,
        backgroundImage: `url("${sheetAddress}")`,
        backgroundPosition: `-${found.x}px -${found.y}px`,
      }
    )
  }

  close(): void {
    this.#isClosed = true
    if (this.#loaded.value !== undefined) URL.revokeObjectURL(this.#loaded.value.sheetAddress)
    this.#loaded.value = undefined
  }

  async #load(): Promise<Loaded | undefined> {
    const track = await fetchApart(`${this.#folder()}/thumbnails.vtt`)
    const read = track.ok ? readThumbnailTrack(await track.text()) : undefined
    const [first] = read?.ok === true ? read.value : []
    if (read?.ok !== true || first === undefined) return undefined
    const sheet = await fetchApart(`${this.#folder()}/${first.uri}`)
    return sheet.ok ? { thumbnails: read.value, sheetAddress: URL.createObjectURL(await sheet.blob()) } : undefined
  }
}
