import { open, type FileHandle } from 'node:fs/promises'
import { nalType, nalTypes } from '../protocol/h264.ts'
import type { H264Sets } from './h264-copy.ts'
import type { CopyCuts } from './copy-cuts.ts'
import { bodyAt, viewOf } from './mp4-boxes.ts'
import type { Mp4Pictures, Mp4Track } from './mp4-track.ts'

/** How the pictures of an `avc1` track are to be read, ISO/IEC 14496-15 section 5.3.3.1. */
export type AvcConfig = H264Sets & { readonly lengthBytes: number } // of the size before each NAL unit

const PICTURE_ENTRY_BYTES = 78 // VisualSampleEntry, ISO/IEC 14496-12 section 12.1.3, up to its boxes

/** Reads the configuration of a track; undefined for other codecs, and for one with several parameter sets of a kind. */
export function readAvcConfig({ format, description }: Mp4Track): AvcConfig | undefined {
  if (format !== 'avc1' && format !== 'avc3') return undefined
  const config = bodyAt(description.subarray(PICTURE_ENTRY_BYTES), 'avcC')
  if (config === undefined || config.length < 7) return undefined
  const lengthBytes = 1 + ((config[4] as number) & 3)
  const spsSets = (config[5] as number) & 0x1f
  const sps = unitAt(config, 6)
  const ppsSets = sps && config[6 + 2 + sps.length]
  const pps = sps && unitAt(config, 6 + 2 + sps.length + 1)
  return spsSets === 1 && ppsSets === 1 && sps && pps ? { lengthBytes, sps, pps } : undefined
}

function unitAt(config: Uint8Array, at: number): Uint8Array | undefined {
  if (at + 2 > config.length) return undefined
  const sizeBytes = viewOf(config).getUint16(at)
  return at + 2 + sizeBytes > config.length ? undefined : config.subarray(at + 2, at + 2 + sizeBytes)
}

const HEAD_BYTES = 4096 // a keyframe's parameter sets and what it says besides seldom have more
const MAX_UNITS = 64
const AT_ONCE = 32

/** Why these pictures of a file cannot each begin a segment: not an IDR picture, or with parameter sets of its own. Reads
 *  the beginning of each and no more. */
export async function cutPicturesProblem(
  path: string,
  { keyframeOffsetsBytes, sizesBytes }: Mp4Pictures,
  config: AvcConfig,
  { cutKeyframes, cutPictures }: Pick<CopyCuts, 'cutKeyframes' | 'cutPictures'>,
): Promise<string | undefined> {
  const file = await open(path)
  try {
    const places = cutPictures.map((picture, cut) => ({
      fromBytes: keyframeOffsetsBytes[cutKeyframes[cut] as number] as number,
      sizeBytes: sizesBytes[picture] as number,
    }))
    for (let from = 0; from < places.length; from += AT_ONCE) {
      const some = places.slice(from, from + AT_ONCE)
      const problems = await Promise.all(some.map((place) => pictureProblem(file, config, place)))
      const problem = problems.find((found) => found !== undefined)
      if (problem !== undefined) return problem
    }
    return undefined
  } finally {
    await file.close()
  }
}

async function pictureProblem(
  file: FileHandle,
  { lengthBytes, sps, pps }: AvcConfig,
  { fromBytes, sizeBytes }: { readonly fromBytes: number; readonly sizeBytes: number },
): Promise<string | undefined> {
  let at = fromBytes
  const end = at + sizeBytes
  for (let unit = 0; unit < MAX_UNITS && at + lengthBytes < end; unit++) {
    const wanted = Math.min(HEAD_BYTES, end - at)
    const { buffer } = await file.read(new Uint8Array(wanted), 0, wanted, at)
    const unitBytes = readLength(buffer, lengthBytes)
    const nal = buffer.subarray(lengthBytes, lengthBytes + unitBytes)
    const type = nalType(nal)
    if (type === nalTypes.idrSlice) return undefined
    if (type >= nalTypes.slice && type < nalTypes.idrSlice) break
    const told = { [nalTypes.sps]: sps, [nalTypes.pps]: pps }[type]
    if (told !== undefined && Buffer.compare(nal, told) !== 0) return 'its parameter sets change'
    at += lengthBytes + unitBytes
  }
  return 'its keyframes are open: pictures after them lean on pictures before'
}

function readLength(bytes: Uint8Array, lengthBytes: number): number {
  return bytes.subarray(0, lengthBytes).reduce((value, byte) => value * 256 + byte, 0)
}
