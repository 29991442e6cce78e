import { describe, expect, test } from 'vitest'
import type { CongestionControl } from '../profile.ts'
import { CongestionWindow } from './congestion-control.ts'
import { newController } from './controllers.ts'
import { RttEstimator } from './rtt.ts'
import { Scoreboard } from './scoreboard.ts'
import { openEndlessDownload, totalBytes } from './test-support/download.ts'

const controls: CongestionControl[] = ['cubic', 'reno', 'bbr']

describe.each(controls)('%s', (name) => {
  const newParts = () => ({ window: new CongestionWindow(10), board: new Scoreboard(), rtt: new RttEstimator() })

  test('has its name, and begins with the window it is given', () => {
    const parts = newParts()
    expect(newController(name, parts).name).toBe(name)
    expect(parts.window).toMatchObject({ cwnd: 10, ssthresh: Infinity })
  })

  test('never asks for a threshold below two segments', () => {
    const parts = newParts()
    parts.window.cwnd = 1
    expect(newController(name, parts).ssthreshAfterLoss()).toBeGreaterThanOrEqual(2)
  })

  test('keeps its window whole and at least one segment, whatever is lost', () => {
    const loss = { kind: 'gilbert-elliott', lossRatio: 0.1, meanBurstPackets: 6 } as const
    const downlink = { rateBitsPerSecond: 2_000_000, queueMs: 100, oneWayDelayMs: 30, loss }
    const { link, connection } = openEndlessDownload({
      downlink,
      uplink: { oneWayDelayMs: 30 },
      congestionControl: name,
    })
    for (let nowMs = 0; nowMs < 20_000; nowMs += 10) {
      link.advance(nowMs)
      const { cwnd } = connection.state()
      if (cwnd < 1 || !Number.isInteger(cwnd)) throw new Error(`a window of ${cwnd} at ${nowMs} ms`)
    }
    connection.close()
  })

  test('finds a rate that has changed', () => {
    const slow = { rateBitsPerSecond: 2_000_000, queueMs: 200, oneWayDelayMs: 20 }
    const uplink = { oneWayDelayMs: 20 }
    const { link, connection, responses } = openEndlessDownload({ downlink: slow, uplink, congestionControl: name })
    link.advance(5000)
    link.change({ seed: 1, downlink: { ...slow, rateBitsPerSecond: 6_000_000 }, uplink }, 5000)
    link.advance(25_000)
    const late = totalBytes(responses.filter(({ atMs }) => atMs > 20_000))
    expect((late * 8) / 5).toBeGreaterThan(0.9 * 6_000_000 * (1448 / 1500))
    connection.close()
  })

  test('shares a bottleneck with one of its kind', () => {
    const downlink = { rateBitsPerSecond: 8_000_000, queueMs: 100, oneWayDelayMs: 20 }
    const { link, connection } = openEndlessDownload({
      downlink,
      uplink: { oneWayDelayMs: 20 },
      congestionControl: name,
    })
    const other = openEndlessDownload({ downlink, uplink: { oneWayDelayMs: 20 }, congestionControl: name }, link)
    link.advance(30_000)
    const sent = [connection, other.connection].map((each) => each.state().sentSegments)
    expect(Math.min(...sent) / Math.max(...sent)).toBeGreaterThan(0.4)
    connection.close()
    other.connection.close()
  })
})

describe('cubic after a loss', () => {
  test('keeps seven tenths of its window (RFC 9438 section 4.6)', () => {
    const window = new CongestionWindow(100)
    const cubic = newController('cubic', { window, board: new Scoreboard(), rtt: new RttEstimator() })
    expect(cubic.ssthreshAfterLoss()).toBe(70)
  })

  test('is back at its former window after the time K of RFC 9438 figure 2', () => {
    const window = new CongestionWindow(100)
    const cubic = newController('cubic', { window, board: new Scoreboard(), rtt: new RttEstimator() })
    window.ssthresh = cubic.ssthreshAfterLoss()
    window.cwnd = window.ssthresh
    let reachedMs = 0
    for (let nowMs = 0; window.cwnd < 99; nowMs += 100) {
      reachedMs = nowMs
      cubic.grow(window.cwnd, nowMs) // one round trip of 100 ms
    }
    // K = cbrt(30 / 0.4) = 4.217 s; in whole segments 99 is the target from cbrt(2 / 0.4) = 1.710 s before it: at 2.507 s
    expect(reachedMs).toBe(2600)
  })
})

test('reno keeps half its window after a loss', () => {
  const window = new CongestionWindow(21)
  const reno = newController('reno', { window, board: new Scoreboard(), rtt: new RttEstimator() })
  expect(reno.ssthreshAfterLoss()).toBe(10)
})
