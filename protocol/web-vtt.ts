/** One WebVTT cue. Times are seconds of the text's own clock. */
export type WebVttCue = {
  readonly startSeconds: number
  readonly endSeconds: number
  readonly settings: string // such as `line:0 align:start`; may be empty
  readonly text: string // one line or more, none of them empty
}

/** The cues of a WebVTT text in their order; notes, styles and what is no cue are left out. Never fails: a text without
 *  cues gives none. */
export function readWebVttCues(text: string): WebVttCue[] {
  const blocks = text
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .split(/\n{2,}/)
  return blocks.flatMap(readCue)
}

const TIMING =
  /^(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})[ \t]+-->[ \t]+(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})(.*)$/

function readCue(block: string): WebVttCue[] {
  const lines = block.split('\n')
  const at = lines.findIndex((line) => line.includes('-->')) // before it an identifier may stand, or nothing
  const parts = at < 0 || at > 1 ? null : TIMING.exec(lines[at] ?? '')
  if (parts === null) return []
  const text = lines
    .slice(at + 1)
    .filter((line) => line !== '')
    .join('\n')
  const startSeconds = secondsOf(parts.slice(1, 5))
  const endSeconds = secondsOf(parts.slice(5, 9))
  if (text === '' || text.includes('-->') || endSeconds <= startSeconds) return []
  return [{ startSeconds, endSeconds, settings: (parts[9] ?? '').trim(), text }]
}

function secondsOf([hours = '0', minutes, seconds, milliseconds]: readonly (string | undefined)[]): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(milliseconds) / 1000
}

/** One segment of subtitles, RFC 8216 section 3.5: local time 0 is the media's moment `originTicks` (90 kHz, 33 bits).
 *  Without cues it is a whole segment, too. */
export function writeWebVttSegment(cues: readonly WebVttCue[], originTicks: number): string {
  const head = `WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:${originTicks},LOCAL:00:00:00.000\n`
  return [head, ...cues.map(writeCue)].join('\n')
}

function writeCue({ startSeconds, endSeconds, settings, text }: WebVttCue): string {
  const timing = `${writeTime(startSeconds)} --> ${writeTime(endSeconds)}`
  return `${timing}${settings === '' ? '' : ` ${settings}`}\n${text}\n`
}

function writeTime(seconds: number): string {
  const ms = Math.round(seconds * 1000)
  const padded = (value: number, digits: number): string => String(Math.floor(value)).padStart(digits, '0')
  const clock = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map((part) => padded(part, 2)).join(':')
  return `${clock}.${padded(ms % 1000, 3)}`
}
