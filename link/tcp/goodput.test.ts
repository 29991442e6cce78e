import { expect, test } from 'vitest'
import { matrix } from '../../lab/test-support/long-run.ts'
import type { CongestionControl } from '../profile.ts'
import { MSS_BYTES } from './tcp-packet.ts'
import { goodputKbitPerSecond, openEndlessDownload, totalBytes } from './test-support/download.ts'

type Band = { readonly lossRatio: number; readonly rttMs: number; readonly band: readonly [number, number] }

const controls: CongestionControl[] = ['cubic', 'reno', 'bbr']
const line = { rateBitsPerSecond: 8_000_000, queueBytes: 200_000, oneWayDelayMs: 10 } // a queue of 200 ms
const uplink = { oneWayDelayMs: 10 }

test.each(controls)('%s fills a line without loss: 1448 of 1500 bytes are payload', (congestionControl) => {
  const kbitPerSecond = goodputKbitPerSecond({ downlink: line, uplink, congestionControl }, 10)
  expect(kbitPerSecond / ((8000 * MSS_BYTES) / 1500)).toBeGreaterThan(0.99)
})

test.each([
  { congestionControl: 'reno', retransmitted: 151 }, // the kernel: 150
  { congestionControl: 'cubic', retransmitted: 11 }, // the kernel: 11
  { congestionControl: 'bbr', retransmitted: 0 }, // the kernel: 0
] as const)(
  '$congestionControl overflows a queue of 200 ms as the kernel does',
  ({ congestionControl, retransmitted }) => {
    const { link, connection } = openEndlessDownload({ downlink: line, uplink, congestionControl })
    link.advance(10_030)
    expect(connection.state()).toMatchObject({ retransmittedSegments: retransmitted, timeouts: 0 })
  },
)

/** Mathis et al. 1997, bytes counted: goodput ≤ MSS / RTT × sqrt(3 / 2p). */
function mathisKbitPerSecond(lossRatio: number, rttMs: number): number {
  return ((MSS_BYTES * 8) / rttMs) * Math.sqrt(3 / (2 * lossRatio))
}

/** Padhye, Firoiu, Towsley, Kurose 1998, the full form, with b = 1 since Linux counts bytes. Repair by SACK avoids most of
 *  the timeouts that the formula charges, so it is a floor. */
function padhyeKbitPerSecond(p: number, rttMs: number): number {
  const timeoutMs = rttMs + 200 // Linux: srtt + 200 ms
  const window = 1 + Math.sqrt((8 * (1 - p)) / (3 * p) + 1)
  const [kept, backoff] = [1 - p, 1 + p + 2 * p ** 2 + 4 * p ** 3 + 8 * p ** 4 + 16 * p ** 5 + 32 * p ** 6]
  const timeoutRatio = Math.min(
    1,
    ((1 - kept ** 3) * (1 + kept ** 3 * (1 - kept ** (window - 3)))) / (1 - kept ** window),
  )
  const segments = kept / p + window + timeoutRatio / kept
  const tookMs = rttMs * (window / 2 + 1) + (timeoutRatio * backoff * timeoutMs) / kept
  return (MSS_BYTES * 8 * segments) / tookMs
}

test('padhyeKbitPerSecond gives the figures that are published for it', () => {
  const figures = [padhyeKbitPerSecond(0.001, 20), padhyeKbitPerSecond(0.01, 100), padhyeKbitPerSecond(0.05, 20)]
  expect(figures.map(Math.round)).toEqual([21765, 1312, 1434])
})

/** Mean of eight seeds over 1500 round trips, without the first 150, in which slow start shows. */
function renoKbitPerSecond(lossRatio: number, rttMs: number): number {
  const [fromMs, toMs] = [150 * rttMs, 1500 * rttMs]
  const goodputs = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
    const downlink = { oneWayDelayMs: rttMs / 2, loss: { kind: 'random', lossRatio } } as const
    const options = { downlink, uplink: { oneWayDelayMs: rttMs / 2 }, seed, congestionControl: 'reno' } as const
    const { link, connection, responses } = openEndlessDownload(options)
    link.advance(toMs)
    connection.close()
    return (totalBytes(responses.filter(({ atMs }) => atMs > fromMs)) * 8) / (toMs - fromMs)
  })
  return goodputs.reduce((sum, goodput) => sum + goodput, 0) / goodputs.length
}

test.each(
  matrix<Band>([
    { lossRatio: 0.05, rttMs: 20, band: [0.72, 0.95] },
    { lossRatio: 0.001, rttMs: 20, band: [0.9, 1.1] },
    { lossRatio: 0.001, rttMs: 50, band: [0.9, 1.1] },
    { lossRatio: 0.001, rttMs: 100, band: [0.9, 1.1] },
    { lossRatio: 0.005, rttMs: 20, band: [0.9, 1.1] },
    { lossRatio: 0.005, rttMs: 50, band: [0.9, 1.1] },
    { lossRatio: 0.005, rttMs: 100, band: [0.9, 1.1] },
    { lossRatio: 0.005, rttMs: 200, band: [0.9, 1.1] },
    { lossRatio: 0.01, rttMs: 20, band: [0.85, 1] },
    { lossRatio: 0.01, rttMs: 50, band: [0.85, 1] },
    { lossRatio: 0.01, rttMs: 100, band: [0.85, 1] },
    { lossRatio: 0.01, rttMs: 200, band: [0.85, 1] },
    { lossRatio: 0.02, rttMs: 20, band: [0.8, 0.95] },
    { lossRatio: 0.02, rttMs: 50, band: [0.8, 0.95] },
    { lossRatio: 0.02, rttMs: 200, band: [0.8, 0.95] },
    { lossRatio: 0.02, rttMs: 100, band: [0.8, 0.95] },
    { lossRatio: 0.05, rttMs: 50, band: [0.72, 0.95] },
    { lossRatio: 0.05, rttMs: 100, band: [0.72, 0.95] },
    { lossRatio: 0.05, rttMs: 200, band: [0.72, 0.95] },
  ]),
)('reno at $lossRatio loss and $rttMs ms keeps to its formulas', ({ lossRatio, rttMs, band: [least, most] }) => {
  const kbitPerSecond = renoKbitPerSecond(lossRatio, rttMs)
  const share = kbitPerSecond / mathisKbitPerSecond(lossRatio, rttMs)
  expect(kbitPerSecond).toBeGreaterThanOrEqual(0.95 * padhyeKbitPerSecond(lossRatio, rttMs))
  expect(share).toBeGreaterThanOrEqual(least)
  expect(share).toBeLessThanOrEqual(most)
})
