import { expect, test } from 'vitest'
import { defaultRealtime, readRealtimeSettings, writeRealtimeSettings } from './realtime-settings.ts'

test('an address without settings is the defaults, and the defaults need no address', () => {
  expect(readRealtimeSettings('')).toEqual(defaultRealtime)
  expect(writeRealtimeSettings(defaultRealtime)).toBe('')
})

test('what an address sets is read as it was written', () => {
  const settings = { eventsPerSecond: 50, eventBytes: 1000, seed: 3, pollMs: 1000, preset: 'lossy' }
  expect(writeRealtimeSettings(settings)).toBe('?eventsPerSecond=50&eventBytes=1000&seed=3&pollMs=1000&preset=lossy')
  expect(readRealtimeSettings(writeRealtimeSettings(settings))).toEqual(settings)
})

for (const search of ['?eventsPerSecond=-1', '?eventBytes=99', '?seed=x', '?pollMs=1.5', '?eventsPerSecond=']) {
  test(`${search} makes no sense and counts as absent`, () => {
    expect(readRealtimeSettings(search)).toEqual(defaultRealtime)
  })
}
