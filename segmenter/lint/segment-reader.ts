import { decrypt, encryptionOf, KEY_BYTES } from './clear-bytes.ts'
import { beginsWithBrokenTable } from './first-block.ts'
import { attribute } from './playlist-tags.ts'
import type { ByteRange, MediaPlaylist, Segment } from './playlist.ts'
import { readSegment } from './read-segment.ts'
import type { ReadProblem, ReadSegment } from './rendition.ts'
import type { Answer, Store } from './store.ts'

export const MAX_SEGMENT_BYTES = 256 * 2 ** 20
const MAX_INIT_BYTES = 16 * 2 ** 20
const HEAD_BYTES = 188 * 32 // the tables of a program, before its first media

/** The bytes of a segment in the clear, with what a decoder needs before them. */
export type ClearSegment = { readonly bytes: Uint8Array; readonly before: Uint8Array | undefined }

export type SegmentAnswer = {
  readonly read: ReadSegment
  readonly answer: Extract<Answer, { ok: true }> | undefined
  readonly clear: ClearSegment | undefined
}

/** Reads the segments of one media playlist, and keys and initialization sections that they share. */
export class SegmentReader {
  readonly #store: Store
  readonly #base: URL
  readonly #isIFramesOnly: boolean
  #kept: { readonly name: string; readonly answer: Promise<Answer> }[] = []

  constructor(store: Store, base: URL, { isIFramesOnly }: Pick<MediaPlaylist, 'isIFramesOnly'>) {
    this.#store = store
    this.#base = base
    this.#isIFramesOnly = isIFramesOnly
  }

  async read(segment: Segment): Promise<SegmentAnswer> {
    const problem = (rule: ReadProblem['rule'], expected: string, got: string): SegmentAnswer => ({
      read: { segment, sizeBytes: undefined, facts: undefined, problems: [{ rule, expected, got }] },
      answer: undefined,
      clear: undefined,
    })
    const isNowhere = segment.range !== undefined && segment.range.offsetBytes === undefined // told of the playlist
    if (segment.isGap || isNowhere) return { ...problem('resource', '', ''), read: unread(segment) }
    const url = this.#resolve(segment.uri)
    if (url === undefined) return problem('resource', 'a URI', segment.uri)
    const { range } = segment
    const answer = await this.#store.read(url, { maxBytes: MAX_SEGMENT_BYTES, range: spanOf(range) })
    if (!answer.ok) return problem('resource', 'a segment that can be read', answer.why)
    if (answer.bytes.length === 0) return problem('resource', 'a segment', 'no bytes')
    if (range !== undefined && answer.bytes.length < range.lengthBytes) {
      const got = `${answer.bytes.length} bytes${answer.wholeBytes === undefined ? '' : `; it has ${answer.wholeBytes}`}`
      return problem('byte-range', `${range.lengthBytes} bytes from ${range.offsetBytes}`, got)
    }
    const sizeBytes = answer.bytes.length
    const opened = await this.#open(segment, answer.bytes)
    if ('rule' in opened) {
      const read = { segment, sizeBytes, facts: undefined, problems: opened.got === '' ? [] : [opened] }
      return { read, answer, clear: undefined }
    }
    const facts = readSegment({ bytes: opened.bytes, init: opened.init, head: opened.head })
    const clear = { bytes: opened.bytes, before: opened.init ?? opened.head }
    return { read: { segment, sizeBytes, facts, problems: opened.problems }, answer, clear }
  }

  /** In the clear. A problem without a word in `got` is none: what cannot be opened by us is not wrong. */
  async #open(segment: Segment, bytes: Uint8Array): Promise<Opened | ReadProblem> {
    const encryption = encryptionOf(segment)
    if (encryption.kind === 'opaque') return { rule: 'decrypt', expected: '', got: '' }
    let clear = bytes
    let keyBytes: Uint8Array | undefined
    if (encryption.kind === 'aes-128') {
      const answer = await this.#shared(encryption.uri, undefined, KEY_BYTES + 1)
      if (!answer.ok) {
        const isSecret = /status 40[13]/.test(answer.why)
        const got = `${answer.why}: ${encryption.uri}`
        return { rule: isSecret ? 'key-refused' : 'key-resource', expected: 'a key', got }
      }
      keyBytes = answer.bytes
      if (keyBytes.length !== KEY_BYTES) {
        return { rule: 'key-resource', expected: 'a key of 16 bytes', got: `${keyBytes.length} or more` }
      }
      const opened = decrypt(bytes, keyBytes, encryption.key, segment.sequence)
      if (opened === undefined)
        return { rule: 'decrypt', expected: 'what AES-128 with PKCS7 padding makes', got: 'other bytes' }
      if (beginsWithBrokenTable(opened)) {
        return {
          rule: 'decrypt',
          expected: 'the IV with which it was encrypted',
          got: 'a broken table at its beginning',
        }
      }
      clear = opened
    }
    const { init, problems } = await this.#initOf(segment, keyBytes)
    return { bytes: clear, init, problems, head: init === undefined ? await this.#headOf(segment, clear) : undefined }
  }

