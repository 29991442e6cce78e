import { z } from 'zod'
import type { Video } from '../protocol/weir-api.ts'
import { FMP4_MASTER, MASTER, segmentKinds, singleFileName } from '../segmenter/segment-kind.ts'
import type { VideoBases } from './addresses.ts'

const variant = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]+$/), // a folder's name
  widthPixels: z.number(),
  heightPixels: z.number(),
  bandwidthBitsPerSecond: z.number(),
  framesPerSecond: z.number().exactOptional(), // absent in what 0.2 made
  codecs: z.string(),
})

const recordSchema = z.strictObject({
  format: z.literal('weir-video'),
  version: z.literal(1),
  id: z.string(),
  title: z.string(),
  createdUnixMs: z.number(),
  status: z.enum(['queued', 'segmenting', 'playable', 'ready', 'failed']),
  attempt: z.int(), // 0 before the first; the package of attempt n is made in hls.n.tmp
  source: z.string().regex(/^source\.[a-z0-9]{1,8}$/),
  sourceBytes: z.int(),
  durationSeconds: z.number().exactOptional(),
  variants: z.array(variant),
  segments: z.enum(segmentKinds).exactOptional(), // absent: ts
  singleFiles: z.boolean().exactOptional(), // absent: none
  warnings: z.array(z.string()).exactOptional(),
  error: z.strictObject({ code: z.string(), message: z.string() }).exactOptional(),
  processes: z.array(z.strictObject({ pid: z.int(), startTicks: z.int(), command: z.string() })).exactOptional(),
  removedUnixMs: z.number().exactOptional(), // hidden since; gone for good some seconds later
})

/** One video as `video.json` keeps it. Progress is not kept: it is of the running process only. */
export type VideoRecord = Readonly<z.output<typeof recordSchema>>

/** Reads `video.json`, or says in one line what is wrong with it. */
export function readVideoRecord(
  text: string,
): { readonly ok: true; readonly value: VideoRecord } | { readonly ok: false; readonly problem: string } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { ok: false, problem: String(error) }
  }
  const read = recordSchema.safeParse(json)
  if (read.success) return { ok: true, value: read.data }
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  return { ok: false, problem: problems.join('; ') }
}

export function writeVideoRecord(record: VideoRecord): string {
  return JSON.stringify(record, undefined, 2) + '\n'
}

export type Progress = { readonly ratio: number; readonly secondsLeft?: number }

/** A video as HTTP tells it. */
export function toVideo(record: VideoRecord, progress: Progress, bases: VideoBases): Video {
  const { id, title, createdUnixMs, status, durationSeconds, variants, warnings, error } = record
  const isPlayable = status === 'playable' || status === 'ready'
  const hasPictures = variants.some(({ widthPixels }) => widthPixels > 0)
  const folder = bases.folderOf(id)
  return {
    id,
    title,
    kind: 'video',
    status,
    progressRatio: status === 'ready' ? 1 : progress.ratio,
    ...(progress.secondsLeft === undefined ? {} : { secondsLeft: progress.secondsLeft }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    createdUnixMs,
    ...(error === undefined ? {} : { error }),
    ...(warnings === undefined ? {} : { warnings }),
    variants,
    urls: !isPlayable
      ? {}
      : {
          ...hlsUrls(record, hasPictures, bases),
          ...(hasPictures ? { poster: `${folder}/poster.jpg` } : {}),
          rtsp: `${bases.rtsp}/${id}`,
          ...(bases.rtsps === undefined ? {} : { rtsps: `${bases.rtsps}/${id}` }),
        },
  }
}

/** The multivariant playlists; those over single files come when all else is complete, and not where each segment is
 *  encrypted on its way. */
function hlsUrls(
  { id, status, segments, singleFiles = false }: VideoRecord,
  hasPictures: boolean,
  { folderOf, isEncrypted }: VideoBases,
): Video['urls'] {
  const address = (name: string): string => `${folderOf(id)}/${name}`
  const hasFmp4 = segments === 'fmp4' && hasPictures // sound alone is packed audio
  const isSingle = singleFiles && status === 'ready' && !isEncrypted
  return {
    hls: address(MASTER),
    ...(hasFmp4 && { hlsFmp4: address(FMP4_MASTER) }),
    ...(isSingle && { hlsSingleFiles: address(singleFileName(MASTER)) }),
    ...(isSingle && hasFmp4 && { hlsFmp4SingleFiles: address(singleFileName(FMP4_MASTER)) }),
  }
}
