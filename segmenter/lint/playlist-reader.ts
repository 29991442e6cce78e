import { grammarOf } from './grammar-rules.ts'
import { readPlaylistLines } from './playlist-lines.ts'
import { attribute, numberOf, readTags, type Tag } from './playlist-tags.ts'
import type { ByteRange, MultivariantPlaylist, Part, Playlist, Segment, StreamEntry } from './playlist.ts'
import { readVariables, substitute, type Variables } from './variables.ts'

const NO_VARIABLES: Variables = new Map()
const NOWHERE = new URL('file:///')

/** Reads any bytes as a playlist, as far as they can be understood; what is wrong with them is for the rules to say. A
 *  list with a tag of multivariant playlists and no EXTINF is one of those. */
export function readPlaylist(bytes: Uint8Array, imported = NO_VARIABLES, address = NOWHERE): Playlist {
  const plain = grammarOf(readPlaylistLines(bytes))
  const variables = readVariables(plain.tags, imported, address)
  const grammar =
    variables.size === 0 ? plain : { ...plain, tags: readTags(plain, (text) => substitute(text, variables)) }
  const version = Number(valueOf(grammar.tags, 'EXT-X-VERSION') ?? 1) || 1
  const isIndependent = has(grammar.tags, 'EXT-X-INDEPENDENT-SEGMENTS')
  const isMultivariant = grammar.tags.some(({ rule }) => rule?.of === 'multivariant')
  if (isMultivariant && !has(grammar.tags, 'EXTINF')) {
    return { kind: 'multivariant', ...grammar, version, isIndependent, ...readStreams(grammar, variables) }
  }
  const { tags } = grammar
  const targetDuration = Number.parseInt(valueOf(tags, 'EXT-X-TARGETDURATION') ?? '', 10)
  const mediaSequence = Number(valueOf(tags, 'EXT-X-MEDIA-SEQUENCE') ?? 0) || 0
  const discontinuitySequence = Number(valueOf(tags, 'EXT-X-DISCONTINUITY-SEQUENCE') ?? 0) || 0
  const skip = tags.find(({ name }) => name === 'EXT-X-SKIP')
  const skippedSegments = (skip && numberOf(skip, 'SKIPPED-SEGMENTS')) || 0
  const reader = new SegmentReader(mediaSequence + skippedSegments, discontinuitySequence, variables)
  const tagAt = new Map(tags.map((tag) => [tag.line, tag]))
  for (const line of grammar.lines) {
    if (line.kind === 'uri') reader.uri(line.text.trim(), line.number)
    const tag = tagAt.get(line.number)
    if (tag !== undefined) reader.tag(tag)
  }
  return {
    kind: 'media',
    ...grammar,
    version,
    isIndependent,
    targetDurationSeconds: Number.isNaN(targetDuration) ? undefined : targetDuration,
    mediaSequence,
    discontinuitySequence,
    type: valueOf(tags, 'EXT-X-PLAYLIST-TYPE'),
    isEnded: has(tags, 'EXT-X-ENDLIST'),
    isIFramesOnly: has(tags, 'EXT-X-I-FRAMES-ONLY'),
    skippedSegments,
    segments: reader.segments,
    openParts: reader.openParts,
  }
}

/** The variables that media playlists may import. */
export function variablesOf(playlist: MultivariantPlaylist, address: URL): Variables {
  return readVariables(playlist.tags, NO_VARIABLES, address)
}

function has(tags: readonly Tag[], wanted: string): boolean {
  return tags.some(({ name }) => name === wanted)
}

function valueOf(tags: readonly Tag[], wanted: string): string | undefined {
  return tags.find(({ name }) => name === wanted)?.value
}

type Streams = Pick<MultivariantPlaylist, 'variants' | 'iFrameStreams' | 'renditions'>

function readStreams({ lines, tags }: Pick<MultivariantPlaylist, 'lines' | 'tags'>, variables: Variables): Streams {
  const named = (name: string): StreamEntry[] =>
    tags
      .filter((tag) => tag.name === name)
      .map((tag) => {
        return { tag, line: tag.line, uri: attribute(tag, 'URI') }
      })
  const variants = tags
    .filter(({ name }) => name === 'EXT-X-STREAM-INF')
    .map((tag) => {
      const after = lines.slice(tag.line).find(({ kind }) => kind === 'uri' || kind === 'tag')
      const uri = after?.kind === 'uri' ? substitute(after.text.trim(), variables) : undefined
      return { tag, line: tag.line, uri }
    })
  return { variants, iFrameStreams: named('EXT-X-I-FRAME-STREAM-INF'), renditions: named('EXT-X-MEDIA') }
}

type Ending = Pick<ByteRange, 'offsetBytes'> & { readonly uri: string; readonly endBytes: number | undefined }

