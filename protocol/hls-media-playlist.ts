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

export type ViewedMediaPlaylist = {
  readonly kind: 'media'
  readonly targetDurationSeconds: number
  readonly isEnded: boolean // no more will be added
  readonly type?: 'VOD' | 'EVENT' // absent of live: it may slide
  readonly segments: readonly ViewedSegment[]
  readonly holdBackSeconds: number // from the end of a live list; three target durations unless told
  readonly startOffsetSeconds?: number // EXT-X-START; negative: from the end
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
  }
}

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
  readonly byterange?: Item['byterange']
}): ViewedResource {
  if (byterange === undefined) return { uri }
  return { uri, range: { offsetBytes: byterange.offset, lengthBytes: byterange.length } }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
