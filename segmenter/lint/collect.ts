import type { Tool } from '../tools.ts'
import { checkAnswer } from './http-check.ts'
import type { HttpAnswer } from './http-rules.ts'
import { probePicture } from './picture-probe.ts'
import { readPlaylist, variablesOf } from './playlist-reader.ts'
import type { MediaPlaylist, MultivariantPlaylist, Playlist, Segment, StreamEntry } from './playlist.ts'
import { loadAgain, MAX_PLAYLIST_BYTES, type LoadedAgain, type Named } from './reloading.ts'
import type { Member, Presentation, PictureSize, Rendition } from './rendition.ts'
import { SegmentReader, unread, type ClearSegment, type SegmentAnswer } from './segment-reader.ts'
import type { Answer, Store } from './store.ts'
import type { Variables } from './variables.ts'

export type CollectOptions = {
  readonly ffprobe: Tool | undefined // without one the size of pictures is not looked at
  readonly maxSegments: number // that are read of one playlist
  readonly reloads: number // of each playlist that has not ended
  readonly nameOf: (url: URL) => string // how findings call a file
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined // segments and reloads
}

/** All that was read of a presentation: what the rules judge. */
export type Collected = LoadedAgain & {
  readonly playlists: readonly Named<{ readonly playlist: Playlist }>[]
  readonly presentation: Presentation | undefined
  readonly renditions: readonly Rendition[]
  readonly answers: readonly Named<{ readonly answer: HttpAnswer }>[]
  readonly unreadPlaylists: readonly Named<{ readonly line: number | undefined; readonly why: string }>[]
  readonly segmentsRead: number
  readonly segmentsLeftOut: number
}

const MAX_PLAYLISTS = 200
const PARALLEL_READS = 4
const BEGINNING_BYTES = 65_536 // of a segment whose pictures were looked at, kept
const PART_BYTES = 4096 // that no two different pictures share: parameter sets, and some of the picture itself

type Loaded = {
  readonly url: URL
  readonly file: string
  readonly playlist: MediaPlaylist
  readonly answer: Extract<Answer, { ok: true }>
  readonly loadedMs: number
}

/** Reads a presentation from its playlist on, within limits: playlists first, then segments, then playlists again. */
export async function collect(entry: URL, store: Store, options: CollectOptions): Promise<Collected> {
  return new Collecting(store, options).run(entry)
}

class Collecting {
  readonly #store: Store
  readonly #options: CollectOptions
  readonly #playlists: Collected['playlists'][number][] = []
  readonly #answers: Collected['answers'][number][] = []
  readonly #unread: Collected['unreadPlaylists'][number][] = []
  readonly #media = new Map<string, Loaded>()
  readonly #probed: { readonly beginning: Buffer; readonly picture: PictureSize | undefined }[] = []
  #segmentsRead = 0
  #segmentsLeftOut = 0
  #done = 0
  #total = 0

  constructor(store: Store, options: CollectOptions) {
    this.#store = store
    this.#options = options
  }

