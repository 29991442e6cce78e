import { LRUCache } from 'lru-cache'
import type { LiveRenditions, RenditionName } from '../segmenter/live/live-renditions.ts'
import type { LiveWindow, ReloadWish } from '../segmenter/live/live-window.ts'
import type { HeldRequests } from './held-requests.ts'
import { CodedText } from './coded-text.ts'
import { sendText, writeHead, type Asked } from './http-answer.ts'
import type { PackageEncryption } from './package-encryption.ts'
import { Refusal } from './refusal.ts'
import { encryptSegment } from './segment-keys.ts'

/** A channel as its files are asked for. */
export type ServedChannel = {
  readonly renditions: LiveRenditions | undefined // absent before its first keyframe
  readonly held: HeldRequests
  readonly hasEnded: boolean
}

export type ChannelShelf = { served(id: string): ServedChannel | undefined }

const BEGIN_WAIT_MS = 15_000
const BLOCKED_TARGETS = 3 // draft-pantos-hls-rfc8216bis section 6.2.5.2
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl'
const types: Readonly<Record<string, string>> = { ts: 'video/mp2t', m4s: 'video/mp4', mp4: 'video/mp4' }
const SEGMENT_SECONDS_KEPT = 3600 // a name is never used twice
const GZIP_LEVEL = 6 // of what changes soon
const TEXTS_KEPT = 64 // of all channels: each is asked for by all who watch
const ENCRYPTED_KEPT_BYTES = 32_000_000 // of all channels

const multivariantNames: Readonly<Record<string, RenditionName>> = {
  'master.m3u8': 'live',
  'low-latency.m3u8': 'low-latency',
}

