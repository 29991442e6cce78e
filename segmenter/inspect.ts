import { open, stat } from 'node:fs/promises'
import { scrambledShare } from '../protocol/scrambled-ts.ts'
import { ChildFailed, runChild } from './child-run.ts'
import { readSoundFacts, readSourceFacts, type SoundFacts, type SourceFacts } from './source-facts.ts'
import { safeInputOptions, sourceUrl } from './source-input.ts'
import { SourceSpanReader, type SourceSpan } from './source-span.ts'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import type { Tools } from './tools.ts'

export type InspectOptions = { readonly tools: Tools; readonly signal?: AbortSignal }

const HEADERS_LIMIT_MS = 60_000 // a file can be made so that reading its headers does not end

/** What a source's headers say of it. Rejects with SegmenterRefusal for what is no video, with a reason for people. */
export async function inspectSource(
  path: string,
  { tools, signal }: InspectOptions,
): Promise<SourceFacts | SoundFacts> {
  const { size } = await stat(path)
  if (size === 0) throw new SegmenterRefusal('empty-file', 'the file is empty')
  await refuseScrambled(path)
  const limit = AbortSignal.timeout(HEADERS_LIMIT_MS)
  const args = [
    ...QUIETLY,
    ...safeInputOptions,
    ...['-print_format', 'json', '-show_format', '-show_streams'],
    ...FIRST_PACKETS,
  ]
  try {
    const report = await runChild(tools.ffprobe.path, [...args, '-i', sourceUrl(path)], {
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    })
    const told: unknown = JSON.parse(report)
    return readSoundFacts(told) ?? readSourceFacts(told)
  } catch (error) {
    const isTooSlow = limit.aborted && signal?.aborted !== true
    throw error instanceof ChildFailed || isTooSlow ? await unreadable(path, error) : error
  }
}

const FIRST_PACKETS = ['-show_packets', '-read_intervals', '%+#4'] // they tell whether they are encrypted

const LOOKED_AT_BYTES = 2 ** 20 // the beginning may be clear: tables, and what comes before the first key

async function refuseScrambled(path: string): Promise<void> {
  const share = scrambledShare(await firstBytes(path, LOOKED_AT_BYTES))
  if (share === undefined || share <= MOST_SCRAMBLED) return
  throw new SegmenterRefusal('encrypted', 'the transport stream is scrambled, so nobody can watch it without its keys')
}
const MOST_SCRAMBLED = 0.5

async function firstBytes(path: string, sizeBytes: number): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sizeBytes), 0, sizeBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

export const QUIETLY = ['-hide_banner', '-loglevel', 'error']

/** A file whose name ends in .mp4 is tried as one whatever it holds: only its first box shows that it began as one. */
async function unreadable(path: string, cause: unknown): Promise<SegmenterRefusal> {
  const lacksIndex = cause instanceof ChildFailed && cause.stderrTail.includes('moov atom not found')
  if (lacksIndex && (await beginsAsMp4(path))) {
    return new SegmenterRefusal('incomplete-file', 'the file is cut off: the index at its end (moov) is missing', {
      cause,
    })
  }
  return new SegmenterRefusal('not-a-video', 'the file is of no video format that Weir reads', { cause })
}

const FIRST_BOXES = ['ftyp', 'wide', 'mdat', 'free', 'skip', 'moov']

async function beginsAsMp4(path: string): Promise<boolean> {
  const bytes = await firstBytes(path, 8)
  return FIRST_BOXES.includes(Buffer.from(bytes.subarray(4)).toString('latin1'))
}

/** From when to when the source has pictures: reads all of the file, decodes nothing. Rejects with SegmenterRefusal. */
export async function measureSource(
  path: string,
  { video, container }: SourceFacts,
  options: InspectOptions,
): Promise<SourceSpan> {
  const span = await spanOfStream(path, { ...video, mayJump: WITH_JUMPS.includes(container) }, options)
  if (span === undefined) throw new SegmenterRefusal('no-pictures', 'the file promises a video but holds no picture')
  return span
}

const WITH_JUMPS = ['mpegts', 'mpeg']

type MeasuredStream = {
  readonly streamIndex: number
  readonly reorderedFrames?: number
  readonly mayJump?: boolean
}

/** The same of the packets of one stream; undefined when it has none. Their times are of the file's own clock. */
export async function spanOfStream(
  path: string,
  { streamIndex, reorderedFrames = 0, mayJump = false }: MeasuredStream,
  { tools, signal }: InspectOptions,
): Promise<SourceSpan | undefined> {
  const reader = new SourceSpanReader(reorderedFrames, { mayJump })
  const args = ['-select_streams', `${streamIndex}`, '-show_entries', PACKET_FIELDS, '-of', 'csv=print_section=0']
  await runChild(tools.ffprobe.path, [...QUIETLY, ...safeInputOptions, ...args, '-i', sourceUrl(path)], {
    ...(signal === undefined ? {} : { signal }),
    onStdout: (text) => reader.push(text),
  })
  return reader.end()
}

const PACKET_FIELDS = 'packet=pts_time,dts_time,duration_time,flags'
