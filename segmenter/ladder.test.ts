import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ladderFor } from './ladder.ts'

const at30 = { frameRate: { numerator: 30, denominator: 1 } }

for (const { name, source, rungs } of [
  {
    name: '1080p as five rungs',
    source: [1920, 1080],
    rungs: ['1080p 1920x1080', '720p 1280x720', '480p 854x480', '360p 640x360', '240p 426x240'],
  },
  {
    name: '4K as at most 1080p',
    source: [3840, 2160],
    rungs: ['1080p 1920x1080', '720p 1280x720', '480p 854x480', '360p 640x360', '240p 426x240'],
  },
  {
    name: 'a phone held upright by its short side',
    source: [720, 1280],
    rungs: ['720p 720x1280', '480p 480x854', '360p 360x640', '240p 240x426'],
  },
  {
    name: 'a source between two rungs with its own size on top',
    source: [1024, 576],
    rungs: ['576p 1024x576', '480p 854x480', '360p 640x360', '240p 426x240'],
  },
  {
    name: 'a source hardly above a rung without that rung',
    source: [864, 486],
    rungs: ['486p 864x486', '360p 640x360', '240p 426x240'],
  },
  {
    name: 'a cinema shape',
    source: [2048, 1080],
    rungs: ['1080p 2048x1080', '720p 1366x720', '480p 910x480', '360p 682x360', '240p 456x240'],
  },
  { name: 'a small source as itself', source: [176, 144], rungs: ['144p 176x144'] },
  { name: 'odd sides a line smaller', source: [425, 239], rungs: ['238p 424x238'] },
  { name: 'one pixel as the smallest picture of 4:2:0', source: [1, 1], rungs: ['2p 2x2'] },
]) {
  test(`ladderFor makes ${name}`, () => {
    const [widthPixels = 0, heightPixels = 0] = source
    const made = ladderFor({ widthPixels, heightPixels, ...at30 })
    expect(made.map((rung) => `${rung.name} ${rung.widthPixels}x${rung.heightPixels}`)).toEqual(rungs)
  })
}

test('ladderFor gives 720p30 2.8 Mbit/s and each smaller rung less', () => {
  const rates = ladderFor({ widthPixels: 1920, heightPixels: 1080, ...at30 }).map((rung) => rung.maxRateBitsPerSecond)
  expect(rates).toEqual([5_360_000, 2_800_000, 1_460_000, 920_000, 480_000])
})

test('ladderFor has even sides, names of their own and nothing larger than the source, at any size', () => {
  const sides = fc.integer({ min: 2, max: 8192 })
  fc.assert(
    fc.property(sides, sides, (widthPixels, heightPixels) => {
      const rungs = ladderFor({ widthPixels, heightPixels, ...at30 })
      expect(new Set(rungs.map((rung) => rung.name)).size).toBe(rungs.length)
      for (const rung of rungs) {
        expect((rung.widthPixels % 2) + (rung.heightPixels % 2)).toBe(0)
        expect(rung.widthPixels).toBeLessThanOrEqual(widthPixels)
        expect(rung.heightPixels).toBeLessThanOrEqual(heightPixels)
      }
    }),
    { seed: 8216 },
  )
})
