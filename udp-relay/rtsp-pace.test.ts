import { expect, test } from 'vitest'
import { paceHeaders, readPace } from './rtsp-pace.ts'

const rows: { asked: Record<string, string>; told: Record<string, string> }[] = [
  { asked: {}, told: {} },
  { asked: { scale: '2' }, told: { scale: '2.0', speed: '1.0' } },
  { asked: { scale: '1.5', speed: '2.0' }, told: { scale: '1.5', speed: '2.0' } },
  { asked: { scale: '-1' }, told: { scale: '-1.0', speed: '1.0' } },
  { asked: { scale: '-0.5' }, told: { scale: '-1.0', speed: '1.0' } },
  { asked: { scale: '-2.5', speed: '2' }, told: { scale: '-2.5', speed: '2.0' } },
  { asked: { scale: '-1000' }, told: { scale: '-64.0', speed: '1.0' } },
  { asked: { scale: '0' }, told: { scale: '1.0', speed: '1.0' } },
  { asked: { scale: '-0' }, told: { scale: '1.0', speed: '1.0' } },
  { asked: { scale: '0.25' }, told: { scale: '1.0', speed: '1.0' } },
  { asked: { scale: '1000' }, told: { scale: '64.0', speed: '1.0' } },
  { asked: { speed: '0' }, told: { speed: '0.1' } },
  { asked: { speed: '100' }, told: { speed: '8.0' } },
]
for (const { asked, told } of rows) {
  test(`who asks for ${JSON.stringify(asked)} is told ${JSON.stringify(told)}`, () => {
    const headers = new Map(Object.entries(asked))
    expect(paceHeaders(headers, readPace(headers))).toEqual(told)
  })
}

test('readPace refuses what is no number', () => {
  expect(() => readPace(new Map([['scale', 'fast']]))).toThrow('scale: fast')
})
