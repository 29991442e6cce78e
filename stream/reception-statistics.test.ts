import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { ReceptionStatistics } from './reception-statistics.ts'

const told = (firstSequenceNumber: number) => new ReceptionStatistics({ clockRateHz: 90000, firstSequenceNumber })

/** A frame a packet, 40 ms apart, in the given order of sequence numbers. */
function receive(statistics: ReceptionStatistics, sequenceNumbers: readonly number[]) {
  return sequenceNumbers.map((number, index) => statistics.add(number & 0xffff, number * 3600, index * 40))
}

test('ReceptionStatistics extends sequence numbers over a wrap', () => {
  const arrivals = receive(told(65534), [65534, 65535, 65536, 65537])
  expect(arrivals).toEqual(
    [65534, 65535, 65536, 65537].map((extendedSequenceNumber) => ({ kind: 'new', extendedSequenceNumber })),
  )
})

test('ReceptionStatistics counts what is missing below the highest, the first packets included', () => {
  const statistics = told(100)
  receive(statistics, [102, 103, 106])
  expect([statistics.expectedPackets, statistics.receivedPackets, statistics.lostPackets]).toEqual([7, 3, 4])
})

test('ReceptionStatistics takes back a loss when the packet comes after all', () => {
  const statistics = told(0)
  receive(statistics, [0, 2, 1])
  expect([statistics.lostPackets, statistics.reorderedPackets]).toEqual([0, 1])
})

test('ReceptionStatistics tells a repeated packet, counts it as received and not as unique', () => {
  const statistics = told(0)
  expect(receive(statistics, [0, 1, 1, 3]).map(({ kind }) => kind)).toEqual(['new', 'new', 'duplicate', 'new'])
  expect([statistics.receivedPackets, statistics.uniquePackets, statistics.lostPackets]).toEqual([4, 3, 1])
  expect(statistics.report().cumulativePacketsLost).toBe(0) // RFC 3550 A.3: a duplicate makes up for a loss
})

test('noteLast counts a loss at the end', () => {
  const statistics = told(0xfffe)
  receive(statistics, [0xfffe])
  statistics.noteLast(2)
  expect(statistics.lostPackets).toBe(4)
})

test('ReceptionStatistics bridges an outage of 20,000 packets in a session that told its first one', () => {
  const statistics = told(0)
  receive(statistics, [0, 20_001])
  expect(statistics.lostPackets).toBe(20_000)
})

test('ReceptionStatistics keeps an untold source on probation until two packets come in sequence', () => {
  const statistics = new ReceptionStatistics({ clockRateHz: 90000 })
  expect(receive(statistics, [7, 50, 51, 53]).map(({ kind }) => kind)).toEqual(['probation', 'probation', 'new', 'new'])
  expect([statistics.receivedPackets, statistics.expectedPackets, statistics.lostPackets]).toEqual([2, 3, 1])
})

test('ReceptionStatistics believes an untold source that jumps after two packets in sequence, and counts anew', () => {
  const statistics = new ReceptionStatistics({ clockRateHz: 90000 })
  const kinds = receive(statistics, [10, 11, 12, 9000, 9001, 9002]).map(({ kind }) => kind)
  expect(kinds).toEqual(['probation', 'new', 'new', 'out-of-range', 'new', 'new'])
  expect([statistics.receivedPackets, statistics.expectedPackets]).toEqual([2, 2])
})

test('ReceptionStatistics ignores a packet more than 100 behind', () => {
  const statistics = told(0)
  receive(statistics, [0, 1, 2, 300])
  expect(statistics.add(150, 0, 0)).toEqual({ kind: 'out-of-range' })
})

test('report gives the fraction lost since the report before', () => {
  const statistics = told(0)
  receive(statistics, [0, 1, 2, 3, 5, 6, 7]) // 1 of 8
  expect(statistics.report()).toMatchObject({
    fractionLost: 32,
    cumulativePacketsLost: 1,
    extendedHighestSequenceNumber: 7,
  })
  receive(statistics, [8, 9])
  expect(statistics.report().fractionLost).toBe(0)
})

test('ReceptionStatistics measures jitter on the first packet of each frame', () => {
  const statistics = told(0)
  for (let frame = 0; frame < 20; frame += 1) {
    for (let packet = 0; packet < 3; packet += 1) {
      statistics.add(frame * 3 + packet, frame * 3600, frame * 40 + packet * 10) // spread, and always alike
    }
  }
  expect(statistics.jitterTicks).toBe(0)
})

test('ReceptionStatistics counts exactly the packets that a random mask drops', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 400 }),
      fc.integer({ min: 0, max: 65535 }),
      (mask, first) => {
        const statistics = told(first)
        receive(
          statistics,
          mask.flatMap((arrives, index) => (arrives ? [first + index] : [])),
        )
        statistics.noteLast((first + mask.length - 1) & 0xffff)
        expect(statistics.lostPackets).toBe(mask.filter((arrives) => !arrives).length)
      },
    ),
    { seed: 3, numRuns: fuzzRuns(300) },
  )
})

test('addNew counts as add does, and gives the extended sequence number of new packets only', () => {
  const statistics = new ReceptionStatistics({ clockRateHz: 90_000, firstSequenceNumber: 65_535 })
  const given = [65_535, 0, 0, 40_000].map((sequenceNumber) => statistics.addNew(sequenceNumber, 0, 0))
  expect(given).toEqual([65_535, 65_536, undefined, undefined]) // new, new, a duplicate, out of range
  expect([statistics.receivedPackets, statistics.duplicatePackets]).toEqual([3, 1])
})
