import { countLeading } from './count-leading.ts'
import { badText, decoded, type Decoded } from './decoded.ts'
import { JsonFields } from './json-fields.ts'
import { TICKS_PER_SECOND, ticksAfter, wrapTicks } from './mpeg-ts-clock.ts'
import type { AudioAccessUnit } from './mpeg-ts-audio.ts'
import type { TsSegment, VideoAccessUnit } from './mpeg-ts-demuxer.ts'
import { nalSyntaxes } from './nal-syntax.ts'
import { readSegmentRow, writeSegmentRow } from './outline-rows.ts'

/** How long the segments of a package are, but for the last. */
export const SEGMENT_SECONDS = 4

/** What a decoder loses with a frame: all until the next one at which it can begin (an IDR; of HEVC any IRAP picture whose
 *  followers all do without what came before it), or only the frame itself, when nothing refers to it. */
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
  readonly firstPtsTicks: number // 90 kHz, same origin as the frames; beside pictures it may be negative (encoder priming)
  readonly sizesBytes: readonly number[] // raw access units, without ADTS header
}

export type OutlineSegment = {
  readonly uri: string // relative to the variant's folder
  readonly sizeBytes: number
  readonly startSeconds: number
  readonly durationSeconds: number
  readonly frames: readonly OutlineFrame[] // decode order; the first is an IDR; of sound alone there are none
  readonly audio?: OutlineAudio
}

/** The one index of a variant: RTSP seek, simulation, damage and explanation read it; served as `outline.json`. Sound alone has no
 *  `video`: all times are then after its first access unit. */
export type Outline = {
  readonly format: 'weir-outline'
  readonly version: 1
  readonly variant: string
  readonly originTicks: number // PTS of the first picture in the segments, or of sound alone of its first unit; 90 kHz, 33 bits
  readonly video?: {
    readonly codec: string // RFC 6381, such as avc1.64001f; of HEVC hev1.1.6.L93.90
    readonly widthPixels: number
    readonly heightPixels: number
    readonly framesPerSecond: number
    readonly vpsBase64?: string // of HEVC
    readonly spsBase64: string
    readonly ppsBase64: string
  }
  readonly audio?: {
    readonly codec: string // mp4a.40.2; of the sound for WebRTC opus
    readonly sampleRateHz: number
    readonly channelCount: number
    readonly samplesPerFrame: number // 1024; of Opus 960
    readonly audioSpecificConfigHex: string // of Opus its OpusHead
  }
  readonly segments: readonly OutlineSegment[]
  readonly ended: boolean // false while the video is still being segmented
}

type SegmentPlace = {
  readonly uri: string
  readonly sizeBytes: number
  readonly originTicks: number // the outline's
  readonly startSeconds: number
  readonly durationSeconds: number
}

/** What the outline keeps of a demuxed segment. */
export function outlineSegment(ts: TsSegment, place: SegmentPlace): OutlineSegment {
  const { originTicks, ...kept } = place
  // A timestamp tells its time modulo 26.5 hours; the segment's start tells which of them.
  const startTicks = Math.round(place.startSeconds * TICKS_PER_SECOND)
  const toldStart = wrapTicks(originTicks + startTicks)
  const place90kHz = (ticks: number) => startTicks + ticksAfter(ticks, toldStart)
  return {
    ...kept,
    frames: outlineFrames(ts, place90kHz),
    ...outlineAudio(ts.audio, place90kHz),
  }
}

function outlineFrames({ video, videoCodec = 'h264' }: TsSegment, sinceOrigin: (ticks: number) => number) {
  const { frameKinds, isSlice } = nalSyntaxes[videoCodec]
  const kinds = frameKinds(video.map(({ nals }) => nals))
  return video.map((unit, index) => outlineFrame(unit, kinds[index] as FrameKind, isSlice, sinceOrigin))
}

