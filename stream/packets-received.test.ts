import { expect, test } from 'vitest'
import { PacketsReceived } from './packets-received.ts'

test('PacketsReceived counts repairs as packets that were of use, and what they cost', () => {
  const packets = new PacketsReceived()
  for (let atMs = 0; atMs < 8; atMs += 1) packets.receive(1012, atMs, 'video')
  const repair = { kind: 'repair-received', atMs: 9, sizeBytes: 1014, track: 'video' } as const
  packets.add({ ...repair, repairedPackets: 1, repairedBytes: 1012 })
  packets.add({ ...repair, repairedPackets: 0, repairedBytes: 0 }) // came for nothing
  packets.add({ kind: 'packets-given-up', atMs: 10, packets: 1, track: 'video', firstSequenceNumber: 9 })
  expect(packets.measures()).toMatchObject({
    expectedPackets: 10,
    lostPackets: 1,
    repairedPackets: 1,
    residualLossRatio: 0.1,
    repairOverheadRatio: (2 * 1014) / (8 * 1012),
  })
  expect(packets.usedBytes).toBe(9000)
})
