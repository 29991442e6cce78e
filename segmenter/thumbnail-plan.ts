import type { Thumbnail } from '../protocol/thumbnail-track.ts'
import type { KeyframePlace } from './iframe-list.ts'

export const THUMBNAIL_SHEET = 'thumbnails.jpg'

const MOST_THUMBNAILS = 100
const COLUMNS = 10
const LONGER_SIDE_PIXELS = 160

/** One sheet, so many pictures of it, which of the keyframes they are, and for which span each stands. */
export type ThumbnailPlan = {
  readonly keyframes: readonly KeyframePlace[]
  readonly columns: number
  readonly rows: number
  readonly widthPixels: number // of a picture
  readonly heightPixels: number
  readonly thumbnails: readonly Thumbnail[]
}

type Source = {
  readonly keyframes: readonly KeyframePlace[] // one or more
  readonly durationSeconds: number
  readonly widthPixels: number
  readonly heightPixels: number
}

/** Every n-th keyframe, so that at most a hundred fit on a sheet of ten columns; each as the video is shaped, 160 pixels
 *  on its longer side. */
export function planThumbnails(source: Source): ThumbnailPlan {
  const every = Math.ceil(source.keyframes.length / MOST_THUMBNAILS)
  const keyframes = source.keyframes.filter((_, index) => index % every === 0)
  const columns = Math.min(COLUMNS, keyframes.length)
  const scale = LONGER_SIDE_PIXELS / Math.max(source.widthPixels, source.heightPixels)
  const widthPixels = evenPixels(source.widthPixels * scale)
  const heightPixels = evenPixels(source.heightPixels * scale)
  const thumbnails = keyframes.map(({ startSeconds }, index) => ({
    startSeconds: index === 0 ? 0 : startSeconds,
    endSeconds: keyframes[index + 1]?.startSeconds ?? source.durationSeconds,
    uri: THUMBNAIL_SHEET,
    x: (index % columns) * widthPixels,
    y: Math.floor(index / columns) * heightPixels,
    widthPixels,
    heightPixels,
  }))
  return { keyframes, columns, rows: Math.ceil(keyframes.length / columns), widthPixels, heightPixels, thumbnails }
}

function evenPixels(pixels: number): number {
  return Math.max(2, 2 * Math.round(pixels / 2))
}
