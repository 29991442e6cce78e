import type { Rung } from './ladder.ts'
import type { HdrColours, VideoFacts } from './source-facts.ts'
import type { Ffmpeg } from './tools.ts'

export type PictureFilters = {
  readonly filters: readonly string[] // of ffmpeg, one after the other, before all else
  readonly colours?: 'bt709' // that they make
  readonly warnings: readonly string[]
}

type Filtering = Pick<VideoFacts, 'interlacing' | 'hdr' | 'codedPixels' | 'widthPixels' | 'heightPixels'>
type Abilities = Pick<Ffmpeg, 'deinterlacer' | 'canToneMap'>

/** What makes a source's pictures whole frames in the colours of SDR, as far as this ffmpeg can. */
export function pictureFilters(video: Filtering, rungs: readonly Rung[], able: Abilities): PictureFilters {
  const made = [deinterlacing(video, able), toneMapping(video, rungs[0], able)]
  return {
    filters: made.flatMap((part) => (part === undefined || 'warning' in part ? [] : part.filters)),
    ...(video.hdr !== undefined && able.canToneMap ? { colours: 'bt709' } : {}),
    warnings: made.flatMap((part) => (part !== undefined && 'warning' in part ? [part.warning] : [])),
  }
}

type Part = { readonly filters: readonly string[] } | { readonly warning: string } | undefined

/** Smaller pictures have no fields, and deinterlacers refuse them: of chroma, half as large, bwdif wants four lines. */
const LEAST_INTERLACED_PIXELS = 8

/** One picture out of two fields, so that the frame rate stays. */
function deinterlacing(video: Filtering, { deinterlacer }: Abilities): Part {
  const { interlacing, widthPixels, heightPixels } = video
  if (interlacing === undefined || Math.min(widthPixels, heightPixels) < LEAST_INTERLACED_PIXELS) return undefined
  if (deinterlacer === undefined) {
    return { warning: 'The pictures are interlaced and stay so: this ffmpeg has neither bwdif nor yadif.' }
  }
  const which = interlacing === 'all' ? 'all' : 'interlaced'
  return { filters: [`${deinterlacer}=mode=send_frame:parity=auto:deint=${which}`] }
}

const NOMINAL_PEAK_NITS = 100 // what linear light of 1 stands for: the white of SDR, ITU-R BT.2035

/** In linear light, and no larger than the largest variant: it costs more than all else that is done to a picture. */
function toneMapping({ hdr, codedPixels }: Filtering, best: Rung | undefined, { canToneMap }: Abilities): Part {
  if (hdr === undefined) return undefined
  if (!canToneMap) {
    return { warning: 'The colours of HDR look pale: this ffmpeg has no zscale and tonemap to make SDR of them.' }
  }
  const isLarger = best !== undefined && best.widthPixels * best.heightPixels < codedPixels
  const smaller = isLarger ? [`scale=${best.widthPixels}:${best.heightPixels}:flags=bicubic`] : []
  return { filters: [...smaller, ...toSdr(hdr)] }
}

const OF_BT2020 = { primaries: 'pin=2020', matrix: 'min=2020_ncl' } // what HDR has that does not say it

function toSdr({ transfer, lacks }: HdrColours): string[] {
  const told = [`tin=${transfer}`, ...lacks.map((what) => OF_BT2020[what])].join(':')
  return [
    `zscale=${told}:t=linear:npl=${NOMINAL_PEAK_NITS}`,
    'format=gbrpf32le',
    'zscale=p=709',
    'tonemap=tonemap=hable:desat=0',
    'zscale=t=709:m=709:r=tv',
    'format=yuv420p',
  ]
}
