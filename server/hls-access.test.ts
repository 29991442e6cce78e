import { expect, test } from 'vitest'
import { HlsAccess, keptUntil, type TokenDemand } from './hls-access.ts'

const secret = 'a secret of the tests'
const HOUR_MS = 3_600_000

function accessAt(nowUnixMs: () => number, demand: TokenDemand = 'all'): HlsAccess {
  return new HlsAccess({ secret, demand, nowUnixMs })
}

test('HlsAccess lists one address for half a day, and each is good for half a day at least', () => {
  let nowMs = 1_800_000_000_000
  const access = accessAt(() => nowMs)
  const addresses = new Map<string, number>()
  for (let hours = 0; hours < 48; hours += 1, nowMs += HOUR_MS) {
    const folder = access.folderOf('v7')
    addresses.set(folder, addresses.get(folder) ?? nowMs)
    const { validUntilUnixMs = 0 } = access.admit(`${folder}/master.m3u8`)
    expect(validUntilUnixMs - nowMs).toBeGreaterThanOrEqual(12 * HOUR_MS)
    expect(validUntilUnixMs - nowMs).toBeLessThanOrEqual(24 * HOUR_MS)
  }
  expect([4, 5]).toContain(addresses.size)
})

test('HlsAccess lists plain addresses where none is demanded, and signs those that are asked for', () => {
  const access = accessAt(() => 1000, 'nothing')
  expect(access.folderOf('v7')).toBe('/hls/v7')
  expect(access.admit('/hls/v7/master.m3u8')).toEqual({ path: '/hls/v7/master.m3u8' })
  const { folderOf, expiresUnixMs } = access.signedFolder(60)
  expect(expiresUnixMs).toBe(61_000)
  const signed = { path: '/hls/v7/720p/00000.ts', validUntilUnixMs: 61_000 }
  expect(access.admit(`${folderOf('v7')}/720p/00000.ts`)).toEqual(signed)
  expect(access.admit(`${folderOf('v7').replace('~', '%7E')}/720p/00000.ts`)).toEqual(signed) // some clients escape it
})

test.for([
  ['public, max-age=60', 'public, max-age=60'],
  ['public, max-age=31536000, immutable', 'public, max-age=100, immutable'],
  ['no-cache', 'no-cache'],
])('nobody keeps an answer beyond its token: %s becomes %s', ([said = '', kept]) => {
  expect(keptUntil(said, 200_999, 100_000)).toBe(kept)
  expect(keptUntil(said, undefined, 100_000)).toBe(said)
  expect(keptUntil(said, 1, 100_000)).toBe(said.replace(/\d+/, '0')) // it came in time and was held
})
