import { expect, test } from 'vitest'
import { MulticastGroups, readGroupRange } from './multicast-groups.ts'

for (const { text, range } of [
  { text: '239.255.42.0/24', range: { first: 0xefff_2a00, count: 256 } },
  { text: '239.255.42.7/24', range: { first: 0xefff_2a00, count: 256 } },
  { text: '239.1.2.3', range: { first: 0xef01_0203, count: 1 } },
  { text: '224.0.0.0/4', range: { first: 0xe000_0000, count: 2 ** 28 } },
  { text: '10.0.0.0/24', range: undefined },
  { text: '240.0.0.0/4', range: undefined },
  { text: '239.0.0.0/3', range: undefined },
  { text: '239.0.0.0/33', range: undefined },
  { text: '239.0.0.0/8/8', range: undefined },
  { text: 'ff02::1', range: undefined },
]) {
  test(`readGroupRange reads ${text} as ${range === undefined ? 'no range' : `${range.count} groups`}`, () => {
    expect(readGroupRange(text)).toEqual(range)
  })
}

test('MulticastGroups gives each stream a group, and one of an ended stream when none is left', () => {
  const groups = new MulticastGroups('239.1.2.4/31')
  expect([groups.of('a'), groups.of('b'), groups.of('a')]).toEqual(['239.1.2.4', '239.1.2.5', '239.1.2.4'])
  groups.hold('a')
  expect(groups.of('c')).toBe('239.1.2.5')
  groups.hold('c')
  expect(groups.of('d')).toBeUndefined()
  groups.release('a')
  expect(groups.of('d')).toBe('239.1.2.4')
})
