import { setTimeout as sleep } from 'node:timers/promises'
import { attribute, numberOf } from './playlist-tags.ts'
import { readPlaylist } from './playlist-reader.ts'
import type { MediaPlaylist } from './playlist.ts'
import type { BlockingReload, Delta, Reload } from './reload-rules.ts'
import type { Store } from './store.ts'

export type Named<Value> = Value & { readonly file: string }

/** What came when growing lists were loaded again, each beside what it is held against. */
export type LoadedAgain = {
  readonly reloads: readonly Named<Reload>[]
  readonly deltas: readonly Named<Delta>[]
  readonly blocking: readonly Named<BlockingReload>[]
}

export type GrowingList = {
  readonly url: URL
  readonly file: string
  readonly playlist: MediaPlaylist
  readonly loadedMs: number // performance.now()
}

export type ReloadOptions = {
  readonly reloads: number
  readonly nameOf: (url: URL) => string
  readonly signal?: AbortSignal | undefined
  readonly onUnread: (file: string, why: string) => void
  readonly onReload: () => void
}

export const MAX_PLAYLIST_BYTES = 16 * 2 ** 20

/** Loads a list that grows again, as a player does: blocking where the server can, else at the pace of section 6.3.4; and at
 *  last a delta where the server tells that it has them. Rejects with the signal's reason. */
export async function loadAgain(list: GrowingList, store: Store, options: ReloadOptions): Promise<LoadedAgain> {
  const { file, url } = list
  const found = {
    reloads: [] as Named<Reload>[],
    deltas: [] as Named<Delta>[],
    blocking: [] as Named<BlockingReload>[],
  }
  let { playlist: before, loadedMs } = list
  const control = before.tags.find(({ name }) => name === 'EXT-X-SERVER-CONTROL')
  const canBlock = store.isHttp && control !== undefined && attribute(control, 'CAN-BLOCK-RELOAD') === 'YES'
  for (let round = 0; round < options.reloads && !before.isEnded; round += 1) {
    const wished = canBlock ? nextOf(before) : undefined
    if (wished === undefined) await sleep(1000 * waitSeconds(before), undefined, sleepOptions(options))
    const after = await reload(url, wished === undefined ? {} : directives(wished), store, options)
    options.onReload()
    if (after === undefined) break
    const waitedSeconds = (performance.now() - loadedMs) / 1000
    found.reloads.push({ file, before, after, waitedSeconds })
    if (wished !== undefined) found.blocking.push({ file, ...wished, playlist: after })
    if (after.segments.at(-1)?.sequence !== before.segments.at(-1)?.sequence) loadedMs = performance.now()
    before = after
  }
  const canSkip = store.isHttp && control !== undefined && numberOf(control, 'CAN-SKIP-UNTIL') > 0
  const delta = canSkip && options.reloads > 0 ? await reload(url, { _HLS_skip: 'YES' }, store, options) : undefined
  if (delta !== undefined) found.deltas.push({ file, full: before, delta })
  return found
}

function sleepOptions({ signal }: ReloadOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

async function reload(
  url: URL,
  query: Readonly<Record<string, string>>,
  store: Store,
  { nameOf, onUnread }: ReloadOptions,
): Promise<MediaPlaylist | undefined> {
  const address = new URL(url)
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  const answer = await store.read(address, { maxBytes: MAX_PLAYLIST_BYTES })
  if (!answer.ok) {
    onUnread(nameOf(address), answer.why)
    return undefined
  }
  const playlist = readPlaylist(answer.bytes, new Map(), answer.url)
  return playlist.kind === 'media' ? playlist : undefined
}

/** RFC 8216 section 6.3.4. */
function waitSeconds({ targetDurationSeconds = 6 }: MediaPlaylist): number {
  return Math.min(Math.max(targetDurationSeconds, 0.5), 60)
}

/** What comes next: the part after the last, or the segment after the last. */
function nextOf({ segments, openParts, mediaSequence, tags }: MediaPlaylist): {
  sequence: number
  part: number | undefined
} {
  const sequence = (segments.at(-1)?.sequence ?? mediaSequence - 1) + 1
  const hasParts = tags.some(({ name }) => name === 'EXT-X-PART-INF')
  return { sequence, part: hasParts ? openParts.length : undefined }
}

function directives({ sequence, part }: { sequence: number; part: number | undefined }): Record<string, string> {
  return { _HLS_msn: `${sequence}`, ...(part === undefined ? {} : { _HLS_part: `${part}` }) }
}
