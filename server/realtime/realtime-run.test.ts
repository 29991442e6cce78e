import { afterEach, expect, test } from 'vitest'
import type { LinkProfile } from '../../link/profile.ts'
import { Links } from '../links.ts'
import type { RealtimeRun } from './realtime-run.ts'
import { RealtimeRuns } from './realtime-runs.ts'
import { readWay, readWays, type WayReader } from './test-support/way-readers.ts'

const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
const runs = new RealtimeRuns({ links, host: '127.0.0.1', publicUrl: undefined })
const readers: WayReader[] = []

afterEach(() => {
  for (const reader of readers.splice(0)) reader.end()
  runs.close()
})

async function begin(eventsPerSecond: number, profile?: LinkProfile): Promise<RealtimeRun> {
  const settings = { eventsPerSecond, eventBytes: 200, seed: 7 }
  return runs.begin({ settings, profile, pageHost: '127.0.0.1:8080' })
}

function readAll(run: RealtimeRun): WayReader[] {
  const opened = readWays.map((way) => readWay(way, run.summary().ways[way].port ?? 0))
  readers.push(...opened)
  return opened
}

const oneTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The events stop, and what is under way arrives. */
async function silence(run: RealtimeRun, afterMs = 200): Promise<number> {
  run.change({ ...run.settings, eventsPerSecond: 0 })
  await pause(afterMs)
  return run.summary().newestSequence
}

test('a run brings every event once and in order by each way, and counts what it sent', async () => {
  const run = await begin(100)
  const opened = readAll(run)
  await pause(1500)
  const last = await silence(run)
  expect(last).toBeGreaterThan(100)
  for (const [index, reader] of opened.entries()) {
    expect({ way: readWays[index], sequences: reader.sequences }).toEqual({
      way: readWays[index],
      sequences: oneTo(last),
    })
    expect(reader.texts.every((text) => text.length === 200)).toBe(true)
  }
  const { ways, ownClients } = run.summary()
  for (const way of readWays) {
    expect({ way, ...ways[way] }).toMatchObject({ way, sentEvents: last, payloadBytes: 200 * last })
  }
  expect(ownClients.tcp).toMatchObject({ received: last, missed: 0, duplicated: 0, reordered: 0 })
  expect(ownClients.udp.received).toBe(ways.udp.sentEvents)
  expect(ways.udp.writtenBytes).toBe(200 * ways.udp.sentEvents)
  expect(ways.websocket.requests).toBe(1)
  expect(ways['short-polling-closing'].connections).toBe(ways['short-polling-closing'].requests)
  expect(ways['short-polling'].connections).toBeLessThan(4)
})
