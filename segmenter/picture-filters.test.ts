import { expect, test } from 'vitest'
import { ladderFor } from './ladder.ts'
import { pictureFilters } from './picture-filters.ts'

const able = { deinterlacer: 'bwdif', canToneMap: true } as const
const frameRate = { numerator: 25, denominator: 1 }
const rungs = ladderFor({ widthPixels: 3840, heightPixels: 2160, frameRate })
const plain = { codedPixels: 1920 * 1080, widthPixels: 1920, heightPixels: 1080 }
const uhd = { codedPixels: 3840 * 2160, widthPixels: 3840, heightPixels: 2160 }
const pq = { transfer: 'smpte2084', lacks: [] } as const

test('pictureFilters leaves whole pictures of SDR alone', () =>
  expect(pictureFilters(plain, rungs, able)).toEqual({ filters: [], warnings: [] }))

test('pictureFilters makes one picture of two fields, where pictures tell it only of those', () => {
  const filtersOf = (interlacing: 'told-by-pictures' | 'all') =>
    pictureFilters({ ...plain, interlacing }, rungs, able).filters
  expect(filtersOf('told-by-pictures')).toEqual(['bwdif=mode=send_frame:parity=auto:deint=interlaced'])
  expect(filtersOf('all')).toEqual(['bwdif=mode=send_frame:parity=auto:deint=all'])
})

test('pictureFilters takes a picture of a few lines for whole', () => {
  const tiny = { codedPixels: 4, widthPixels: 2, heightPixels: 2, interlacing: 'told-by-pictures' } as const
  expect(pictureFilters(tiny, rungs, able)).toEqual({ filters: [], warnings: [] })
})

test('pictureFilters makes SDR of HDR in no larger pictures than the best variant has', () => {
  const { filters, colours } = pictureFilters({ ...uhd, hdr: pq }, rungs, able)
  expect(colours).toBe('bt709')
  expect(filters.slice(0, 2)).toEqual(['scale=1920:1080:flags=bicubic', 'zscale=tin=smpte2084:t=linear:npl=100'])
  expect(filters.at(-1)).toBe('format=yuv420p')
  expect(pictureFilters({ ...plain, hdr: pq }, rungs, able).filters[0]).toMatch(/^zscale/)
})

test('pictureFilters says what HDR does not: BT.2020', () => {
  const hdr = { transfer: 'arib-std-b67', lacks: ['primaries', 'matrix'] } as const
  expect(pictureFilters({ ...plain, hdr }, rungs, able).filters[0]).toBe(
    'zscale=tin=arib-std-b67:pin=2020:min=2020_ncl:t=linear:npl=100',
  )
})

test('pictureFilters tells what an ffmpeg cannot do, and does the rest', () => {
  const both = { ...plain, interlacing: 'all', hdr: pq } as const
  expect(pictureFilters(both, rungs, { canToneMap: false })).toEqual({
    filters: [],
    warnings: [
      'The pictures are interlaced and stay so: this ffmpeg has neither bwdif nor yadif.',
      'The colours of HDR look pale: this ffmpeg has no zscale and tonemap to make SDR of them.',
    ],
  })
  expect(pictureFilters(both, rungs, { deinterlacer: 'yadif', canToneMap: false }).filters).toHaveLength(1)
})
