import type { Outline, OutlineFrame, OutlineSegment } from '../protocol/outline.ts'

export type OutlineShape = {
  readonly seconds: number // a multiple of 4
  readonly videoBitsPerSecond: number
  readonly framesPerSecond?: number // absent: 30
  readonly variant?: string // absent: made-up
  readonly widthPixels?: number // absent: 1280
  readonly heightPixels?: number // absent: 720
}

const SEGMENT_SECONDS = 4
const GOP_SECONDS = 2
const TICKS_PER_SECOND = 90_000
const AUDIO = { codec: 'mp4a.40.2', sampleRateHz: 48_000, channelCount: 2, samplesPerFrame: 1024 }
const AUDIO_UNIT_BYTES = 341 // 128 kbit/s
const IDR_SHARE = 4 // a keyframe is as large as so many other frames, and in as many slices
const TS_OVERHEAD = 1.04 // transport packets' headers and PES

/** A modelled video of even sizes: a reference frame, then a disposable one shown before it, and so on. */
export function modelOutline({
  seconds,
  videoBitsPerSecond,
  framesPerSecond = 30,
  variant = 'made-up',
  widthPixels = 1280,
  heightPixels = 720,
}: OutlineShape): Outline {
  const segments = Array.from({ length: seconds / SEGMENT_SECONDS }, (_, index) =>
    segmentOf(index, videoBitsPerSecond, framesPerSecond),
  )
  return {
    format: 'weir-outline',
    version: 1,
    variant,
    originTicks: 0,
    video: {
      codec: 'avc1.64001f',
      widthPixels,
      heightPixels,
      framesPerSecond,
      spsBase64: '',
      ppsBase64: '',
    },
    audio: { ...AUDIO, audioSpecificConfigHex: '1190' },
    segments,
    ended: true,
  }
}

function segmentOf(index: number, videoBitsPerSecond: number, framesPerSecond: number): OutlineSegment {
  const startSeconds = index * SEGMENT_SECONDS
  const frames = Array.from({ length: SEGMENT_SECONDS * framesPerSecond }, (_, inSegment) =>
    frameOf(index * SEGMENT_SECONDS * framesPerSecond + inSegment, videoBitsPerSecond, framesPerSecond),
  )
  const firstUnit = Math.ceil((startSeconds * AUDIO.sampleRateHz) / AUDIO.samplesPerFrame)
  const endUnit = Math.ceil(((startSeconds + SEGMENT_SECONDS) * AUDIO.sampleRateHz) / AUDIO.samplesPerFrame)
  const sizesBytes = new Array<number>(endUnit - firstUnit).fill(AUDIO_UNIT_BYTES)
  const videoBytes = frames.flatMap(({ nalSizesBytes }) => nalSizesBytes).reduce((sum, bytes) => sum + bytes, 0)
  return {
    uri: `${String(index).padStart(5, '0')}.ts`,
    sizeBytes: Math.round((videoBytes + sizesBytes.length * AUDIO_UNIT_BYTES) * TS_OVERHEAD),
    startSeconds,
    durationSeconds: SEGMENT_SECONDS,
    frames,
    audio: {
      firstPtsTicks: Math.round((firstUnit * AUDIO.samplesPerFrame * TICKS_PER_SECOND) / AUDIO.sampleRateHz),
      sizesBytes,
    },
  }
}

function frameOf(index: number, videoBitsPerSecond: number, framesPerSecond: number): OutlineFrame {
  const inGop = index % (GOP_SECONDS * framesPerSecond)
  const interval = TICKS_PER_SECOND / framesPerSecond
  const shares = GOP_SECONDS * framesPerSecond + IDR_SHARE - 1
  const bytes = Math.round((videoBitsPerSecond * GOP_SECONDS) / 8 / shares)
  const dtsTicks = (index - 1) * interval
  if (inGop === 0) {
    const slices = new Array<number>(IDR_SHARE).fill(bytes)
    return { kind: 'idr', ptsTicks: index * interval, dtsTicks, nalSizesBytes: [25, 4, ...slices], headerNals: 2 }
  }
  // Sent as reference, disposable; shown as disposable, reference; the last of a GOP has no partner.
  const isReference = inGop % 2 === 1 && inGop + 1 < GOP_SECONDS * framesPerSecond
  if (isReference) return { kind: 'reference', ptsTicks: (index + 1) * interval, dtsTicks, nalSizesBytes: [bytes] }
  const shownIndex = inGop % 2 === 0 ? index - 1 : index
  return { kind: 'disposable', ptsTicks: shownIndex * interval, dtsTicks, nalSizesBytes: [bytes] }
}
