import { expect, test } from 'vitest'
import { applyRules } from './finding.ts'
import { readPlaylist } from './playlist-reader.ts'
import type { MediaPlaylist } from './playlist.ts'
import { reloadRules } from './reload-rules.ts'

function listOf(...numbers: readonly number[]): MediaPlaylist {
  const segments = numbers.map((number) => `#EXTINF:2,\n${number}.ts\n`).join('')
  const text = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:${numbers[0]}\n${segments}`
  const read = readPlaylist(new TextEncoder().encode(text))
  if (read.kind !== 'media') throw new Error('no media playlist')
  return read
}

test.each([
  ['nothing new in 1.5 target durations', [1, 2, 3, 4], 3.1, ['reload-stale']],
  ['nothing new yet', [1, 2, 3, 4], 2.9, []],
  ['a segment that came late', [2, 3, 4, 5], 9, []],
] as const)('of a list that grows: %s', (_, after, waitedSeconds, rules) => {
  const findings = applyRules(reloadRules, { before: listOf(1, 2, 3, 4), after: listOf(...after), waitedSeconds }, 'a')
  expect(findings.map(({ rule }) => rule)).toEqual(rules)
})
