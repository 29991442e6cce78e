import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inLongRun } from '../../lab/test-support/long-run.ts'
import { sharedFile, sharedFolder } from '../../lab/test-support/shared-files.ts'
import { judgePlaylist } from './judge.ts'
import { readPlaylist } from './playlist-reader.ts'
import { rulesOf } from './test-support/rules-of.ts'

type Row = { readonly path: string; readonly expectation: string }

function rows(): Row[] {
  const text = readFileSync(join(sharedFolder, 'playlists/INDEX.md'), 'utf8')
  return text
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .map((line) => line.slice(2).split('|'))
    .map(([path = '', , , expectation = '']) => ({ path: path.trim(), expectation: expectation.trim() }))
    .filter(({ path }) => /\.m3u8?$/.test(path) && existsSync(join(sharedFolder, 'playlists', path)))
}

function judged(path: string) {
  return judgePlaylist(readPlaylist(readFileSync(join(sharedFolder, 'playlists', path))), path)
}

/** What they reject and we do not. */
const harmless: Readonly<Record<string, string>> = {
  '03_EXT-X-PART__FAIL__c8c7dc.m3u8': 'an accepted list and a hint of the next part, as rfc8216bis 4.4.5.3 has it',
}

/** What they accept and we do not. */
const strict: Readonly<Record<string, string>> = {
  '04_EXT-X-PRELOAD-HINT__PASS__48e8df.m3u8': 'PART-HOLD-BACK of one part: bis 4.4.3.8 asks for two',
  '04_EXT-X-PRELOAD-HINT__PASS__a2611f.m3u8': 'the same',
  '04_EXT-X-PRELOAD-HINT__PASS__bc002c.m3u8': 'the same',
  '04_EXT-X-PRELOAD-HINT__PASS__edc1ee.m3u8': 'the same',
  '4.3.4.1_EXT-X-MEDIA__PASS__2422fd.m3u8': 'a quotation mark after DEFAULT=YES',
  '4.3.4.3_EXT-X-I-FRAME-STREAM-INF__PASS__7952a8.m3u8': 'a URI without quotation marks',
}

/** What is odd for their players, and right by the standard. */
const right: Readonly<Record<string, string>> = {
  'manifestExtXEndlistEarly.m3u8': 'EXT-X-ENDLIST may stand anywhere, 4.3.3.4',
  'missingEndlist.m3u8': 'a live list',
  'startLiveNegative.m3u8': 'TIME-OFFSET counts from the end when negative, 4.3.5.2',
  'startNegative.m3u8': 'the same',
  'zeroLength.m3u8': 'the segment that is odd is not here',
}

function nameOf(path: string): string {
  return (path.split('/').at(-1) as string).replace('integration__', '')
}

test('every playlist that a strict parser must reject has an error', (context) => {
  sharedFile(context, 'playlists/INDEX.md')
  const passed = rows()
    .filter(({ expectation }) => expectation.includes('REJECTED'))
    .filter(({ path }) => rulesOf(judged(path)).length === 0)
    .map(({ path }) => nameOf(path))
  expect(passed).toEqual(Object.keys(harmless))
})

test('every playlist that a strict parser must accept has no error', (context) => {
  sharedFile(context, 'playlists/INDEX.md')
  const failed = rows()
    .filter(({ expectation }) => expectation.includes('ACCEPTED'))
    .filter(({ path }) => rulesOf(judged(path)).length > 0)
    .map(({ path }) => nameOf(path))
  expect(failed).toEqual(Object.keys(strict))
})

test('every playlist with a name that says that it is odd has a finding', (context) => {
  sharedFile(context, 'playlists/INDEX.md')
  const silent = rows()
    .filter(({ expectation }) => expectation.includes('ODD/INVALID'))
    .filter(({ path }) => judged(path).length === 0)
    .map(({ path }) => nameOf(path))
  expect([...new Set(silent)].sort()).toEqual(Object.keys(right))
})

if (inLongRun) {
  test('no playlist of any project is too much for the reader and the rules', (context) => {
    sharedFile(context, 'playlists/INDEX.md')
    for (const { path } of rows()) expect(judged(path)).toBeInstanceOf(Array)
  })
}
