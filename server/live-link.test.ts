import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PacketListener } from '../link/link-packet.ts'
import type { LinkProfile } from '../link/profile.ts'
import { LiveLink } from './live-link.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const clock = { nowMs: () => performance.now(), unixMs: () => Date.now() }

type Told = { readonly kind: 'delivered' | 'loss' | 'queue' | 'blocked'; readonly id: number; readonly atMs: number }

/** One flow on the udp lane, which joins anew after a restart. */
function open(profile: LinkProfile) {
  const link = new LiveLink('a', profile, clock)
  const told: Told[] = []
  const join = () => {
    const use = link.join('udp')
    const down: Partial<PacketListener> = {
      delivered: ({ id }, atMs) => told.push({ kind: 'delivered', id, atMs: use.processMs(atMs) }),
      dropped: ({ id }, atMs, kind) => told.push({ kind, id, atMs: use.processMs(atMs) }),
    }
    return { use, flow: use.line.openFlow({ down }) }
  }
  let place = join()
  let newestId = 0
  const enter = (scheduledMs: number, sizeBytes = 1000) => {
    if (!place.use.isCurrent()) place = join()
    newestId += 1
    const packet = { id: newestId, flow: place.flow, sizeBytes, traffic: 'rtp' } as const
    place.use.act(scheduledMs, (line, linkMs) => line.send('down', packet, linkMs))
  }
  const delivered = () => told.filter(({ kind }) => kind === 'delivered')
  return { link, enter, told, delivered, leave: () => place.use.leave() }
}

test('LiveLink delivers without a timer what needs no time', () => {
  const { enter, delivered } = open({ seed: 1, downlink: {} })
  enter(performance.now())
  expect(delivered().length).toBe(1)
})

test('LiveLink rings when a packet is due, and stamps it with its own moment', () => {
  const { enter, delivered } = open({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 20 } })
  const startMs = performance.now()
  enter(startMs)
  enter(startMs)
  vi.advanceTimersByTime(27)
  expect(delivered().length).toBe(0)
  vi.advanceTimersByTime(1)
  vi.advanceTimersByTime(100)
  expect(delivered().map(({ atMs }) => atMs - startMs)).toEqual([28, 36])
  expect(vi.getTimerCount()).toBe(0)
})

test('LiveLink lets packets in at their scheduled times, also when they are brought late', () => {
  const { enter, delivered } = open({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000 } })
  const startMs = performance.now()
  vi.advanceTimersByTime(50)
  enter(startMs)
  enter(startMs + 4)
  enter(startMs + 30)
  vi.advanceTimersByTime(100)
  expect(delivered().map(({ atMs }) => atMs - startMs)).toEqual([8, 16, 38])
})

test('LiveLink decides alike wherever the clock stands, also at the very moment a packet has left', () => {
  const tailDropped = (startMs: number) => {
    const { enter, told } = open({ seed: 7, downlink: { rateBitsPerSecond: 1_000_000, queueMs: 40 } })
    for (let packet = 0; packet < 5; packet += 1) enter(startMs) // the queue is full, and a packet leaves every 8 ms
    for (let packet = 1; packet < 200; packet += 1) enter(startMs + packet * 8)
    vi.advanceTimersByTime(5000)
    return told.filter(({ kind }) => kind === 'queue').length
  }
  for (const offsetMs of [0, 0.1, 0.7, 123.456, 9999.999]) expect(tailDropped(performance.now() + offsetMs)).toBe(0)
})

test('restart begins the seed’s sequence and the counters anew', () => {
  const profile = { seed: 7, downlink: { loss: { kind: 'random', lossRatio: 0.05 } } } as const
  const { link, enter, told } = open(profile)
  const lostOf = () => {
    const firstId = Math.min(...told.map(({ id }) => id))
    const lost = told.filter(({ kind }) => kind === 'loss').map(({ id }) => id - firstId)
    told.length = 0
    return lost
  }
  for (let packet = 0; packet < 100; packet += 1) enter(performance.now())
  const first = lostOf()
  expect(first).toEqual([0, 11, 22, 24, 32, 36, 39, 53, 74])
  expect(link.summary().udp.downlink).toMatchObject({ acceptedPackets: 100, lostPackets: 9, deliveredPackets: 91 })
  link.restart()
  expect(link.summary().startedUnixMs).toBeUndefined()
  expect(link.summary().udp.downlink.acceptedPackets).toBe(0)
  for (let packet = 0; packet < 100; packet += 1) enter(performance.now())
  expect(lostOf()).toEqual(first)
})

test('change acts on the packets that wait and on those to come', () => {
  const { link, enter, delivered } = open({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000 } })
  const startMs = performance.now()
  for (let packet = 0; packet < 3; packet += 1) enter(startMs)
  link.change({ seed: 1, downlink: {} })
  vi.advanceTimersByTime(8)
  expect(delivered().map(({ atMs }) => atMs - startMs)).toEqual([8, 8, 8])
})

