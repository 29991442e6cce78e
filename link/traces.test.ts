import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { sharedFile } from '../lab/test-support/shared-files.ts'
import { readLinkProfile, type RateTrace } from './profile.ts'
import { readTrace } from './traces.ts'

test('readTrace reads mahimahi’s milliseconds, a line for each 1500 bytes', () => {
  const read = readTrace('0\r\n3\n3\n12\n')
  expect(read).toEqual({ ok: true, profile: { seed: 1, downlink: { trace: [0, 3, 3, 12] }, uplink: {} } })
})

test('readTrace reads a list of [kbit/s, seconds]', () => {
  const read = readTrace(' [[1200, 30],\n [0, 0.5]]')
  const trace = [
    [1200, 30],
    [0, 0.5],
  ]
  expect(read).toEqual({ ok: true, profile: { seed: 1, downlink: { trace }, uplink: {} } })
})

test('readTrace makes half of sabre’s mean latency the one-way delay of both directions', () => {
  const read = readTrace(
    '[{"duration_ms":1000,"bandwidth_kbps":500,"latency_ms":80},{"duration_ms":3000,"bandwidth_kbps":800,"latency_ms":40}]',
  )
  const trace = [
    [500, 1],
    [800, 3],
  ]
  const profile = { seed: 1, downlink: { trace, oneWayDelayMs: 25 }, uplink: { oneWayDelayMs: 25 } }
  expect(read).toEqual({ ok: true, profile })
})

/** Every refusal. */
const problems: [text: string, problem: string][] = [
  ['', 'line 1 must be a whole number of milliseconds, got ""'],
  ['1\n2.5\n', 'line 2 must be a whole number of milliseconds, got "2.5"'],
  ['1\n\n3', 'line 2 must be a whole number of milliseconds, got ""'],
  ['4\n9\n3', 'line 3 must be a whole millisecond up to 86400000, none before the one above, got 3'],
  ['0', 'the list must end after millisecond 0, got [0]'],
  ['{"steps": []}', 'must be a list, got {"steps":[]}'],
  ['[]', 'line 1 must be [kbit/s, seconds] or {duration_ms, bandwidth_kbps, latency_ms}, got nothing'],
  ['[[1, 2],\n [3, 0]]', 'line 2 must be [0 to 10000000 kbit/s, 0.001 to 86400 seconds], got [3,0]'],
  ['[[0, 1]]', 'the list must have a rate above 0, got [[0,1]]'],
  [
    '[\n{"duration_ms": 1, "bandwidth_kbps": 1},\n\n{"duration_ms": 1}]',
    'line 4 must be [kbit/s, seconds] or {duration_ms, bandwidth_kbps, latency_ms}, got {"duration_ms":1}',
  ],
  ['1'.repeat(8_000_001), 'must have at most 8000000 characters, got 8000001'],
]
for (const [text, problem] of problems) {
  test(`readTrace refuses: ${problem}`, () => expect(readTrace(text)).toEqual({ ok: false, problems: [problem] }))
}

test('readTrace tells the line where JSON ends to be JSON', () => {
  const read = readTrace('[[1, 2],\n[3, x]]')
  expect(!read.ok && read.problems[0]).toMatch(/^line 2 is no JSON: /)
})

test('readTrace makes a profile or tells one problem, whatever the text', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(fc.integer({ min: -1, max: 50 })).map((lines) => lines.join('\n')),
    fc.json().map((text) => `[${text},[1,1]]`),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const read = readTrace(text)
      if (read.ok) expect(readLinkProfile(read.profile)).toEqual(read)
      else expect(read.problems.length).toBe(1)
    }),
    { seed: 5, numRuns: fuzzRuns(500) },
  )
})

/** Means of the rate over the whole trace, as the page beside the files tells them. */
const files = [
  { name: 'mahimahi-Verizon-LTE-short.down', seconds: 140, megabitsPerSecond: 5.03 },
  { name: 'mahimahi-ATT-LTE-driving-2016.down', seconds: 120, megabitsPerSecond: 4.56 },
  { name: 'mahimahi-Verizon-EVDO-driving.down', seconds: 1062, megabitsPerSecond: 0.52 },
  { name: 'sabre-norway-hsdpa-2010-09-13_1003.json', seconds: 196, megabitsPerSecond: 1.448 },
  { name: 'sabre-belgium-4g-bus_0002.json', seconds: 545, megabitsPerSecond: 30.8 },
  { name: 'sabre-fcc-hd-trace0000.json', seconds: 180, megabitsPerSecond: 15.7 },
]

function totalsOf(trace: RateTrace): { readonly seconds: number; readonly bits: number } {
  if (typeof trace[0] === 'number') return { seconds: Number(trace.at(-1)) / 1000, bits: trace.length * 1500 * 8 }
  const steps = trace as readonly (readonly [number, number])[]
  return {
    seconds: steps.reduce((sum, [, seconds]) => sum + seconds, 0),
    bits: steps.reduce((sum, [kilobits, seconds]) => sum + kilobits * 1000 * seconds, 0),
  }
}

for (const { name, seconds, megabitsPerSecond } of files) {
  test(`readTrace reads ${name}`, (context) => {
    const read = readTrace(readFileSync(sharedFile(context, `traces/${name}`), 'utf8'))
    if (!read.ok) throw new Error(read.problems.join())
    const totals = totalsOf(read.profile.downlink.trace as RateTrace)
    expect(Math.abs(totals.seconds - seconds)).toBeLessThan(1)
    expect(totals.bits / totals.seconds / 1e6).toBeCloseTo(megabitsPerSecond, 1)
  })
}
