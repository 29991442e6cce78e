import { expect, test } from 'vitest'
import { realtimeWays } from '../protocol/realtime-api.ts'
import { RealtimeHistory } from './realtime-history.ts'
import { bytesPerEvent, overheadBytes, type WayRow } from './realtime-rows.ts'

const figures = { connections: 1, openConnections: 1, emptyResponses: 0, droppedEvents: 0 }
const reception = { newestSequence: 0, missed: 0, duplicated: 0, reordered: 0 }

/** A row of short polling after so many requests of 100 bytes up, 300 down, with two events of 100 bytes and 10 ms each. */
const rowAfter = (requests: number): WayRow => ({
  way: 'short-polling',
  figures: {
    ...figures,
    requests,
    readBytes: 100 * requests,
    writtenBytes: 300 * requests,
    payloadBytes: 200 * requests,
    sentEvents: 2 * requests,
  },
  reception: { ...reception, received: 2 * requests, sumMs: 20 * requests },
})

test('a row has its bytes parted into the events and everything else', () => {
  expect(overheadBytes(rowAfter(10))).toBe(2000)
  expect(bytesPerEvent(rowAfter(10))).toEqual({ payload: 100, overhead: 100 })
  expect(bytesPerEvent(rowAfter(0))).toBeUndefined()
})

test('RealtimeHistory gives each measure between two samples, and none where nothing came', () => {
  const history = new RealtimeHistory()
  for (const [index, requests] of [0, 5, 10, 10].entries()) history.add(100 + index / 2, [rowAfter(requests)])
  const of = (measure: Parameters<typeof history.columns>[0]) => {
    const [times, ...columns] = history.columns(measure, 1)
    expect(times).toEqual([100.5, 101, 101.5])
    expect(columns).toHaveLength(realtimeWays.length)
    expect(
      columns
        .slice(1)
        .flat()
        .every((value) => value === null),
    ).toBe(true)
    return columns[0]
  }
  expect(of('bytesPerEvent')).toEqual([200, 200, null])
  expect(of('latencyMs')).toEqual([10, 10, null])
  expect(of('bytesPerSecond')).toEqual([4000, 4000, 0])
  expect(of('requestsPerSecond')).toEqual([10, 10, 0])
})
