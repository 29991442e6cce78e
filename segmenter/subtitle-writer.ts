import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readWebVttCues, writeWebVttSegment, type WebVttCue } from '../protocol/web-vtt.ts'
import type { SharedCuts, WrittenSegment } from './packed-audio-writer.ts'

const MOST_BYTES = 2 ** 26 // of all cues of a track; a film has some 100 kB

/** Cuts ffmpeg's WebVTT into segments `00000.vtt`… in a folder that exists; a cue that is shown across a cut stands in both
 *  segments (RFC 8216 section 3.5). `originSeconds` is the moment of the file's clock that becomes 0. undefined for a file
 *  without a cue that is shown, or too large: then nothing is written. */
export async function writeSubtitles(
  path: string,
  folder: string,
  originSeconds: number,
  { originTicks, durationsSeconds }: SharedCuts,
): Promise<readonly WrittenSegment[] | undefined> {
  if ((await stat(path)).size > MOST_BYTES) return undefined
  const totalSeconds = durationsSeconds.reduce((sum, seconds) => sum + seconds, 0)
  const cues = shownCues(readWebVttCues(await readFile(path, 'utf8')), originSeconds, totalSeconds)
  if (cues.length === 0) return undefined
  const segments: WrittenSegment[] = []
  for (const [index, within] of cutCues(cues, durationsSeconds).entries()) {
    const uri = `${String(index).padStart(5, '0')}.vtt`
    const text = writeWebVttSegment(within, originTicks)
    await writeFile(join(folder, uri), text)
    segments.push({ uri, durationSeconds: durationsSeconds[index] ?? 0, sizeBytes: Buffer.byteLength(text) })
  }
  return segments
}

/** On the package's clock, by their beginning; what is over before 0, or begins after the end, is left out. */
export function shownCues(cues: readonly WebVttCue[], originSeconds: number, totalSeconds: number): WebVttCue[] {
  return cues
    .map((cue) => ({
      ...cue,
      startSeconds: Math.max(0, cue.startSeconds - originSeconds),
      endSeconds: Math.min(totalSeconds, cue.endSeconds - originSeconds),
    }))
    .filter(({ startSeconds, endSeconds }) => endSeconds > startSeconds)
    .toSorted((a, b) => a.startSeconds - b.startSeconds)
}

/** The cues of each segment, given by their beginning. */
export function cutCues(cues: readonly WebVttCue[], durationsSeconds: readonly number[]): WebVttCue[][] {
  let endSeconds = 0
  let waiting = 0 // the first cue that begins after the segments so far
  let shown: readonly WebVttCue[] = []
  return durationsSeconds.map((durationSeconds) => {
    const startSeconds = endSeconds
    endSeconds += durationSeconds
    const from = waiting
    while ((cues[waiting]?.startSeconds ?? Infinity) < endSeconds) waiting += 1
    shown = [...shown.filter((cue) => cue.endSeconds > startSeconds), ...cues.slice(from, waiting)]
    return [...shown]
  })
}
