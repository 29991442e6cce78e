import { encryptedMultivariant, encryptedPlaylist, readSegmentName } from '../protocol/encrypted-playlist.ts'
import { Refusal } from './refusal.ts'
import type { SegmentKey, SegmentKeys } from './segment-keys.ts'

/** What becomes of a file on its way out. */
export type Encryption =
  | { readonly kind: 'segment'; readonly segmentKey: SegmentKey; readonly tag: string }
  | { readonly kind: 'playlist'; rewrite(text: string): string }

const CLEAR_FILE = /(?:^|\/)(?:init\.mp4|[^/]*\.(?:json|jpg|vtt))$/
const KEY_FILE = /^([\w-]+)\/((?:ts|m4s|aac)-(?:0|[1-9]\d{0,11})\.key)$/

/** How the files of a package leave the origin where segments are encrypted: one clear copy lies on the disk, and the relay
 *  goes on reading it. What is neither known to be encrypted nor meant to be clear is refused. */
export class PackageEncryption {
  readonly #keys: SegmentKeys

  constructor(keys: SegmentKeys) {
    this.#keys = keys
  }

  /** Of a file by its name within the package; undefined: it stays clear. Throws `not-encryptable`. */
  of(video: string, name: string): Encryption | undefined {
    if (name.endsWith('.m3u8')) return { kind: 'playlist', rewrite: (text) => this.rewrite(name, text) }
    if (CLEAR_FILE.test(name)) return undefined
    const [rendition = '', file = ''] = name.split('/')
    const segment = readSegmentName(file)
    if (segment === undefined) throw notEncryptable(name)
    return { kind: 'segment', segmentKey: this.#keys.of(video, rendition, segment), tag: this.#keys.tag }
  }

  /** The playlist as players see it. Throws `not-encryptable`. */
  rewrite(name: string, text: string): string {
    if (/^#EXT-X-STREAM-INF:/m.test(text)) return encryptedMultivariant(text)
    const rewritten = encryptedPlaylist(text, this.#keys.segmentsPerKey)
    if (rewritten === undefined) throw notEncryptable(name)
    return rewritten
  }

  /** The rendition and the key that a name stands for; undefined: it is no key's. */
  keyAt(video: string, name: string): { readonly rendition: string; readonly key: Buffer } | undefined {
    const [, rendition, file] = KEY_FILE.exec(name) ?? []
    if (rendition === undefined || file === undefined) return undefined
    return { rendition, key: this.#keys.key(video, rendition, file) }
  }
}

function notEncryptable(name: string): Refusal {
  return new Refusal('not-encryptable', `there is no encrypted ${name.slice(0, 200)}`)
}
