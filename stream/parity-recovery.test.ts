import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { encodeRtp } from '../protocol/rtp.ts'
import { ParityGroup } from '../protocol/rtp-ulpfec.ts'
import { ParityRecovery } from './parity-recovery.ts'

const SSRC = 7
const packet = (sequenceNumber: number) =>
  encodeRtp({
    marker: sequenceNumber % 3 === 0,
    payloadType: 96,
    sequenceNumber: sequenceNumber & 0xffff,
    timestampTicks: 3600 * sequenceNumber,
    ssrc: SSRC,
    payload: Uint8Array.of(sequenceNumber, sequenceNumber >> 8, ...Array<number>(sequenceNumber % 5).fill(9)),
  })

/** What protects these packets. */
function parityOf(...sequenceNumbers: readonly number[]): Uint8Array {
  const group = new ParityGroup()
  for (const sequenceNumber of sequenceNumbers) group.add(packet(sequenceNumber))
  return group.take()
}

/** Groups of three with their parity behind them: 10 11 12 [13] 14 15 16 [17] … */
const groupStart = (group: number) => 0xfffa + 4 * group // over the wrap
const groupOf = (group: number) => [0, 1, 2].map((place) => groupStart(group) + place)
const parityNumber = (group: number) => groupStart(group) + 3

function take(recovery: ParityRecovery, ...sequenceNumbers: readonly number[]) {
  return sequenceNumbers.flatMap((sequenceNumber) => recovery.takeMedia(sequenceNumber, packet(sequenceNumber)))
}

const takeParity = (recovery: ParityRecovery, group: number) =>
  recovery.takeParity(parityNumber(group), parityOf(...groupOf(group)))

test('ParityRecovery gives back each single packet that is missing of a group, over the wrap', () => {
  for (const group of [0, 1, 2]) {
    for (const missing of groupOf(group)) {
      const recovery = new ParityRecovery(SSRC)
      expect(take(recovery, ...groupOf(group).filter((number) => number !== missing))).toEqual([])
      expect(takeParity(recovery, group).recovered).toEqual([{ sequenceNumber: missing, packet: packet(missing) }])
      expect(take(recovery, groupStart(group + 1))).toEqual([])
    }
  }
})

test('ParityRecovery waits for the packet that leaves one missing, and tries in whatever order they come', () => {
  const recovery = new ParityRecovery(SSRC)
  const [first, second, third] = groupOf(0) as [number, number, number]
  expect(takeParity(recovery, 0).recovered).toEqual([])
  expect(take(recovery, third)).toEqual([])
  expect(take(recovery, first)).toEqual([{ sequenceNumber: second, packet: packet(second) }])
  expect(take(recovery, second)).toEqual([]) // merely late
})

test('ParityRecovery uses what it has recovered for another group that it is in', () => {
  const recovery = new ParityRecovery(SSRC)
  take(recovery, 1, 4)
  recovery.takeParity(6, parityOf(2, 3, 4)) // two are missing
  const { recovered } = recovery.takeParity(7, parityOf(1, 2))
  expect(recovered.map(({ sequenceNumber }) => sequenceNumber)).toEqual([2, 3])
  expect(recovered.map((one) => one.packet)).toEqual([packet(2), packet(3)])
})

test('ParityRecovery tells that what is missing right before a group was the parity of the one before', () => {
  const recovery = new ParityRecovery(SSRC)
  take(recovery, ...groupOf(0), ...groupOf(1))
  expect(takeParity(recovery, 1)).toEqual({ recovered: [], lostParity: parityNumber(0) })
  take(recovery, ...groupOf(2))
  expect(takeParity(recovery, 2).lostParity).toBeUndefined() // it came
})

test('ParityRecovery takes nothing before its first packet for lost parity', () => {
  const recovery = new ParityRecovery(SSRC)
  take(recovery, ...groupOf(0))
  expect(takeParity(recovery, 0).lostParity).toBeUndefined()
})

test('ParityRecovery takes no missing packet for parity once a sender has left packets without protection', () => {
  const recovery = new ParityRecovery(SSRC)
  take(recovery, 1, 2, 3)
  expect(recovery.takeParity(4, parityOf(2, 3)).lostParity).toBeUndefined() // 1 is not protected
  take(recovery, 6, 7)
  expect(recovery.takeParity(8, parityOf(6, 7)).lostParity).toBeUndefined() // so 5 may be media
})

test('ParityRecovery forgets packets that are 256 behind, and groups with them', () => {
  const recovery = new ParityRecovery(SSRC)
  recovery.takeParity(3, parityOf(1, 2))
  take(recovery, ...Array.from({ length: 256 }, (_, index) => 4 + index))
  expect(take(recovery, 1)).toEqual([])
})

test('ParityRecovery takes any bytes in any order', () => {
  const datagrams = fc.array(fc.tuple(fc.nat(300), fc.boolean(), fc.uint8Array({ minLength: 12, maxLength: 40 })))
  const property = fc.property(datagrams, (all) => {
    const recovery = new ParityRecovery(SSRC)
    for (const [sequenceNumber, isParity, bytes] of all) {
      const recovered = isParity
        ? recovery.takeParity(sequenceNumber, bytes).recovered
        : recovery.takeMedia(sequenceNumber, bytes)
      expect(recovered.length).toBeLessThanOrEqual(all.length)
    }
  })
  fc.assert(property, { seed: 5, numRuns: fuzzRuns(3000) })
})
