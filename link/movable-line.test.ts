import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { AccessLink } from './access-link.ts'
import { MovableLine } from './movable-line.ts'
import type { LinkProfile } from './profile.ts'
import { TcpConnection } from './tcp/connection.ts'

const OPTIONS = { congestionControl: 'cubic', tlsRoundTrips: 0 } as const
const delayed = { downlink: { oneWayDelayMs: 20 }, uplink: { oneWayDelayMs: 20 } }

/** A line, and where its link time 0 lies in that of the first one. */
type Stay = { readonly line: AccessLink; readonly startMs: number }

/** A connection that is written 5,000 bytes every 10 ms, in the time of its first line; `moves` are the moments at which it
 *  goes to a new line. Gives what arrived when, and the lines. */
function play(profile: LinkProfile, moves: readonly number[], { writes = 40, jerkMs = 0, endMs = 60_000 } = {}) {
  const stays: Stay[] = [{ line: new AccessLink(profile), startMs: 0 }]
  const movable = new MovableLine((stays[0] as Stay).line)
  const arrivals: { readonly bytes: number; readonly atMs: number }[] = []
  let left = 0
  const tcp = new TcpConnection(movable, OPTIONS, { responseArrived: (bytes, atMs) => arrivals.push({ bytes, atMs }) })
  const act = (ownMs: number, what: (ownMs: number) => void): void => {
    const { line, startMs } = stays.at(-1) as Stay
    line.advance(ownMs - startMs)
    movable.at(ownMs - startMs, what)
  }
  const move = (ownMs: number): void => {
    const line = new AccessLink(profile)
    stays.push({ line, startMs: ownMs })
    movable.moveTo(line, ownMs, () => (left += 1))
  }
  act(0, (ownMs) => tcp.open(ownMs))
  for (let ownMs = 0; ownMs < endMs; ownMs += ownMs < 2000 ? 1 : 50) {
    for (const { line, startMs } of stays) line.advance(ownMs - startMs - (startMs > 0 ? jerkMs : 0))
    if (moves.includes(ownMs)) move(ownMs)
    if (ownMs % 10 === 0 && ownMs < 10 * writes) act(ownMs, (nowMs) => void tcp.write(5000, nowMs))
  }
  const sumBytes = arrivals.reduce((sum, { bytes }) => sum + bytes, 0)
  return { tcp, movable, arrivals, sumBytes, left: () => left, lines: stays.map(({ line }) => line) }
}

test('a connection that moves to another line of the same delay notices nothing', () => {
  const profile = { seed: 1, ...delayed }
  const stayed = play(profile, [])
  const moved = play(profile, [137, 138, 300])
  expect(moved.arrivals).toEqual(stayed.arrivals)
  expect(moved.sumBytes).toBe(200_000)
  expect(moved.tcp.state()).toEqual({ ...stayed.tcp.state(), srttMs: expect.closeTo(stayed.tcp.state().srttMs, 6) })
  expect(moved.left()).toBe(3)
})

test('packets under way on the line of before arrive, and no other enters it', () => {
  const seen: string[] = []
  const observe = (name: string) => ({
    accepted: () => void seen.push(`${name} accepted`),
    dropped: () => {},
    delivered: () => void seen.push(`${name} delivered`),
  })
  const [first, second] = [
    new AccessLink({ seed: 1, ...delayed }, observe('1')),
    new AccessLink({ seed: 1, ...delayed }, observe('2')),
  ]
  second.openFlow({}) // of somebody else: the same number is not the same flow
  const movable = new MovableLine(first)
  const told: number[] = []
  const flow = movable.openFlow({ down: { delivered: (_packet, atMs) => void told.push(atMs) } })
  const packet = { id: 1, flow, sizeBytes: 1000, traffic: 'tcp' } as const
  movable.at(0, (ownMs) => movable.send('down', packet, ownMs))
  let isLeft = false
  movable.moveTo(second, 5, () => (isLeft = true))
  movable.at(0, (ownMs) => movable.send('down', packet, ownMs))
  expect([isLeft, seen]).toEqual([false, ['1 accepted', '2 accepted']])
  first.advance(20)
  expect(isLeft).toBe(true)
  second.advance(20)
  expect(seen.slice(2)).toEqual(['1 delivered', '2 delivered'])
  expect(told).toEqual([20, 25])
  expect([first.nextEventMs(), second.nextEventMs()]).toEqual([Infinity, Infinity])
})

test('an alarm that is set rings at its moment on the new line, and not on the old one', () => {
  const [first, second] = [new AccessLink({ seed: 1, ...delayed }), new AccessLink({ seed: 1, ...delayed })]
  const movable = new MovableLine(first)
  const rung: number[] = []
  const alarm = movable.alarms.newAlarm((atMs) => void rung.push(atMs))
  movable.at(0, () => movable.alarms.set(alarm, 10))
  expect(first.nextEventMs()).toBe(10)
  const packet = { id: 1, flow: movable.openFlow({}), sizeBytes: 1000, traffic: 'tcp' } as const
  movable.at(0, (ownMs) => movable.send('down', packet, ownMs))
  movable.moveTo(second, 4, () => {})
  first.advance(10) // where the packet still is
  expect([rung, second.nextEventMs()]).toEqual([[], 6])
  second.advance(6)
  expect(rung).toEqual([10])
})

test('a connection that is closed leaves nothing on any line', () => {
  const { tcp, lines, left, movable } = play({ seed: 1, ...delayed }, [25, 30, 35], { writes: 4, endMs: 41 })
  tcp.close()
  expect(left()).toBe(3)
  for (const line of lines) line.advance(Infinity)
  expect(lines.map((line) => line.nextEventMs())).toEqual(lines.map(() => Infinity))
  expect(movable.alarms.nextEventMs()).toBe(Infinity)
})

test('whatever is lost where, and however unevenly the lines are told the time, every byte arrives', () => {
  const world = fc.record({
    seed: fc.nat(),
    lossRatio: fc.constantFrom(0, 0.01, 0.05, 0.2),
    moves: fc.uniqueArray(fc.nat({ max: 600 }), { maxLength: 4 }),
    jerkMs: fc.nat({ max: 12 }),
  })
  const property = fc.property(world, ({ seed, lossRatio, moves, jerkMs }) => {
    const loss = { kind: 'random', lossRatio } as const
    const profile = {
      seed,
      downlink: { oneWayDelayMs: 20, loss, rateBitsPerSecond: 8e6 },
      uplink: { oneWayDelayMs: 20, loss },
    }
    const endMs = lossRatio === 0.2 ? 3_600_000 : 60_000 // timeouts double: of one and the same segment up to minutes
    const { sumBytes, tcp, left } = play(profile, moves, { writes: 30, jerkMs, endMs })
    expect(sumBytes).toBe(150_000)
    expect(tcp.state().unacknowledgedBytes).toBe(0)
    expect(left()).toBe(moves.length)
  })
  fc.assert(property, { seed: 3, numRuns: fuzzRuns(100) })
})