  async run(entry: URL): Promise<Collected> {
    const first = await this.#load(entry, undefined, new Map())
    const multivariant = first?.playlist.kind === 'multivariant' ? first.playlist : undefined
    if (first !== undefined && multivariant !== undefined) await this.#loadAll(multivariant, first.answer.url)
    const loaded = [...this.#media.values()]
    const growing = loaded.filter(({ playlist }) => !playlist.isEnded)
    this.#total =
      loaded.reduce((sum, { playlist }) => sum + this.#chosen(playlist).length, 0) +
      growing.length * this.#options.reloads
    const renditions = new Map<string, Rendition>()
    for (const one of loaded)
      renditions.set(one.url.href, await this.#readSegments(one, multivariant?.isIndependent === true))
    const again = await inParallel(growing, growing.length, (one) => loadAgain(one, this.#store, this.#reloadOptions()))
    return {
      playlists: this.#playlists,
      presentation:
        multivariant && presentationOf(first?.file ?? '', multivariant, first?.answer.url ?? entry, renditions),
      renditions: [...renditions.values()],
      reloads: again.flatMap(({ reloads }) => reloads),
      deltas: again.flatMap(({ deltas }) => deltas),
      blocking: again.flatMap(({ blocking }) => blocking),
      answers: this.#answers,
      unreadPlaylists: this.#unread,
      segmentsRead: this.#segmentsRead,
      segmentsLeftOut: this.#segmentsLeftOut,
    }
  }

  async #load(url: URL, line: number | undefined, imported: Variables) {
    const file = this.#options.nameOf(url)
    const answer = await this.#store.read(url, { maxBytes: MAX_PLAYLIST_BYTES })
    if (!answer.ok) {
      this.#unread.push({ file, line, why: answer.why })
      return undefined
    }
    const playlist = readPlaylist(answer.bytes, imported, answer.url)
    this.#playlists.push({ file, playlist })
    await this.#check(file, answer, playlist, undefined)
    const loadedMs = performance.now()
    if (playlist.kind === 'media') this.#media.set(url.href, { url, file, playlist, answer, loadedMs })
    return { file, playlist, answer }
  }

  /** Each media playlist once, whatever names it. */
  async #loadAll(multivariant: MultivariantPlaylist, base: URL): Promise<void> {
    const { variants, renditions, iFrameStreams } = multivariant
    const imported = variablesOf(multivariant, base)
    const wanted = new Map<string, { url: URL; line: number }>()
    for (const { uri, line } of [...variants, ...renditions, ...iFrameStreams]) {
      if (uri === undefined) continue
      const url = URL.canParse(uri, base.href) ? new URL(uri, base) : undefined
      if (url === undefined) this.#unread.push({ file: uri, line, why: 'no URI' })
      else if (!wanted.has(url.href) && wanted.size < MAX_PLAYLISTS) wanted.set(url.href, { url, line })
    }
    // At the same time: of a live presentation they are to be of the same moment.
    await inParallel([...wanted.values()], PARALLEL_READS, ({ url, line }) => this.#load(url, line, imported))
    const order = [...wanted.keys()]
    const sorted = [...this.#media].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    this.#media.clear()
    for (const [href, one] of sorted) this.#media.set(href, one)
  }

  /** Of a list that has ended its beginning and its end; of a live one the newest, which stay longest. */
  #chosen({ segments, isEnded }: MediaPlaylist): readonly Segment[] {
    const { maxSegments } = this.#options
    if (segments.length <= maxSegments) return segments
    if (!isEnded) return segments.slice(-maxSegments)
    const half = Math.ceil(maxSegments / 2)
    return [...segments.slice(0, half), ...segments.slice(segments.length - (maxSegments - half))]
  }

  async #readSegments({ url, file, playlist, answer }: Loaded, isIndependent: boolean): Promise<Rendition> {
    const reader = new SegmentReader(this.#store, answer.url, playlist)
    const chosen = new Set(this.#chosen(playlist))
    this.#segmentsLeftOut += playlist.segments.length - chosen.size
    let pictured: SegmentAnswer | undefined // the first of them, whichever came first
    let answered: SegmentAnswer | undefined
    const segments = await inParallel(playlist.segments, PARALLEL_READS, async (segment) => {
      if (!chosen.has(segment)) return unread(segment)
      const one = await reader.read(segment)
      this.#step()
      this.#segmentsRead += one.read.facts === undefined ? 0 : 1
      const isPictured = one.read.facts?.tracks.some(({ kind }) => kind === 'video') === true
      const isFirst = segment.sequence <= (pictured?.read.segment.sequence ?? Infinity)
      if (isPictured && isFirst) pictured = one
      if (one.answer !== undefined) answered ??= one
      return one.read
    })
    if (answered?.answer !== undefined) await this.#check(file, answered.answer, playlist, answered)
    const picture = await this.#probe(pictured?.clear)
    return { file, url: url.href, playlist, isIndependent: isIndependent || playlist.isIndependent, segments, picture }
  }

  /** Once for the same bytes: an I-frame list shows pictures of its variant's segments. */
  async #probe(clear: ClearSegment | undefined): Promise<PictureSize | undefined> {
    const { ffprobe, signal } = this.#options
    if (ffprobe === undefined || clear === undefined) return undefined
    const { before = new Uint8Array(0), bytes } = clear
    const part = Buffer.from(bytes.subarray(0, PART_BYTES))
    const known = this.#probed.find(({ beginning }) => beginning.includes(part))
    if (known !== undefined) return known.picture
    const picture = await probePicture(ffprobe, [before, bytes], signal)
    this.#probed.push({ beginning: Buffer.from(bytes.subarray(0, BEGINNING_BYTES)), picture })
    return picture
  }

  #reloadOptions(): Parameters<typeof loadAgain>[2] {
    const { reloads, nameOf, signal } = this.#options
    const onUnread = (file: string, why: string): void => void this.#unread.push({ file, line: undefined, why })
    return { reloads, nameOf, signal, onUnread, onReload: () => this.#step() }
  }

  async #check(
    file: string,
    answer: Extract<Answer, { ok: true }>,
    playlist: Playlist,
    segment: SegmentAnswer | undefined,
  ): Promise<void> {
    if (!this.#store.isHttp) return
    this.#answers.push({ file, answer: await checkAnswer(this.#store, answer, playlist, segment?.read) })
  }

  #step(): void {
    this.#done += 1
    this.#options.onProgress?.(this.#done, this.#total)
  }
}

function presentationOf(
  file: string,
  playlist: MultivariantPlaylist,
  base: URL,
  renditions: ReadonlyMap<string, Rendition>,
): Presentation {
  const member = (entry: StreamEntry): Member => {
    const href = entry.uri !== undefined && URL.canParse(entry.uri, base.href) ? new URL(entry.uri, base).href : ''
    return { entry, rendition: renditions.get(href) }
  }
  return {
    file,
    playlist,
    variants: playlist.variants.map(member),
    iFrames: playlist.iFrameStreams.map(member),
    media: playlist.renditions.map(member),
  }
}

/** The results in the order of the items; the first failure rejects. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next
      next += 1
      results[index] = await work(items[index] as Item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return results
}
