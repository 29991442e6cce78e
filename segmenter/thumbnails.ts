import { open, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { concatBytes } from '../protocol/bytes.ts'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { nalSyntaxes } from '../protocol/nal-syntax.ts'
import { writeThumbnailTrack } from '../protocol/thumbnail-track.ts'
import { ffmpegArguments } from './ffmpeg-arguments.ts'
import { runFfmpeg, type FfmpegOptions } from './ffmpeg.ts'
import type { KeyframePlace } from './iframe-list.ts'
import { planThumbnails, THUMBNAIL_SHEET, type ThumbnailPlan } from './thumbnail-plan.ts'
import type { Tools } from './tools.ts'
import { writeByRename } from './write-by-rename.ts'

/** The variant that the pictures are taken from: H.264, the smaller the cheaper. */
export type ThumbnailSource = {
  readonly name: string
  readonly keyframes: readonly KeyframePlace[]
  readonly durationSeconds: number
  readonly widthPixels: number
  readonly heightPixels: number
}

type Folders = { readonly work: string; readonly out: string }

/** Writes `thumbnails.jpg`, a sheet of at most a hundred small pictures, and `thumbnails.vtt`, which tells what part of it
 *  belongs to which moment. Reads and decodes those keyframes alone, however long the video. Tells whether it could; a
 *  video is worth having without. */
export async function writeThumbnails(
  source: ThumbnailSource | undefined,
  folders: Folders,
  tools: Tools,
  options: FfmpegOptions,
): Promise<boolean> {
  if (source === undefined || source.keyframes.length === 0) return false
  const plan = planThumbnails(source)
  try {
    const pictures = await readKeyframes(join(folders.out, source.name), plan.keyframes)
    await writeFile(join(folders.work, PICTURES), pictures)
    await runFfmpeg(tools, sheetArguments(plan), { ...options, cwd: folders.work })
    await rename(join(folders.work, THUMBNAIL_SHEET), join(folders.out, THUMBNAIL_SHEET))
    await writeByRename(join(folders.out, 'thumbnails.vtt'), writeThumbnailTrack(plan.thumbnails))
    return true
  } catch {
    options.signal?.throwIfAborted()
    return false
  }
}

const PICTURES = 'thumbnails.h264'
const START_CODE = Uint8Array.of(0, 0, 0, 1)
const { h264 } = nalSyntaxes

/** As a byte stream of one picture after the other, annex B of ISO/IEC 14496-10. */
async function readKeyframes(folder: string, keyframes: readonly KeyframePlace[]): Promise<Uint8Array> {
  const pictures: Uint8Array[] = []
  for (const { uri, offsetBytes, sizeBytes } of keyframes) {
    const read = demuxMpegTs(await readRange(join(folder, uri), offsetBytes, sizeBytes))
    const nals = read.ok ? (read.value.video[0]?.nals ?? []) : []
    pictures.push(START_CODE, Uint8Array.from(h264.delimiter), ...nals.flatMap((nal) => [START_CODE, nal]))
  }
  return concatBytes(pictures)
}

async function readRange(path: string, offsetBytes: number, sizeBytes: number): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(new Uint8Array(sizeBytes), 0, sizeBytes, offsetBytes)
    return buffer
  } finally {
    await file.close()
  }
}

function sheetArguments({ columns, rows, widthPixels, heightPixels }: ThumbnailPlan): string[] {
  return ffmpegArguments({
    inputs: [{ options: ['-protocol_whitelist', 'file', '-f', 'h264'], url: `file:${PICTURES}` }],
    filters: [`[0:v]scale=${widthPixels}:${heightPixels},setsar=1,format=yuvj420p,tile=${columns}x${rows}[sheet]`],
    output: {
      options: ['-map', '[sheet]', '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '5', '-f', 'mjpeg'],
      url: THUMBNAIL_SHEET,
    },
  })
}
