import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readScenario } from './scenario-file.ts'
import { fuzzRuns } from './test-support/long-run.ts'

const base = {
  name: 'fuzzed',
  durationSeconds: 10,
  source: {
    kind: 'model',
    variants: [{ name: 'v', bitsPerSecond: 500_000, heightPixels: 360, framesPerSecond: 30 }],
  },
  sides: { hls: { kind: 'hls', abr: 'bola', ladder: ['v'] }, udp: { kind: 'udp', jitterBufferMs: 100 } },
  networks: [
    'lte',
    { name: 'own', downlink: { rateBitsPerSecond: 1_000_000, loss: { kind: 'random', lossRatio: 0.1 } } },
  ],
  grid: { lossRatio: [0, 0.1], oneWayDelayMs: { from: 1, to: 100, steps: 3, scale: 'log' } },
  seeds: { from: 1, count: 3 },
  budgets: ['stallRatio < 0.1 on own at lossRatio=0.1'],
}

const placesOf = (value: unknown): readonly (readonly string[])[] => {
  if (typeof value !== 'object' || value === null) return [[]]
  return [[], ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner).map((rest) => [key, ...rest]))]
}

const replaced = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown => {
  if (key === undefined) return by
  if (Array.isArray(value))
    return value.map((inner, index) => (String(index) === key ? replaced(inner, rest, by) : inner))
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, by) }
}

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('__proto__', '1e999', '.inf', '', [], {}, -1, 1e308, { kind: 'udp' }, { constructor: 1 }),
)

test('readScenario tells what is wrong with any value in any place, with its line, and never fails', async () => {
  const place = fc.constantFrom(...placesOf(base))
  await fc.assert(
    fc.asyncProperty(place, odd, async (path, value) => {
      const read = await readScenario(JSON.stringify(replaced(base, path, value), undefined, 1), '/nowhere', {})
      if (read.ok) return
      expect(read.problems.length).toBeGreaterThan(0)
      for (const problem of read.problems) expect(problem).toMatch(/^(\d+: | line \d+: )/)
    }),
    { numRuns: fuzzRuns(60), seed: 7 },
  )
})

test('readScenario takes no text for a scenario by chance', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
      expect((await readScenario(text, '/nowhere', {})).ok).toBe(false)
    }),
    { numRuns: fuzzRuns(60), seed: 7 },
  )
})
