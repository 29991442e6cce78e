import { open, type FileHandle } from 'node:fs/promises'
import { boxesIn, bodyAt, readBoxHead, viewOf, type BoxHead } from './mp4-boxes.ts'
import { readMp4Track, type Mp4Track } from './mp4-track.ts'

/** The index of a whole MP4 or MOV file: its tracks in the order in which ffmpeg numbers them as streams; undefined
 *  stands for one that is no plain recording. */
export type Mp4Index = { readonly tracks: readonly (Mp4Track | undefined)[] }

const MAX_TOP_BOXES = 1000
const MAX_INDEX_BYTES = 256 * 2 ** 20 // 8 hours of picture and sound have some 40 MB
const MAX_SAMPLES = 6_000_000 // of all tracks: a few bytes may claim a million

/** Reads the index (`moov`) and nothing else, so that a film's takes as long as a clip's: milliseconds. Undefined for other
 *  files, for fragmented ones, and for one that lacks some of the bytes that its index tells of. */
export async function readMp4Index(path: string): Promise<Mp4Index | undefined> {
  const file = await open(path)
  try {
    const moov = await findMovie(file)
    const index = moov && readMovie(moov)
    const { size } = await file.stat()
    return index?.tracks.every((track) => track === undefined || isWithin(track, size)) === true ? index : undefined
  } finally {
    await file.close()
  }
}

/** Reads the body of a `moov` box; undefined for a movie in fragments, and for one beyond all measure. */
export function readMovie(moov: Uint8Array): Mp4Index | undefined {
  const movieTimescaleHz = readMovieTimescale(moov)
  if (movieTimescaleHz === undefined || bodyAt(moov, 'mvex') !== undefined) return undefined
  const tracks: (Mp4Track | undefined)[] = []
  let samples = 0
  for (const { type, body } of boxesIn(moov)) {
    if (type !== 'trak') continue
    const track = readMp4Track(body, movieTimescaleHz)
    samples += track?.sizesBytes.length ?? 0
    if (samples > MAX_SAMPLES) return undefined
    tracks.push(track)
  }
  return { tracks }
}

async function findMovie(file: FileHandle): Promise<Uint8Array | undefined> {
  let at = 0
  for (let box = 0; box < MAX_TOP_BOXES; box++) {
    const head = await headAt(file, at)
    if (head === undefined || (box === 0 && !FIRST_BOXES.includes(head.type))) return undefined
    if (head.type === 'moov') return readBody(file, at, head)
    if (head.sizeBytes === 0) return undefined
    at += head.sizeBytes
  }
  return undefined
}
const FIRST_BOXES = ['ftyp', 'wide', 'mdat', 'free', 'skip', 'moov']

async function headAt(file: FileHandle, at: number): Promise<BoxHead | undefined> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(16), 0, 16, at)
  return readBoxHead(buffer.subarray(0, bytesRead))
}

async function readBody(file: FileHandle, at: number, head: BoxHead): Promise<Uint8Array | undefined> {
  const { size } = await file.stat()
  const bodyBytes = (head.sizeBytes === 0 ? size - at : head.sizeBytes) - head.headerBytes
  if (bodyBytes > MAX_INDEX_BYTES || at + head.headerBytes + bodyBytes > size) return undefined
  const { buffer, bytesRead } = await file.read(new Uint8Array(bodyBytes), 0, bodyBytes, at + head.headerBytes)
  return bytesRead === bodyBytes ? buffer : undefined
}

function readMovieTimescale(moov: Uint8Array): number | undefined {
  const mvhd = bodyAt(moov, 'mvhd')
  if (mvhd === undefined || mvhd.length < 24) return undefined
  return viewOf(mvhd).getUint32(mvhd[0] === 1 ? 20 : 12) || undefined
}

function isWithin({ offsetsBytes, sizesBytes }: Mp4Track, fileBytes: number): boolean {
  return offsetsBytes.every((offset, sample) => offset + (sizesBytes[sample] as number) <= fileBytes)
}
