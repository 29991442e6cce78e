/** What a decoder loses with a frame: all until the next IDR, or only the frame itself (nal_ref_idc 0). */
export type FrameKind = 'idr' | 'reference' | 'disposable'

/** One coded picture. Times are 90 kHz ticks after the first picture's presentation time. */
export type OutlineFrame = {
  readonly kind: FrameKind
  readonly ptsTicks: number
  readonly dtsTicks: number
  readonly nalSizesBytes: readonly number[] // without start codes; parameter sets and SEI included, AUD left out
  readonly headerNals?: number // so many of them come before the first slice (parameter sets, SEI); absent means 0
}

/** Consecutive AAC access units of a segment; each lasts `samplesPerFrame` samples. */
export type OutlineAudio = {
  readonly firstPtsTicks: number // 90 kHz, same origin as the frames; may be negative (encoder priming)
  readonly sizesBytes: readonly number[] // raw access units, without ADTS header
}

export type OutlineSegment = {
  readonly uri: string // relative to the variant's folder
  readonly sizeBytes: number
  readonly startSeconds: number
  readonly durationSeconds: number
  readonly frames: readonly OutlineFrame[] // decode order; the first is an IDR
  readonly audio?: OutlineAudio
}

/** The one index of a variant: RTSP seek, simulation, damage and explanation read it; served as `outline.json`. */
export type Outline = {
  readonly format: 'weir-outline'
  readonly version: 1
  readonly variant: string
  readonly originTicks: number // PTS of the first picture in the .ts files, 90 kHz, 33 bits
  readonly video?: {
    readonly codec: string // RFC 6381, such as avc1.64001f
    readonly widthPixels: number
    readonly heightPixels: number
    readonly framesPerSecond: number
    readonly spsBase64: string
    readonly ppsBase64: string
  }
  readonly audio?: {
    readonly codec: string // mp4a.40.2
    readonly sampleRateHz: number
    readonly channelCount: number
    readonly samplesPerFrame: number // 1024
    readonly audioSpecificConfigHex: string
  }
  readonly segments: readonly OutlineSegment[]
  readonly ended: boolean // false while the video is still being segmented
}
