import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readNetworkWish } from './network-wish.ts'

test('readNetworkWish takes a preset, else a file with a profile, and tells all that is wrong with it', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-test-'))
  context.onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  file('line.yaml', 'seed: 7\ndownlink: { rateBitsPerSecond: 1000000 }\n')
  file('line.json', '{"downlink": {"speed": 1, "queueMs": "1s"}}')
  file('none.yaml', 'a: [')
  const read = (wish: string) => readNetworkWish(wish, folder)
  expect(await read('slow')).toMatchObject({ ok: true, profile: { name: 'slow' } })
  expect(await read('line.yaml')).toEqual({
    ok: true,
    profile: { seed: 7, downlink: { rateBitsPerSecond: 1_000_000 } },
  })
  expect(await read('line.json')).toEqual({
    ok: false,
    problems: [
      expect.stringContaining('line.json.downlink.queueMs must be a number from 1 to 10000, got "1s"'),
      expect.stringContaining('line.json.downlink.speed'),
    ],
  })
  expect(await read('none.yaml')).toEqual({ ok: false, problems: [expect.stringContaining('none.yaml is no YAML: ')] })
  expect(await read('moon')).toEqual({
    ok: false,
    problems: [expect.stringMatching(/^it must be a file with a profile, or one of perfect, .*; got moon$/)],
  })
})
