import { open, stat } from 'node:fs/promises'
import { ChildFailed, runChild } from './child-run.ts'
import { readSourceFacts, type SourceFacts } from './source-facts.ts'
import { safeInputOptions, sourceUrl } from './source-input.ts'
import { SourceSpanReader, type SourceSpan } from './source-span.ts'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import type { Tools } from './tools.ts'

export type InspectOptions = { readonly tools: Tools; readonly signal?: AbortSignal }

const HEADERS_LIMIT_MS = 60_000 // a file can be made so that reading its headers does not end

/** What a source's headers say of it. Rejects with SegmenterRefusal for what is no video, with a reason for people. */
export async function inspectSource(path: string, { tools, signal }: InspectOptions): Promise<SourceFacts> {
  const { size } = await stat(path)
  if (size === 0) throw new SegmenterRefusal('empty-file', 'the file is empty')
  const limit = AbortSignal.timeout(HEADERS_LIMIT_MS)
  const args = [...QUIETLY, ...safeInputOptions, ...['-print_format', 'json', '-show_format', '-show_streams']]
  try {
    const report = await runChild(tools.ffprobe.path, [...args, '-i', sourceUrl(path)], {
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    })
    return readSourceFacts(JSON.parse(report))
  } catch (error) {
    const isTooSlow = limit.aborted && signal?.aborted !== true
    throw error instanceof ChildFailed || isTooSlow ? await unreadable(path, error) : error
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
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0)
    return FIRST_BOXES.includes(buffer.toString('latin1', 4))
  } finally {
    await file.close()
  }
}

/** From when to when the source has pictures: reads all of the file, decodes nothing. Rejects with SegmenterRefusal. */
export async function measureSource(
  path: string,
  { video }: SourceFacts,
  { tools, signal }: InspectOptions,
): Promise<SourceSpan> {
  const reader = new SourceSpanReader(video.reorderedFrames)
  const args = ['-select_streams', `${video.streamIndex}`, '-show_entries', PACKET_FIELDS, '-of', 'csv=print_section=0']
  await runChild(tools.ffprobe.path, [...QUIETLY, ...safeInputOptions, ...args, '-i', sourceUrl(path)], {
    ...(signal === undefined ? {} : { signal }),
    onStdout: (text) => reader.push(text),
  })
  const span = reader.end()
  if (span === undefined) throw new SegmenterRefusal('no-pictures', 'the file promises a video but holds no picture')
  return span
}

const PACKET_FIELDS = 'packet=pts_time,dts_time,duration_time,flags'
