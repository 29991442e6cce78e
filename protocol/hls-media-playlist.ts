import type { Manifest } from 'm3u8-parser'

/** Bytes of a resource; without a range all of it. */
export type ViewedResource = {
  readonly uri: string
  readonly range?: { readonly offsetBytes: number; readonly lengthBytes: number }
}

export type ViewedSegment = ViewedResource & {
  readonly sequence: number // media sequence number, RFC 8216 section 3
  readonly durationSeconds: number
  readonly isDiscontinuity: boolean // it does not continue the one before
  readonly isGap: boolean // it is not there, and must not be asked for
  readonly map?: ViewedResource // initialisation section, to be fetched before
  readonly keyUri?: string // what an encrypted one is read with
  readonly startUnixMs?: number // EXT-X-PROGRAM-DATE-TIME, told or worked out
}

/** A partial segment, draft-pantos-hls-rfc8216bis section 4.4.4.9. */
export type ViewedPart = ViewedResource & {
  readonly sequence: number // media sequence number of its segment
  readonly part: number // within that
  readonly durationSeconds: number
  readonly isIndependent: boolean // begins with a keyframe
  readonly isGap: boolean
  readonly map?: ViewedResource
  readonly startUnixMs?: number // of its segment's first picture, and the parts before it
}

/** Of a list whose reloads are held until there is another part. */
export type ViewedLowLatency = {
  readonly partHoldBackSeconds: number
  readonly parts: readonly ViewedPart[] // of the newest segments; others are listed whole alone
}

export type ViewedMediaPlaylist = {
  readonly kind: 'media'
  readonly targetDurationSeconds: number
  readonly isEnded: boolean // no more will be added
  readonly type?: 'VOD' | 'EVENT' // absent of live: it may slide
  readonly segments: readonly ViewedSegment[]
  readonly holdBackSeconds: number // from the end of a live list; three target durations unless told
  readonly startOffsetSeconds?: number // EXT-X-START; negative: from the end
  readonly lowLatency?: ViewedLowLatency // where it has parts and CAN-BLOCK-RELOAD
}

type Item = Manifest['segments'][number]
/** What the parser has and its types do not tell. */
type Told = Item & { readonly custom?: { readonly gap?: unknown } }

const HOLD_BACK_TARGETS = 3 // RFC 8216bis section 4.4.3.8

/** undefined for what has no target duration: it is no media playlist. */
export function readMediaPlaylist(manifest: Manifest): ViewedMediaPlaylist | undefined {
  const targetDurationSeconds = numberOf(manifest.targetDuration)
  if (targetDurationSeconds === undefined || targetDurationSeconds <= 0) return undefined
  const firstSequence = numberOf(manifest.mediaSequence) ?? 0
  const startOffsetSeconds = numberOf(manifest.start?.timeOffset)
  const { playlistType: type } = manifest
  return {
    kind: 'media',
    targetDurationSeconds,
    isEnded: manifest.endList === true,
    ...(type === 'VOD' || type === 'EVENT' ? { type } : {}),
    segments: manifest.segments
      .filter(({ uri }) => typeof uri === 'string') // of an EXTINF that ends the list there is none
      .map((item, index) => segmentOf(item, firstSequence + index)),
    holdBackSeconds: numberOf(manifest.serverControl?.['holdBack']) ?? HOLD_BACK_TARGETS * targetDurationSeconds,
    ...(startOffsetSeconds === undefined ? {} : { startOffsetSeconds }),
    ...lowLatencyOf(manifest, firstSequence),
  }
}

function lowLatencyOf(manifest: Manifest, firstSequence: number): Pick<ViewedMediaPlaylist, 'lowLatency'> {
  const control = manifest.serverControl
  const partHoldBackSeconds = numberOf(control?.['partHoldBack'])
  if (control?.['canBlockReload'] !== true || partHoldBackSeconds === undefined) return {}
  const open = (manifest as { readonly preloadSegment?: Item }).preloadSegment // of which there are parts so far
  const items = open === undefined ? manifest.segments : [...manifest.segments, open]
  const parts = items.flatMap((item, index) => partsOf(item, firstSequence + index))
  return parts.length === 0 ? {} : { lowLatency: { partHoldBackSeconds, parts } }
}

function partsOf({ parts = [], map, programDateTime }: Item, sequence: number): ViewedPart[] {
  let startSeconds = 0
  return parts.map(({ uri, duration, independent, gap, byterange }, part) => {
    const startUnixMs = typeof programDateTime === 'number' ? programDateTime + startSeconds * 1000 : undefined // s to ms
    const durationSeconds = Math.max(0, numberOf(duration) ?? 0)
    startSeconds += durationSeconds
    return {
      ...resourceOf({ uri: String(uri), byterange: byterange as Item['byterange'] }),
      ...{ sequence, part, durationSeconds, isIndependent: isYes(independent), isGap: isYes(gap) },
      ...(map === undefined ? {} : { map: resourceOf(map) }),
      ...(startUnixMs === undefined ? {} : { startUnixMs }),
    }
  })
}

const isYes = (attribute: unknown): boolean => attribute === true || attribute === 'YES'

function segmentOf(item: Told, sequence: number): ViewedSegment {
  const { key, map, programDateTime } = item
  const isEncrypted = key !== undefined && key.method !== 'NONE' && typeof key.uri === 'string'
  return {
    ...resourceOf(item),
    sequence,
    durationSeconds: Math.max(0, numberOf(item.duration) ?? 0),
    isDiscontinuity: item.discontinuity === true,
    isGap: item.custom?.gap !== undefined,
    ...(map === undefined ? {} : { map: resourceOf(map) }),
    ...(isEncrypted ? { keyUri: key.uri } : {}),
    ...(typeof programDateTime === 'number' ? { startUnixMs: programDateTime } : {}),
  }
}

function resourceOf({
  uri,
  byterange,
}: {
  readonly uri: string
  readonly byterange?: Item['byterange'] | undefined
}): ViewedResource {
  if (byterange === undefined) return { uri }
  return { uri, range: { offsetBytes: byterange.offset, lengthBytes: byterange.length } }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