function outlineFrame(
  unit: VideoAccessUnit,
  kind: FrameKind,
  isSlice: (nal: Uint8Array) => boolean,
  sinceOrigin: (ticks: number) => number,
): OutlineFrame {
  const headerNals = unit.nals.findIndex((nal) => isSlice(nal))
  return {
    kind,
    ptsTicks: sinceOrigin(unit.ptsTicks),
    dtsTicks: sinceOrigin(unit.dtsTicks),
    nalSizesBytes: unit.nals.map((nal) => nal.length),
    ...(headerNals > 0 ? { headerNals } : {}),
  }
}

function outlineAudio(
  units: readonly AudioAccessUnit[],
  sinceOrigin: (ticks: number) => number,
): Pick<OutlineSegment, 'audio'> {
  const first = units[0]
  if (first === undefined) return {}
  return { audio: { firstPtsTicks: sinceOrigin(first.ptsTicks), sizesBytes: units.map((unit) => unit.data.length) } }
}

const MAX_OUTLINE_CHARACTERS = 2 ** 28 // about two days of 30 pictures a second

/** Writes `outline.json`: the outline's own fields, then `segments` as rows (see outline-rows.ts), one a line. */
export function writeOutline({ segments, ...head }: Outline): string {
  const rows = segments.map(outlineText.segment)
  return `${outlineText.begin(head)}${rows.join(outlineText.between)}${outlineText.end}`
}

/** `outline.json` in parts, for who does not hold all segments at once. */
export const outlineText = {
  begin: (head: Omit<Outline, 'segments'>): string => `${JSON.stringify(head).slice(0, -1)},"segments":[\n`,
  segment: (segment: OutlineSegment): string => JSON.stringify(writeSegmentRow(segment)),
  between: ',\n',
  end: '\n]}\n',
} as const

/** Reads `outline.json`, all of it checked. Fault: bad-text, naming the first field that is wrong. */
export function readOutline(text: string): Decoded<Outline> {
  if (text.length > MAX_OUTLINE_CHARACTERS) return badText(`at most ${MAX_OUTLINE_CHARACTERS} characters`, text)
  const fields = new JsonFields()
  const root = fields.record(parseJson(text), 'outline')
  if (root['format'] !== 'weir-outline') fields.refuse('format', '"weir-outline"', root['format'])
  if (root['version'] !== 1) fields.refuse('version', '1', root['version'])
  const outline: Outline = {
    format: 'weir-outline',
    version: 1,
    variant: fields.text(root['variant'], 'variant', /^\w[\w.-]*$/),
    originTicks: fields.wholeNumber(root['originTicks'], 'originTicks', 0, 2 ** 33 - 1),
    ...(root['video'] === undefined ? {} : { video: readVideo(root['video'], fields) }),
    ...(root['audio'] === undefined ? {} : { audio: readAudio(root['audio'], fields) }),
    segments: readSegments(root['segments'], fields),
    ended: fields.boolean(root['ended'], 'ended'),
  }
  return fields.fault ?? decoded(outline)
}

/** undefined, which no JSON text means, for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readVideo(value: unknown, fields: JsonFields): NonNullable<Outline['video']> {
  const video = fields.record(value, 'video')
  return {
    codec: fields.text(video['codec'], 'video.codec', VIDEO_CODEC),
    widthPixels: fields.wholeNumber(video['widthPixels'], 'video.widthPixels', 1, 16384),
    heightPixels: fields.wholeNumber(video['heightPixels'], 'video.heightPixels', 1, 16384),
    framesPerSecond: fields.number(video['framesPerSecond'], 'video.framesPerSecond', 0, 1000),
    ...(video['vpsBase64'] === undefined
      ? {}
      : { vpsBase64: fields.text(video['vpsBase64'], 'video.vpsBase64', BASE64) }),
    spsBase64: fields.text(video['spsBase64'], 'video.spsBase64', BASE64),
    ppsBase64: fields.text(video['ppsBase64'], 'video.ppsBase64', BASE64),
  }
}

/** As RFC 6381 has it, of the codecs that a variant can be of. */
export const VIDEO_CODEC =
  /^(?:avc1\.[0-9a-f]{6}|h(?:ev|vc)1\.[ABC]?\d{1,2}\.[0-9A-F]{1,8}\.[LH]\d{1,3}(?:\.[0-9A-F]{1,2}){0,6})$/
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function readAudio(value: unknown, fields: JsonFields): NonNullable<Outline['audio']> {
  const audio = fields.record(value, 'audio')
  return {
    codec: fields.text(audio['codec'], 'audio.codec', /^(?:mp4a\.40\.\d{1,2}|opus)$/),
    sampleRateHz: fields.wholeNumber(audio['sampleRateHz'], 'audio.sampleRateHz', 1, 2 ** 24 - 1),
    channelCount: fields.wholeNumber(audio['channelCount'], 'audio.channelCount', 1, 8),
    samplesPerFrame: fields.wholeNumber(audio['samplesPerFrame'], 'audio.samplesPerFrame', 1, 4096),
    audioSpecificConfigHex: fields.text(
      audio['audioSpecificConfigHex'],
      'audio.audioSpecificConfigHex',
      /^(?:[0-9a-f]{2})+$/,
    ),
  }
}

