import { open, type FileHandle } from 'node:fs/promises'
import { MAX_BOXES, readBoxHead, viewOf, type BoxHead } from './mp4-boxes.ts'
import { readMp4Track, type Mp4Track } from './mp4-track.ts'

/** The index of a whole MP4 or MOV file: its tracks in the order in which ffmpeg numbers them as streams; undefined
 *  stands for one that is no plain recording. */
export type Mp4Index = { readonly tracks: readonly (Mp4Track | undefined)[] }

const MAX_TOP_BOXES = 1000
const MAX_INDEX_BYTES = 256 * 2 ** 20 // 8 hours of picture and sound have some 40 MB
const MAX_SAMPLES = 6_000_000 // of all tracks: a few bytes may claim a million

/** Reads the index (`moov`) and nothing else, so that a film's takes as long as a clip's: milliseconds. Track by track, so
 *  that no more than one is in memory as the file has it. Undefined for other files, for fragmented ones, and for one that
 *  lacks some of the bytes that its index tells of. */
export async function readMp4Index(path: string): Promise<Mp4Index | undefined> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const moov = await findMovie(file, size)
    const index = moov && (await readMovie(file, moov))
    return index?.tracks.every((track) => track === undefined || track.endBytes <= size) === true ? index : undefined
  } finally {
    await file.close()
  }
}

/** Where the body of a box lies in the file. */
type Place = { readonly type: string; readonly fromBytes: number; readonly toBytes: number }

async function findMovie(file: FileHandle, fileBytes: number): Promise<Place | undefined> {
  let top = 0
  for await (const box of boxesOf(file, { fromBytes: 0, toBytes: fileBytes })) {
    if (top === 0 && !FIRST_BOXES.includes(box.type)) return undefined
    if (box.type === 'moov') return box.toBytes - box.fromBytes <= MAX_INDEX_BYTES ? box : undefined
    if ((top += 1) === MAX_TOP_BOXES) return undefined
  }
  return undefined
}
const FIRST_BOXES = ['ftyp', 'wide', 'mdat', 'free', 'skip', 'moov']

/** Undefined for a movie in fragments, and for one beyond all measure. */
async function readMovie(file: FileHandle, moov: Place): Promise<Mp4Index | undefined> {
  const tracks: (Mp4Track | undefined)[] = []
  let samples = 0
  let movieTimescaleHz: number | undefined // told first by all that write such files
  for await (const box of boxesOf(file, moov)) {
    if (box.type === 'mvex') return undefined
    if (box.type === 'mvhd') movieTimescaleHz = readMovieTimescale(await bodyOf(file, box))
    if (box.type !== 'trak') continue
    if (movieTimescaleHz === undefined) return undefined
    const track = readMp4Track(await bodyOf(file, box), movieTimescaleHz)
    samples += track?.sizesBytes.length ?? 0
    if (samples > MAX_SAMPLES) return undefined
    tracks.push(track)
  }
  return tracks.length === 0 ? undefined : { tracks }
}

/** The boxes between two places, in order; what stands after one that outlasts them is left out, and what is beyond all
 *  measure. */
async function* boxesOf(file: FileHandle, { fromBytes, toBytes }: Omit<Place, 'type'>): AsyncGenerator<Place> {
  let at = fromBytes
  for (let boxes = 0; boxes < MAX_BOXES && at < toBytes; boxes++) {
    const head = await headAt(file, at)
    if (head === undefined) return
    const end = head.sizeBytes === 0 ? toBytes : at + head.sizeBytes
    if (end > toBytes) return
    yield { type: head.type, fromBytes: at + head.headerBytes, toBytes: end }
    at = end
  }
}

async function headAt(file: FileHandle, at: number): Promise<BoxHead | undefined> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(16), 0, 16, at)
  return readBoxHead(buffer.subarray(0, bytesRead))
}

async function bodyOf(file: FileHandle, { fromBytes, toBytes }: Place): Promise<Uint8Array> {
  const sizeBytes = toBytes - fromBytes
  const { buffer, bytesRead } = await file.read(new Uint8Array(sizeBytes), 0, sizeBytes, fromBytes)
  return buffer.subarray(0, bytesRead)
}

function readMovieTimescale(mvhd: Uint8Array): number | undefined {
  if (mvhd.length < 24) return undefined
  return viewOf(mvhd).getUint32(mvhd[0] === 1 ? 20 : 12) || undefined
}
