/** What the bytes of a segment say of one of its tracks. Times in seconds, not unwrapped; NaN where nothing tells. */
export type TrackFacts = {
  readonly id: number // PID, or track_ID
  readonly kind: 'video' | 'audio' | 'text' | 'other'
  readonly codec: string // RFC 6381, as far as the bytes tell: `avc1.64001f`, `mp4a.40.2`, or the format's name alone
  readonly frames: number
  readonly keyFrames: number
  readonly firstPtsSeconds: number // the lowest
  readonly endPtsSeconds: number // of the last frame shown, with its duration
  readonly firstDtsSeconds: number
  readonly endDtsSeconds: number
  readonly frameSeconds: number // the usual duration
  readonly startsWithKey: boolean // true of sound
  readonly hasParameterSets: boolean // before the first picture, or in the initialization section; true of sound
  readonly sampleRateHz?: number
  readonly channels?: number
}

export type ByteFault = { readonly rule: ByteRuleId; readonly expected: string; readonly got: string }

/** What is wrong with bytes on their own; `byte-rules.ts` tells severity and section of each. */
export type ByteRuleId =
  | 'ts-sync'
  | 'ts-size'
  | 'ts-tables'
  | 'ts-programs'
  | 'ts-continuity'
  | 'ts-pes'
  | 'pcr-missing'
  | 'pcr-interval'
  | 'pcr-jump'
  | 'pcr-late'
  | 'mp4-boxes'
  | 'mp4-tfdt'
  | 'mp4-init'
  | 'mp4-map'
  | 'webvtt'
  | 'packed-audio'
  | 'format'

export type SegmentFacts = {
  readonly format: 'ts' | 'fmp4' | 'packed-audio' | 'webvtt' | 'unknown'
  readonly tracks: readonly TrackFacts[]
  readonly faults: readonly ByteFault[]
  /** Program clock references, 27 MHz as seconds. */
  readonly pcr?: { readonly firstSeconds: number; readonly lastSeconds: number }
}

/** The pictures of a segment. */
export function videoOf({ tracks }: SegmentFacts): TrackFacts | undefined {
  return tracks.find(({ kind }) => kind === 'video')
}

/** The usual distance of ascending times, so that one hole does not count; 0 of fewer than two. */
export function usualStep(ascending: readonly number[]): number {
  const steps = ascending
    .slice(1)
    .map((time, index) => time - (ascending[index] as number))
    .filter((step) => step > 0)
    .sort((a, b) => a - b)
  return steps[Math.floor(steps.length / 2)] ?? 0
}