function readSegments(value: unknown, fields: JsonFields): OutlineSegment[] {
  const segments = fields.list(value, 'segments').map((row, index) => readSegmentRow(row, `segments[${index}]`, fields))
  const early = segments.findIndex(
    (segment, index) => segment.startSeconds <= (segments[index - 1]?.startSeconds ?? -1),
  )
  if (early >= 0) fields.refuse(`segments[${early}] start`, 'after the one before', segments[early]?.startSeconds)
  return segments
}

/** Where playing can begin: a keyframe, or of sound alone any access unit. */
export type Keyframe = {
  readonly segmentIndex: number
  readonly frameIndex: number // of the segment's frames, or of its access units
  readonly startSeconds: number
}

/** The last keyframe shown at or before `seconds`, so the last of all beyond the end; undefined before the first. Of sound alone the
 *  access unit that is heard then. */
export function keyframeAtOrBefore(outline: Outline, seconds: number): Keyframe | undefined {
  const ticks = Math.round(seconds * TICKS_PER_SECOND) // a start that was told in seconds finds its own frame again
  if (outline.video === undefined && outline.audio !== undefined) return unitAtOrBefore(outline, outline.audio, ticks)
  const { segments } = outline
  const isReached = (frame: OutlineFrame | undefined) => frame !== undefined && frame.ptsTicks <= ticks
  const segmentIndex = countLeading(segments, (segment) => isReached(segment.frames[0])) - 1
  const frames = segments[segmentIndex]?.frames ?? []
  const frameIndex = frames.findLastIndex((frame) => frame.kind === 'idr' && isReached(frame))
  const frame = frames[frameIndex]
  return frame && { segmentIndex, frameIndex, startSeconds: frame.ptsTicks / TICKS_PER_SECOND }
}

type AudioClock = Pick<NonNullable<Outline['audio']>, 'sampleRateHz' | 'samplesPerFrame'>

function unitAtOrBefore({ segments }: Outline, clock: AudioClock, ticks: number): Keyframe | undefined {
  const firstOf = ({ audio }: OutlineSegment) => audio?.firstPtsTicks ?? Infinity
  const segmentIndex = countLeading(segments, (segment) => firstOf(segment) <= ticks) - 1
  const audio = segments[segmentIndex]?.audio
  if (audio === undefined) return undefined
  let frameIndex = audio.sizesBytes.length - 1
  while (frameIndex > 0 && unitPtsTicks(audio, clock, frameIndex) > ticks) frameIndex -= 1
  return { segmentIndex, frameIndex, startSeconds: unitPtsTicks(audio, clock, frameIndex) / TICKS_PER_SECOND }
}

/** Of access unit `index` of a segment. */
export function unitPtsTicks(
  { firstPtsTicks }: OutlineAudio,
  { sampleRateHz, samplesPerFrame }: AudioClock,
  index: number,
): number {
  return firstPtsTicks + Math.round((index * samplesPerFrame * TICKS_PER_SECOND) / sampleRateHz)
}
