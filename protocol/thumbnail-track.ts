import { badText, decoded, type Decoded } from './decoded.ts'

/** A picture of the scrub bar: a part of a sheet of pictures, for a span of the video. */
export type Thumbnail = {
  readonly startSeconds: number
  readonly endSeconds: number
  readonly uri: string // of the sheet, relative to the track
  readonly x: number // pixels of the sheet
  readonly y: number
  readonly widthPixels: number
  readonly heightPixels: number
}

const MAX_TRACK_CHARACTERS = 1_000_000
const CUE =
  /^(\d{2,}):(\d{2}):(\d{2}\.\d{3}) --> (\d{2,}):(\d{2}):(\d{2}\.\d{3})\n([\w.-]+)#xywh=(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})$/

/** Writes a WebVTT file (W3C, section 4) whose cues are addresses of pictures, the part of the sheet told as a media
 *  fragment (W3C Media Fragments 1.0, section 4.2.2): what players take as a track of thumbnails. */
export function writeThumbnailTrack(thumbnails: readonly Thumbnail[]): string {
  const cues = thumbnails.map(({ startSeconds, endSeconds, uri, x, y, widthPixels, heightPixels }) => {
    const times = `${writeTime(startSeconds)} --> ${writeTime(endSeconds)}`
    return `${times}\n${uri}#xywh=${x},${y},${widthPixels},${heightPixels}\n`
  })
  return ['WEBVTT\n', ...cues].join('\n')
}

/** Reads what `writeThumbnailTrack` wrote. Fault: bad-text, for the first cue that is something else. */
export function readThumbnailTrack(text: string): Decoded<readonly Thumbnail[]> {
  if (text.length > MAX_TRACK_CHARACTERS) return badText(`at most ${MAX_TRACK_CHARACTERS} characters`, text)
  const [head, ...cues] = text.trimEnd().split('\n\n')
  if (head !== 'WEBVTT') return badText('WEBVTT', text)
  const thumbnails: Thumbnail[] = []
  for (const cue of cues) {
    const found = CUE.exec(cue)
    if (found === null) return badText('a span, and a part of a sheet', cue)
    const [x = 0, y = 0, widthPixels = 0, heightPixels = 0] = found.slice(8).map(Number)
    const [startSeconds, endSeconds] = [readTime(found.slice(1, 4)), readTime(found.slice(4, 7))]
    thumbnails.push({ startSeconds, endSeconds, uri: found[7] ?? '', x, y, widthPixels, heightPixels })
  }
  return decoded(thumbnails)
}

/** The one shown at a moment: the last that has begun, else the first. */
export function thumbnailAt(thumbnails: readonly Thumbnail[], seconds: number): Thumbnail | undefined {
  return thumbnails.findLast(({ startSeconds }) => startSeconds <= seconds) ?? thumbnails[0]
}

/** hh:mm:ss.ttt */
function writeTime(seconds: number): string {
  const wholeMs = Math.round(seconds * 1000)
  const parts = [Math.floor(wholeMs / 3_600_000), Math.floor(wholeMs / 60_000) % 60, Math.floor(wholeMs / 1000) % 60]
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')}.${String(wholeMs % 1000).padStart(3, '0')}`
}

function readTime([hours, minutes, seconds]: readonly string[]): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}
