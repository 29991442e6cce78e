import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newVideoId } from '../server/media-folder.ts'
import { writeVideoRecord } from '../server/video-record.ts'

export type HttpLibrary = {
  readonly mediaFolder: string
  readonly root: string // the same files, as `/hls/…` below it
  readonly playlistPath: string
  readonly singleFilePath: string // all segments in one
  segmentPath(index: number): string
}

const VARIANT = '720p'
const SINGLE_FILE = 'single.ts'
const WRITTEN_UNIX_SECONDS = 1_790_000_000 // long ago: nobody expects them to change

export const segmentName = (index: number): string => `${String(index).padStart(5, '0')}.ts`

/** A library with one ready video of so many segments, of random bytes: whoever serves them does not look into them. */
export function makeHttpLibrary(folder: string, segments: number, segmentBytes: number): HttpLibrary {
  const id = newVideoId()
  const mediaFolder = join(folder, 'media')
  const variantFolder = join(mediaFolder, id, 'hls', VARIANT)
  mkdirSync(variantFolder, { recursive: true })
  writeFileSync(join(mediaFolder, id, 'video.json'), recordText(id))
  writeFileSync(join(mediaFolder, id, 'hls/master.m3u8'), '#EXTM3U\n')
  writeOld(join(variantFolder, 'index.m3u8'), playlistText(segments))
  const bytes = randomBytes(segmentBytes)
  for (let index = 0; index < segments; index += 1) {
    bytes.writeUInt32BE(index)
    writeOld(join(variantFolder, segmentName(index)), bytes)
    appendFileSync(join(variantFolder, SINGLE_FILE), bytes)
  }
  utimesSync(join(variantFolder, SINGLE_FILE), WRITTEN_UNIX_SECONDS, WRITTEN_UNIX_SECONDS)
  const root = join(folder, 'root')
  mkdirSync(join(root, 'hls'), { recursive: true })
  symlinkSync(join(mediaFolder, id, 'hls'), join(root, 'hls', id))
  const path = (name: string): string => `/hls/${id}/${VARIANT}/${name}`
  const [playlistPath, singleFilePath] = [path('index.m3u8'), path(SINGLE_FILE)]
  return { mediaFolder, root, playlistPath, singleFilePath, segmentPath: (index) => path(segmentName(index)) }
}

function writeOld(path: string, content: string | Buffer): void {
  writeFileSync(path, content)
  utimesSync(path, WRITTEN_UNIX_SECONDS, WRITTEN_UNIX_SECONDS)
}

/** As our own writer has it, of segments of 4 s. */
function playlistText(segments: number): string {
  const entries = Array.from({ length: segments }, (_, index) => `#EXTINF:4.00000,\n${segmentName(index)}\n`)
  const head = '#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n'
  return `${head}${entries.join('')}#EXT-X-ENDLIST\n`
}

function recordText(id: string): string {
  return writeVideoRecord({
    format: 'weir-video',
    version: 1,
    id,
    title: 'Served',
    createdUnixMs: 0,
    status: 'ready',
    attempt: 1,
    source: 'source.mp4',
    sourceBytes: 0,
    variants: [],
  })
}