test('summary tells delays, the start in civil time, and how late the timer rang', () => {
  const { link, enter } = open({ seed: 1, downlink: { rateBitsPerSecond: 1_000_000 } })
  const startMs = performance.now()
  enter(startMs)
  enter(startMs)
  vi.advanceTimersByTime(16)
  expect(link.summary()).toMatchObject({
    id: 'a',
    startedUnixMs: 1_000_000,
    linkTimeSeconds: 0.016,
    timerLagMsP99: 1,
    udp: { downlink: { deliveredPackets: 2, deliveredBytes: 2000, queueingDelayMsMean: 4, queueingDelayMsMax: 8 } },
  })
})

test('summary says that a run does not count whose timer is too late', () => {
  let lateMs = 0
  const lateClock = { nowMs: () => performance.now() + lateMs, unixMs: () => Date.now() }
  const link = new LiveLink('a', { seed: 1, downlink: { oneWayDelayMs: 10 } }, lateClock)
  const use = link.join('udp')
  const flow = use.line.openFlow({})
  const sendOne = () => {
    use.act(lateClock.nowMs(), (line, linkMs) =>
      line.send('down', { id: 1, flow, sizeBytes: 1000, traffic: 'rtp' }, linkMs),
    )
  }
  sendOne()
  vi.advanceTimersByTime(10)
  expect(link.summary()).not.toHaveProperty('warning')
  sendOne()
  lateMs = 6
  vi.advanceTimersByTime(10)
  expect(link.summary()).toMatchObject({ timerLagMsP99: 7, warning: expect.stringContaining('more than 5 ms late') })
  link.restart()
  expect(link.summary()).not.toHaveProperty('warning')
})

test('a link is unused from the moment its last user leaves', () => {
  const { link, leave } = open({ seed: 1, downlink: {} })
  vi.advanceTimersByTime(5000)
  expect(link.unusedMs(performance.now())).toBe(0)
  leave()
  vi.advanceTimersByTime(700)
  expect(link.unusedMs(performance.now())).toBe(700)
})

test('what is under way at a restart arrives as it would have, and is no longer counted', () => {
  const { link, enter, delivered } = open({ seed: 1, downlink: { oneWayDelayMs: 20 } })
  const startMs = performance.now()
  enter(startMs)
  vi.advanceTimersByTime(10)
  link.restart()
  enter(startMs + 10)
  expect(link.summary().udp.downlink.acceptedPackets).toBe(1)
  vi.advanceTimersByTime(20)
  expect(delivered().map(({ atMs }) => atMs - startMs)).toEqual([20, 30])
  expect(vi.getTimerCount()).toBe(0)
})

test('a link has two lanes that do not meet, or one when it is shared', () => {
  const arrivals = (sharing: 'separate' | 'shared') => {
    const link = new LiveLink('a', { seed: 1, sharing, downlink: { rateBitsPerSecond: 1_000_000 } }, clock)
    const startMs = performance.now()
    const told: number[] = []
    for (const lane of ['tcp', 'udp'] as const) {
      const use = link.join(lane)
      const flow = use.line.openFlow({ down: { delivered: (_packet, atMs) => told.push(atMs) } })
      const packet = { id: 1, flow, sizeBytes: 1000, traffic: 'rtp' } as const
      use.act(startMs, (line, linkMs) => line.send('down', packet, linkMs))
    }
    vi.advanceTimersByTime(100)
    return told
  }
  expect([arrivals('separate'), arrivals('shared')]).toEqual([
    [8, 8],
    [8, 16],
  ])
})

test('a conversation before media has a line of its own, so that link time 0 is the first packet of media', () => {
  const link = new LiveLink('a', { seed: 1, downlink: { oneWayDelayMs: 20 } }, clock)
  const arrivals: number[] = []
  const talk = () => {
    const use = link.joinConversation()
    const told = { delivered: (_packet: unknown, atMs: number) => arrivals.push(atMs) }
    const flow = use.line.openFlow({ down: told })
    const say = () => {
      const packet = { id: 1, flow, sizeBytes: 100, traffic: 'tcp' } as const
      use.act(performance.now(), (line, linkMs) => line.send('down', packet, linkMs))
    }
    say()
    return { use, say }
  }
  const first = talk()
  vi.advanceTimersByTime(100)
  expect(link.summary().startedUnixMs).toBeUndefined()
  expect(link.unusedMs(performance.now())).toBe(0)

  const media = link.join('udp')
  media.act(performance.now(), () => {})
  expect(link.summary().startedUnixMs).toBe(1_000_100)
  vi.advanceTimersByTime(10)
  const second = talk()
  link.change({ seed: 1, downlink: { oneWayDelayMs: 40 } })
  first.say()
  vi.advanceTimersByTime(40)
  expect(arrivals).toEqual([20, 30, 150]) // link time of its own line, of the media's, and of its own again
  expect(link.summary().udp.downlink.deliveredPackets).toBe(1) // the second conversation's

  for (const { use } of [first, second]) use.leave()
  media.leave()
  vi.advanceTimersByTime(700)
  expect(link.unusedMs(performance.now())).toBe(700)
  expect(vi.getTimerCount()).toBe(0)
})