/** Takes the lines of a media playlist in their order. */
class SegmentReader {
  readonly segments: Segment[] = []
  openParts: Part[] = []
  readonly #variables: Variables
  #sequence: number
  #discontinuitySequence: number
  #startSeconds = 0
  #duration: { text: string; seconds: number } | undefined
  #range: string | undefined
  #isDiscontinuity = false
  #isGap = false
  #keys: readonly Tag[] = []
  #map: Segment['map']
  #dateTime: Segment['dateTime']
  #bitrateKilobits: number | undefined
  #last: Ending | undefined
  #lastPart: Ending | undefined

  constructor(sequence: number, discontinuitySequence: number, variables: Variables) {
    this.#sequence = sequence
    this.#discontinuitySequence = discontinuitySequence
    this.#variables = variables
  }

  tag(tag: Tag): void {
    const { name, value = '', line } = tag
    if (name === 'EXTINF') {
      const text = value.split(',')[0] as string
      this.#duration = { text, seconds: text.trim() === '' ? NaN : Number(text) }
    } else if (name === 'EXT-X-BYTERANGE') this.#range = value
    else if (name === 'EXT-X-DISCONTINUITY') this.#discontinue()
    else if (name === 'EXT-X-GAP') this.#isGap = true
    else if (name === 'EXT-X-KEY') this.#key(tag)
    else if (name === 'EXT-X-MAP') {
      const uri = attribute(tag, 'URI') ?? ''
      this.#map = { line, uri, range: readRange(attribute(tag, 'BYTERANGE'), uri, undefined) }
    } else if (name === 'EXT-X-PROGRAM-DATE-TIME') this.#dateTime = { line, unixMs: Date.parse(withColon(value)) }
    else if (name === 'EXT-X-BITRATE') this.#bitrateKilobits = Number(value) || undefined
    else if (name === 'EXT-X-PART') this.#part(tag)
  }

  uri(text: string, line: number): void {
    const uri = substitute(text, this.#variables)
    const range = readRange(this.#range, uri, this.#last)
    const durationSeconds = this.#duration?.seconds ?? NaN
    this.segments.push({
      line,
      uri,
      range,
      durationSeconds,
      durationText: this.#duration?.text ?? '',
      startSeconds: this.#startSeconds,
      sequence: this.#sequence,
      discontinuitySequence: this.#discontinuitySequence,
      isDiscontinuity: this.#isDiscontinuity,
      keys: this.#keys,
      map: this.#map,
      dateTime: this.#dateTime,
      isGap: this.#isGap,
      bitrateKilobits: range === undefined ? this.#bitrateKilobits : undefined,
      parts: this.openParts,
    })
    this.#last = range && endingOf(uri, range)
    this.#sequence += 1
    this.#startSeconds += Number.isFinite(durationSeconds) ? durationSeconds : 0
    this.#duration = this.#range = this.#dateTime = this.#lastPart = undefined
    this.#isDiscontinuity = this.#isGap = false
    this.openParts = []
  }

  #discontinue(): void {
    if (!this.#isDiscontinuity) this.#discontinuitySequence += 1
    this.#isDiscontinuity = true
  }

  #key(tag: Tag): void {
    const format = (key: Tag): string => attribute(key, 'KEYFORMAT') ?? 'identity'
    if (attribute(tag, 'METHOD') === 'NONE') this.#keys = []
    else this.#keys = [...this.#keys.filter((key) => format(key) !== format(tag)), tag]
  }

  #part(tag: Tag): void {
    const uri = attribute(tag, 'URI') ?? ''
    const range = readRange(attribute(tag, 'BYTERANGE'), uri, this.#lastPart)
    this.#lastPart = range && endingOf(uri, range)
    this.openParts.push({
      line: tag.line,
      uri,
      range,
      durationSeconds: numberOf(tag, 'DURATION'),
      isIndependent: attribute(tag, 'INDEPENDENT') === 'YES',
      isGap: attribute(tag, 'GAP') === 'YES',
    })
  }
}

function endingOf(uri: string, { offsetBytes, lengthBytes }: ByteRange): Ending {
  return { uri, offsetBytes, endBytes: offsetBytes === undefined ? undefined : offsetBytes + lengthBytes }
}

/** Without an offset the range goes on where the one before it ended, in the same resource. */
function readRange(text: string | undefined, uri: string, before: Ending | undefined): ByteRange | undefined {
  const parts = /^(\d+)(?:@(\d+))?$/.exec(text ?? '')
  if (parts === null) return undefined
  const lengthBytes = Number(parts[1])
  if (parts[2] !== undefined) return { lengthBytes, offsetBytes: Number(parts[2]) }
  return { lengthBytes, offsetBytes: before?.uri === uri ? before.endBytes : undefined }
}

/** ISO 8601 allows +0100; Date.parse of Node 20 does, too, but not +01. */
function withColon(dateTime: string): string {
  return dateTime.replace(/([+-]\d{2})$/, '$1:00')
}
