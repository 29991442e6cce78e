import { expect, test } from 'vitest'
import { Links } from './links.ts'
import { RtpThroughLink } from './rtp-through-link.ts'
import { Refusal } from './refusal.ts'

const profile = { seed: 7, downlink: { oneWayDelayMs: 10 } }

function make() {
  const clock = { atMs: 0 }
  const links = new Links({ defaultProfile: profile, clock: { nowMs: () => clock.atMs, unixMs: () => 0 } })
  return { links, clock }
}

const codeOf = (act: () => unknown) => {
  try {
    act()
    return undefined
  } catch (error) {
    return error instanceof Refusal ? error.code : error
  }
}

test('Links has the configuration’s link under "default", and changes it when it is read anew', () => {
  const { links } = make()
  expect(links.get('default').profile).toEqual(profile)
  links.setDefaultProfile({ seed: 8, downlink: {} })
  expect(links.get('default').profile).toEqual({ seed: 8, downlink: {} })
})

test('patch merges into the profile, and refuses what makes none with all problems', () => {
  const { links } = make()
  const { id } = links.create(profile)
  expect(links.patch(id, { downlink: { queueMs: 50 } }).profile).toEqual({
    seed: 7,
    downlink: { oneWayDelayMs: 10, queueMs: 50 },
  })
  expect(codeOf(() => links.patch(id, { downlink: { queueMs: 'long', speed: 1 } }))).toBe('bad-profile')
  expect(links.get(id).profile.downlink.queueMs).toBe(50)
})

test('Links refuses the 1001st link', () => {
  const { links } = make()
  for (let count = 1; count < 1000; count += 1) links.create(profile) // and "default"
  expect(codeOf(() => links.create(profile))).toBe('too-many-links')
})

test('a link unused for 10 minutes goes, "default" and one in use stay', () => {
  const { links, clock } = make()
  const [unused, used] = [links.create(profile).id, links.create(profile).id]
  const lane = new RtpThroughLink(links.find(used), { sink: { send: () => {}, close: () => {} }, onDropped: () => {} })
  clock.atMs = 10 * 60_000 - 1
  links.removeUnused()
  expect(codeOf(() => links.get(unused))).toBeUndefined()
  clock.atMs = 10 * 60_000
  links.removeUnused()
  expect([codeOf(() => links.get(unused)), codeOf(() => links.get(used)), codeOf(() => links.get('default'))]).toEqual([
    'unknown-link',
    undefined,
    undefined,
  ])
  lane.close()
  clock.atMs = 20 * 60_000
  links.removeUnused()
  expect(codeOf(() => links.get(used))).toBe('unknown-link')
})

test('remove takes a link away, but never "default"', () => {
  const { links } = make()
  const { id } = links.create(profile)
  links.remove(id)
  expect(codeOf(() => links.remove(id))).toBe('unknown-link')
  expect(codeOf(() => links.remove('default'))).toBe('fixed-link')
})
