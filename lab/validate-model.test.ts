import { expect, test } from 'vitest'
import { modelFetchMs, modelGoodputKbps, type BulkCell } from './validate-model.ts'

const line: BulkCell = { congestionControl: 'reno', rateBitsPerSecond: 8e6, oneWayDelayMs: 10, flows: 1 }
const lossy: BulkCell = { ...line, loss: { kind: 'random', lossRatio: 0.03 } }

test('modelGoodputKbps counts payload from the moment the server begins: the rate less headers and the first delay', () => {
  const fullKbps = (8000 * 1448) / 1500
  const kbps = modelGoodputKbps(line, 1)
  expect(kbps).toBeLessThan(fullKbps)
  expect(kbps).toBeGreaterThan(fullKbps * (1 - 40 / 10_000)) // one way, and slow start from ten segments
})

test('modelGoodputKbps over a shorter window counts no byte that comes after it', () => {
  const firstRoundTripKbps = (10 * 1448 * 8) / 29.5 // ten segments of 1.5 ms each, after 10 ms
  expect(modelGoodputKbps(line, 1, 29.5)).toBeCloseTo(firstRoundTripKbps, 6)
})

test('modelGoodputKbps gives all flows together', () => {
  const fullKbps = (8000 * 1448) / 1500
  expect(modelGoodputKbps({ ...line, flows: 3 }, 1) / fullKbps).toBeCloseTo(1, 1)
})

test('modelGoodputKbps repeats with the seed', () => {
  expect(modelGoodputKbps(lossy, 5)).toBe(modelGoodputKbps(lossy, 5))
  expect(modelGoodputKbps(lossy, 5)).not.toBe(modelGoodputKbps(lossy, 6))
})

test('modelFetchMs gives each object one round trip and its time on the line, the first one behind the ACK of its request', () => {
  const object = { ...line, objectBytes: 14_480, gapMs: 200, fetches: 2 } // ten segments, the initial window
  const fetchesMs = modelFetchMs(object, 1)
  expect(fetchesMs[0]).toBeCloseTo(20 + 10 * 1.5 + 0.052, 6)
  expect(fetchesMs).toHaveLength(2)
})

test('modelFetchMs waits one more round trip for what the initial window does not hold', () => {
  const object = { ...line, objectBytes: 20 * 1448, gapMs: 200, fetches: 1 }
  const [firstMs = 0] = modelFetchMs(object, 1)
  expect(firstMs).toBeGreaterThan(20 + 20 * 1.5 + 5)
  expect(firstMs).toBeLessThan(2 * 20 + 20 * 1.5)
})