/** The files of live channels, out of memory: playlists as they stand now, or held until they have what is asked for. */
export class LiveOrigin {
  readonly #shelf: ChannelShelf
  readonly #encryption: PackageEncryption | undefined
  readonly #texts = new LRUCache<string, CodedText>({ max: TEXTS_KEPT })
  readonly #encrypted = new LRUCache<Uint8Array, Buffer>({
    maxSize: ENCRYPTED_KEPT_BYTES,
    sizeCalculation: ({ length }) => length,
  })

  /** With `encryption` its segments leave encrypted, and there is nothing in parts. */
  constructor(shelf: ChannelShelf, encryption?: PackageEncryption) {
    this.#shelf = shelf
    this.#encryption = encryption
  }

  has(id: string): boolean {
    return this.#shelf.served(id) !== undefined
  }

  /** Answers one GET or HEAD, or throws the refusal. */
  async answer(id: string, name: string, asked: Asked): Promise<void> {
    const channel = this.#shelf.served(id)
    if (channel === undefined) throw nothingAt(name)
    const multivariant = multivariantNames[name]
    const [rendition, file] = multivariant === undefined ? splitName(name) : [multivariant, undefined]
    if (rendition === undefined) throw nothingAt(name)
    if (this.#encryption !== undefined && rendition !== 'live') {
      throw new Refusal('not-encryptable', 'segments are encrypted here, parts of them cannot be')
    }
    const isPlayable = (): boolean => {
      const { renditions, hasEnded } = channel
      return hasEnded || (renditions !== undefined && renditions.windows[rendition].isPlayable)
    }
    await this.#hold(channel, isPlayable, BEGIN_WAIT_MS, asked)
    const { renditions } = channel
    if (renditions === undefined) throw nothingAt(name)
    const window = renditions.windows[rendition]
    if (file === undefined) return this.#sendText(asked, this.#rewrite(renditions.multivariant(rendition)), NOT_KEPT)
    if (file === 'index.m3u8') return this.#answerPlaylist(channel, window, asked)
    return this.#answerFile(channel, window, { id, rendition, file }, asked)
  }

  async #answerPlaylist(channel: ServedChannel, window: LiveWindow, asked: Asked): Promise<void> {
    const query = new URLSearchParams((asked.request.url ?? '').split('?', 2)[1] ?? '')
    const wish = readReload(query)
    const isDelta = query.get('_HLS_skip') === 'YES' || query.get('_HLS_skip') === 'v2'
    const playlist = (): string => this.#rewrite(window.playlist(isDelta))
    if (wish === undefined) return this.#sendText(asked, playlist(), NOT_KEPT)
    if (window.reload(wish) === 'too-far') {
      throw new Refusal('reload-too-far', `the live edge is at ${JSON.stringify(window.edge)}`)
    }
    const targetMs = window.targetDurationSeconds * 1000 // s to ms
    await this.#hold(channel, () => window.reload(wish) === 'ready', BLOCKED_TARGETS * targetMs, asked)
    // Another answer for each address, which never changes (appendix B.1).
    return this.#sendText(asked, playlist(), `public, max-age=${6 * window.targetDurationSeconds}`)
  }

  async #answerFile(channel: ServedChannel, window: LiveWindow, place: Place, asked: Asked): Promise<void> {
    const { file } = place
    const isDecided = (): boolean => window.file(file)?.kind !== 'hinted' || window.isEnded
    const targetMs = window.targetDurationSeconds * 1000 // s to ms
    await this.#hold(channel, isDecided, BLOCKED_TARGETS * targetMs, asked)
    const found = window.file(file)
    if (found?.kind !== 'bytes') throw nothingAt(file)
    const bytes = this.#served(place, found.bytes)
    const type = types[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
    const sent = writeHead(asked, {
      type,
      sizeBytes: bytes.length,
      cacheControl: `public, max-age=${SEGMENT_SECONDS_KEPT}`,
      validators: { etag: `"${file}"` },
      takesRanges: true,
    })
    asked.response.end(sent && bytes.subarray(sent.first, sent.last + 1))
  }

  /** A segment is encrypted once for those who fetch it at its time. */
  #served({ id, rendition, file }: Place, bytes: Uint8Array): Uint8Array {
    const encryption = this.#encryption?.of(id, `${rendition}/${file}`)
    if (encryption?.kind !== 'segment') return bytes
    const known = this.#encrypted.get(bytes)
    if (known !== undefined) return known
    const encrypted = encryptSegment(bytes, encryption.segmentKey)
    this.#encrypted.set(bytes, encrypted)
    return encrypted
  }

  #rewrite(playlist: string): string {
    return this.#encryption?.rewrite('playlist', playlist) ?? playlist
  }

  #sendText(asked: Asked, text: string, cacheControl: string): Promise<void> {
    const coded = this.#texts.get(text) ?? new CodedText(Buffer.from(text), GZIP_LEVEL)
    this.#texts.set(text, coded)
    return sendText(asked, coded, { type: PLAYLIST_TYPE, cacheControl })
  }

  async #hold({ held }: ServedChannel, isReady: () => boolean, timeoutMs: number, { response }: Asked): Promise<void> {
    const outcome = await held.until(isReady, timeoutMs, response)
    if (outcome === 'too-many') throw new Refusal('too-many-requests', 'too many requests wait for this channel')
    if (outcome === 'timed-out') throw new Refusal('reload-timed-out', `nothing new came in ${timeoutMs / 1000} s`)
    if (outcome === 'gone') throw new Refusal('broken-off', 'the client has gone')
  }
}

type Place = { readonly id: string; readonly rendition: RenditionName; readonly file: string }

const NOT_KEPT = 'no-cache'

function splitName(name: string): [RenditionName, string] | [undefined, undefined] {
  const [folder = '', file = ''] = name.split('/')
  return folder === 'live' || folder === 'low-latency' ? [folder, file] : [undefined, undefined]
}

/** Throws `bad-request` for a part without a segment, and for what is no number. */
function readReload(query: URLSearchParams): ReloadWish | undefined {
  const [sequence, part] = ['_HLS_msn', '_HLS_part'].map((name) => readNumber(query, name))
  if (sequence === undefined && part !== undefined) {
    throw new Refusal('bad-request', '_HLS_part says nothing without _HLS_msn')
  }
  return sequence === undefined ? undefined : { sequence, ...(part === undefined ? {} : { part }) }
}

function readNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^\d{1,12}$/.test(text))
    throw new Refusal('bad-request', `${name} must be a whole number, got ${text.slice(0, 40)}`)
  return Number(text)
}

function nothingAt(name: string): Refusal {
  return new Refusal('not-found', `there is no ${name.slice(0, 200)}`)
}
