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
/** The events stop, and what is under way arrives, however busy the machine is. Gives how many there were. */
async function silence(run: RealtimeRun, opened: readonly WayReader[]): Promise<number> {
  run.change({ ...run.settings, eventsPerSecond: 0 })
  const last = run.summary().newestSequence
  const counts = () => {
    const { ways, ownClients } = run.summary()
    const { sentEvents, droppedEvents } = ways.udp
    return {
      newest: opened.map(({ sequences }) => sequences.at(-1)),
      tcp: ownClients.tcp.reception.received,
      udp: ownClients.udp.reception.received - (sentEvents - droppedEvents),
    }
  }
  await expect.poll(counts, { timeout: 15_000 }).toEqual({ newest: opened.map(() => last), tcp: last, udp: 0 })
  return last
}

/** Every way has had so many. */
async function untilAll(opened: readonly WayReader[], events: number): Promise<void> {
  await expect.poll(() => opened.every(({ sequences }) => sequences.length >= events), { timeout: 15_000 }).toBe(true)
}

test('a run brings every event once and in order by each way, and counts what it sent', async () => {
  const run = await begin(100)
  const opened = readAll(run)
  await untilAll(opened, 100)
  const last = await silence(run, opened)
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
  expect(ownClients.tcp.reception).toMatchObject({ received: last, missed: 0, duplicated: 0, reordered: 0 })
  expect(ownClients.udp.reception.received).toBe(ways.udp.sentEvents)
  expect(ways.udp.writtenBytes).toBe(200 * ways.udp.sentEvents)
  expect(ways.websocket.requests).toBe(1)
  const { connections, requests } = ways['short-polling-closing']
  expect(connections).toBeGreaterThanOrEqual(requests) // Node's fetch opens the next one ahead of its request
  expect(ways['short-polling'].connections).toBeLessThan(4)
})

const lossy: LinkProfile = {
  seed: 7,
  downlink: { rateBitsPerSecond: 4_000_000, oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.05 } },
  uplink: { oneWayDelayMs: 20 },
}

test('behind a link what TCP carries comes whole, later, and of datagrams what the link let through', async () => {
  const run = await begin(50, lossy)
  const opened = readAll(run)
  await untilAll(opened, 60)
  const last = await silence(run, opened)
  for (const [index, reader] of opened.entries()) {
    expect({ way: readWays[index], sequences: reader.sequences }).toEqual({
      way: readWays[index],
      sequences: oneTo(last),
    })
  }
  const { ways, ownClients } = run.summary()
  expect(ownClients.tcp.reception).toMatchObject({ received: last, missed: 0, duplicated: 0, reordered: 0 })
  expect(ownClients.tcp.reception.latencyMs?.p50).toBeGreaterThan(20)
  const { lostPackets } = links.get(ways.udp.link ?? '').udp.downlink
  expect(lostPackets).toBeGreaterThan(0)
  expect(ways.udp.droppedEvents).toBe(lostPackets)
  expect(ownClients.udp.reception.received).toBe(ways.udp.sentEvents - ways.udp.droppedEvents)
})

test('a server that is away for a while loses nothing of who has a cursor, and of UDP what happened meanwhile', async () => {
  const run = await begin(50)
  const reader = readWay('short-polling', run.summary().ways['short-polling'].port ?? 0)
  readers.push(reader)
  await untilAll([reader], 10)
  const port = run.summary().ways.websocket.port
  run.goAway(600)
  expect(run.summary().isAway).toBe(true)
  await expect.poll(() => run.summary().isAway).toBe(false)
  const missedByUdp = () => run.summary().ownClients.udp.reception.missed // known with the first event after its next hello
  await expect.poll(missedByUdp, { timeout: 5000 }).toBeGreaterThan(20)
  const last = await silence(run, [reader])
  expect(run.summary()).toMatchObject({ isAway: false, ways: { websocket: { port } } })
  expect(reader.sequences).toEqual(oneTo(last))
  const { tcp, udp } = run.summary().ownClients
  expect(tcp.reception).toMatchObject({ received: last, missed: 0, duplicated: 0, reordered: 0 })
  expect(udp.reception.received).toBe(run.summary().ways.udp.sentEvents)
})
