import { expect, test } from 'vitest'
import { variantNames } from './variant-names.ts'

const rows = [
  { uris: ['240p/index.m3u8', '720p/index.m3u8?a=b'], names: ['240p', '720p'], by: 'their folders' },
  { uris: ['low.m3u8', 'high.m3u8'], names: ['low', 'high'], by: 'their files, where there is no folder' },
  {
    uris: ['https://a.example/v/a.m3u8', 'https://a.example/v/b.m3u8'],
    heights: [240, 720],
    names: ['240p', '720p'],
    by: 'the height',
  },
  { uris: ['v/a.m3u8', 'v/b.m3u8'], heights: [720, 720], names: ['1000k', '2000k'], by: 'the bandwidth' },
  { uris: ['v/a.m3u8', 'v/b.m3u8'], bandwidths: [5, 5], names: ['variant-1', 'variant-2'], by: 'the place' },
]
for (const { uris, names, by, heights = [], bandwidths = [1_000_000, 2_000_000] } of rows) {
  test(`variantNames tells variants apart by ${by}`, () => {
    const variants = uris.map((uri, index) => ({
      uri,
      bandwidthBitsPerSecond: bandwidths[index] ?? 0,
      ...(heights[index] === undefined ? {} : { heightPixels: heights[index] }),
    }))
    expect(variantNames(variants)).toEqual(names)
  })
}
