import { describe, expect, test } from 'vitest'
import { achievableBitsPerSecond, packetDelaysMs, type SteadyLine, type SteadyStream } from './steady-stream.ts'

/** 10 ms each way, 1448 of 1500 bytes of 1 Mbit/s: 965 kbit/s of payload. */
const clean: SteadyLine = {
  downlink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 10 },
  uplink: { oneWayDelayMs: 10 },
  congestionControl: 'reno',
}
const stream: SteadyStream = { kind: 'live', line: clean, bitsPerSecond: 463_360, seconds: 10, seed: 1 } // 25 ms a packet

describe('packetDelaysMs', () => {
  test('live, each packet of a line that has room comes after its serialisation and the way', () => {
    const delaysMs = packetDelaysMs(stream)
    expect(delaysMs).toHaveLength(400)
    expect(delaysMs[0]).toBeCloseTo(22.416, 6) // 12 ms for 1500 bytes, 10 of way, behind the ACK of the request (52 bytes)
    expect(delaysMs[399]).toBeCloseTo(22, 6)
  })

  test('stored, the packets come as fast as the line allows: each 12 ms after the one before, 13 before its time', () => {
    const delaysMs = packetDelaysMs({ ...stream, kind: 'stored' })
    expect(Math.max(...delaysMs)).toBeCloseTo(22.416, 6)
    expect(delaysMs[399]).toBeCloseTo(22.416 - 399 * 13, 6)
  })

  test('live, packets wait for one that is sent again', () => {
    const line: SteadyLine = { ...clean, downlink: { oneWayDelayMs: 50, loss: { kind: 'random', lossRatio: 0.02 } } }
    const delaysMs = packetDelaysMs({ ...stream, line, seconds: 30 })
    expect(Math.min(...delaysMs)).toBeCloseTo(50, 6)
    expect(Math.max(...delaysMs)).toBeGreaterThan(130) // 50, then the round trip of 60 after a duplicate ACK
    expect(Math.max(...delaysMs)).toBeLessThan(Infinity)
  })
})

test('achievableBitsPerSecond is the payload of a full line', () => {
  expect(achievableBitsPerSecond(clean, 20, 1) / 965_333).toBeCloseTo(1, 2)
})