  async #initOf(segment: Segment, keyBytes: Uint8Array | undefined): Promise<Pick<Opened, 'init' | 'problems'>> {
    const { map } = segment
    if (map === undefined) return { init: undefined, problems: [] }
    const answer = await this.#shared(map.uri, map.range, MAX_INIT_BYTES)
    if (!answer.ok) {
      const got = `${answer.why}: ${map.uri}`
      return { init: new Uint8Array(0), problems: [{ rule: 'resource', expected: 'an initialization section', got }] }
    }
    if (map.range !== undefined && answer.bytes.length < map.range.lengthBytes) {
      const expected = `an initialization section of ${map.range.lengthBytes} bytes from ${map.range.offsetBytes}`
      const problem: ReadProblem = { rule: 'byte-range', expected, got: `${answer.bytes.length} bytes` }
      return { init: answer.bytes, problems: [problem] }
    }
    const encryption = encryptionOf(segment)
    if (encryption.kind !== 'aes-128' || keyBytes === undefined || encryption.key.line > map.line) {
      return { init: answer.bytes, problems: [] }
    }
    const clear = decrypt(answer.bytes, keyBytes, encryption.key, 0)
    if (clear !== undefined) return { init: clear, problems: [] }
    if (attribute(encryption.key, 'IV') === undefined) return { init: answer.bytes, problems: [] } // told of the playlist
    const expected = 'an initialization section as AES-128 with PKCS7 padding makes it'
    return { init: answer.bytes, problems: [{ rule: 'decrypt', expected, got: `other bytes: ${map.uri}` }] }
  }

  /** An I-frame's range may lack the tables that stand at the start of its resource (section 4.3.3.6); no other may. */
  async #headOf({ uri, range }: Segment, bytes: Uint8Array): Promise<Uint8Array | undefined> {
    if (!this.#isIFramesOnly || range === undefined || !(range.offsetBytes ?? 0) || bytes[0] !== 0x47) return undefined
    const answer = await this.#shared(uri, { offsetBytes: 0, lengthBytes: HEAD_BYTES }, HEAD_BYTES)
    return answer.ok ? answer.bytes : undefined
  }

  /** What several segments need is fetched once; the last few are kept. */
  #shared(uri: string, range: ByteRange | undefined, maxBytes: number): Promise<Answer> {
    const name = `${uri}@${range?.offsetBytes ?? ''}`
    const kept = this.#kept.find((one) => one.name === name)
    if (kept !== undefined) return kept.answer
    const url = this.#resolve(uri)
    const answer: Promise<Answer> =
      url === undefined
        ? Promise.resolve({ ok: false, why: 'no URI' })
        : this.#store.read(url, { maxBytes, range: spanOf(range) })
    this.#kept = [...this.#kept.slice(-7), { name, answer }]
    return answer
  }

  #resolve(uri: string): URL | undefined {
    return URL.canParse(uri, this.#base.href) ? new URL(uri, this.#base) : undefined
  }
}

type Opened = {
  readonly bytes: Uint8Array
  readonly init: Uint8Array | undefined
  readonly head: Uint8Array | undefined
  readonly problems: readonly ReadProblem[]
}

function spanOf(range: ByteRange | undefined): { offsetBytes: number; lengthBytes: number } | undefined {
  return range === undefined ? undefined : { offsetBytes: range.offsetBytes ?? 0, lengthBytes: range.lengthBytes }
}

/** A segment of which nothing is known but its lines. */
export function unread(segment: Segment): ReadSegment {
  return { segment, sizeBytes: undefined, facts: undefined, problems: [] }
}
