import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inLongRun } from '../../lab/test-support/long-run.ts'
import type { CongestionControl, DirectionProfile } from '../profile.ts'
import { TcpConnection } from './connection.ts'
import { MaskedLink } from './test-support/masked-link.ts'

const controls: CongestionControl[] = ['cubic', 'reno', 'bbr']

/** Which transmissions of the link's first hundreds are lost, whatever they carry. */
const masks = fc.array(fc.boolean(), { maxLength: 200 })
const roughDirection = fc.record({
  lossRatio: fc.double({ min: 0, max: 0.3, noNaN: true }),
  reorderRatio: fc.double({ min: 0, max: 0.3, noNaN: true }),
  duplicateRatio: fc.double({ min: 0, max: 0.3, noNaN: true }),
})

type Scene = {
  readonly congestionControl: CongestionControl
  readonly responses: readonly number[]
  readonly downlink: DirectionProfile
  readonly uplink: DirectionProfile
  readonly isLost?: () => boolean
  readonly seed?: number
}

/** One connection that asks for one response after the other, each at once when the one before is whole. */
function play({ congestionControl, responses, downlink, uplink, isLost = () => false, seed = 1 }: Scene) {
  const link = new MaskedLink({ seed, downlink, uplink }, isLost)
  const told = { requestedBytes: 0, arrivedBytes: 0, askedBytes: 0, lastMs: 0, mostUnacknowledgedBytes: 0 }
  let next = 0
  const ask = (nowMs: number) => {
    if (next === responses.length) return
    told.askedBytes += 400
    connection.request(400, nowMs)
  }
  const connection: TcpConnection = new TcpConnection(
    link,
    { congestionControl, tlsRoundTrips: 0 },
    {
      established: ask,
      requestArrived: (bytes, atMs) => {
        told.requestedBytes += bytes
        if (told.requestedBytes % 400 !== 0) return
        connection.write(responses[next] as number, atMs)
        told.mostUnacknowledgedBytes = Math.max(told.mostUnacknowledgedBytes, connection.state().unacknowledgedBytes)
      },
      responseArrived: (bytes, atMs) => {
        if (atMs < told.lastMs) throw new Error(`told of ${atMs} ms after ${told.lastMs} ms`)
        told.lastMs = atMs
        told.arrivedBytes += bytes
        const wholeBytes = responses.slice(0, next + 1).reduce((sum, size) => sum + size, 0)
        if (told.arrivedBytes > wholeBytes) throw new Error(`${told.arrivedBytes} bytes of ${wholeBytes} have arrived`)
        if (told.arrivedBytes < wholeBytes) return
        next += 1
        ask(atMs)
      },
    },
  )
  connection.open(0)
  link.advance(100_000_000) // long enough for any row of losses, 120 s apart
  const state = connection.state()
  connection.close()
  link.advance(200_000_000)
  return { told, state, link }
}

const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0)
const sizes = fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 4 })
const line = { rateBitsPerSecond: 4_000_000, oneWayDelayMs: 20 }

describe.each(controls)('TcpConnection with %s', (congestionControl) => {
  test('brings all bytes, once and in order, whatever is lost', () => {
    fc.assert(
      fc.property(masks, sizes, (mask, responses) => {
        let packets = 0
        const isLost = () => mask[packets++] ?? false
        const { told, state, link } = play({ congestionControl, responses, downlink: line, uplink: line, isLost })
        expect(told.arrivedBytes).toBe(sum(responses))
        expect(told.requestedBytes).toBe(told.askedBytes)
        expect(state.unacknowledgedBytes).toBe(0)
        expect(state.inFlight).toBe(0)
        expect(link.nextEventMs()).toBe(Infinity)
      }),
      { numRuns: inLongRun ? 10_000 : 200, seed: 1 },
    )
  })

  test('brings all bytes over lines that lose, reorder and duplicate in both directions', () => {
    fc.assert(
      fc.property(roughDirection, roughDirection, sizes, fc.nat(1000), (down, up, responses, seed) => {
        const rough = ({ lossRatio, ...rest }: typeof down) =>
          ({ ...line, jitterMs: 10, ...rest, loss: { kind: 'random', lossRatio } }) as const
        const { told, state } = play({ congestionControl, responses, downlink: rough(down), uplink: rough(up), seed })
        expect(told.arrivedBytes).toBe(sum(responses))
        expect(state.unacknowledgedBytes).toBe(0)
      }),
      { numRuns: inLongRun ? 2000 : 40, seed: 2 },
    )
  })
})
