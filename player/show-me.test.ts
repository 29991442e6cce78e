import { expect, test } from 'vitest'
import { linkPresets } from '../link/presets.ts'
import { showAt, showSeconds, showSteps } from './show-me.ts'
import { showWords } from './words.ts'

test('the show goes from perfect over 2 % loss and 1 Mbit/s to perfect, in 40 seconds', () => {
  const profiles = showSteps.map(({ preset }) => linkPresets.find(({ name }) => name === preset)?.profile)
  expect(profiles.map((profile) => profile?.downlink.loss?.lossRatio)).toEqual([undefined, 0.02, undefined, undefined])
  expect(profiles.map((profile) => profile?.downlink.rateBitsPerSecond)).toEqual([
    undefined,
    undefined,
    1_000_000,
    undefined,
  ])
  expect([profiles[0], profiles[3]].map((profile) => profile?.name)).toEqual(['perfect', 'perfect'])
  expect(showSeconds).toBe(40)
})

const moments: readonly { readonly atMs: number; readonly key: string | undefined }[] = [
  { atMs: 0, key: 'whole' },
  { atMs: 6999, key: 'whole' },
  { atMs: 7000, key: 'lossy' },
  { atMs: 19_000, key: 'slow' },
  { atMs: 32_000, key: 'wholeAgain' },
  { atMs: 39_999, key: 'wholeAgain' },
  { atMs: 40_000, key: undefined },
]

for (const { atMs, key } of moments) {
  test(`after ${atMs} ms showAt gives ${key ?? 'the end'}`, () => expect(showAt(atMs)?.step.key).toBe(key))
}

test('showAt tells its progress as a share of the whole', () => {
  expect(showAt(10_000)).toMatchObject({ index: 1, progressRatio: 0.25 })
})

test('each step is explained', () => {
  for (const { key } of showSteps) expect(showWords.steps[key].look.length).toBeGreaterThan(40)
})
