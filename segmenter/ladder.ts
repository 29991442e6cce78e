import { valueOf, type Rational } from './rational.ts'

/** One variant to encode. */
export type Rung = {
  readonly name: string // by the short side: 720p, upright or not
  readonly widthPixels: number // even
  readonly heightPixels: number // even
  readonly maxRateBitsPerSecond: number // of the video, held over one second
}

export type Shown = { readonly widthPixels: number; readonly heightPixels: number; readonly frameRate: Rational }

const SHORT_SIDES = [1080, 720, 480, 360, 240]
const LARGEST_SHORT_SIDE = 1080

/** What a source becomes, best variant first, never larger than the source. A source between two rungs, or below the
 *  last, has a top rung of its own size; a rung that differs from it by less than a tenth is left out then. */
export function ladderFor(source: Shown): Rung[] {
  const sourceShort = evenBelow(Math.min(source.widthPixels, source.heightPixels))
  const top = Math.min(sourceShort, LARGEST_SHORT_SIDE)
  const below = SHORT_SIDES.filter((short) => short <= 0.9 * top)
  return [top, ...below].map((short) => {
    const size = short === sourceShort ? ownSize(source) : sizeWithShortSide(short, source)
    return { name: `${short}p`, ...size, maxRateBitsPerSecond: maxRate(size, source.frameRate) }
  })
}

type Size = Omit<Shown, 'frameRate'>

/** Encoded pictures of 4:2:0 have even sides: an odd source loses a line rather than grow. */
function ownSize({ widthPixels, heightPixels }: Size): Size {
  return { widthPixels: evenBelow(widthPixels), heightPixels: evenBelow(heightPixels) }
}

function sizeWithShortSide(short: number, { widthPixels, heightPixels }: Size): Size {
  const scale = short / Math.min(widthPixels, heightPixels)
  return { widthPixels: evenNear(widthPixels * scale), heightPixels: evenNear(heightPixels * scale) }
}

function evenBelow(pixels: number): number {
  return Math.max(2, 2 * Math.floor(pixels / 2))
}

function evenNear(pixels: number): number {
  return Math.max(2, 2 * Math.round(pixels / 2))
}

const REFERENCE = { pixels: 1280 * 720, framesPerSecond: 30, bitsPerSecond: 2_800_000 }

/** 2.8 Mbit/s at 720p30. Four times the pixels are three times as hard, twice the frames 1.4 times, since neighbours
 *  look alike: the powers 0.8 and 0.5, close to the ladders that are published for H.264. */
function maxRate(size: Size, frameRate: Rational): number {
  const pixels = (size.widthPixels * size.heightPixels) / REFERENCE.pixels
  const frames = valueOf(frameRate) / REFERENCE.framesPerSecond
  const bitsPerSecond = REFERENCE.bitsPerSecond * pixels ** 0.8 * frames ** 0.5
  return Math.max(64_000, Math.round(bitsPerSecond / 10_000) * 10_000)
}
