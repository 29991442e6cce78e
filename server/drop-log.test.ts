import { expect, test } from 'vitest'
import { encodeRtp } from '../protocol/rtp.ts'
import { DropLog } from './drop-log.ts'

const packet = (sequenceNumber: number) =>
  encodeRtp({ marker: false, payloadType: 96, sequenceNumber, timestampTicks: 0, ssrc: 7, payload: new Uint8Array(1) })

test('DropLog names each dropped packet with its cause, oldest first', () => {
  const log = new DropLog()
  log.drop(packet(65535), 'loss')
  log.drop(packet(0), 'queue')
  expect(log.status()).toEqual({
    offeredPackets: 0,
    droppedPackets: { loss: 1, queue: 1, blocked: 0, gateway: 0, sender: 0 },
    dropped: [
      { ssrc: 7, sequenceNumber: 65535, cause: 'loss' },
      { ssrc: 7, sequenceNumber: 0, cause: 'queue' },
    ],
  })
})

test('DropLog remembers the newest 10,000 and counts all', () => {
  const log = new DropLog()
  for (let number = 0; number < 25_000; number += 1) log.drop(packet(number), 'gateway')
  const { dropped, droppedPackets } = log.status()
  expect([droppedPackets.gateway, dropped.length, dropped[0]?.sequenceNumber]).toEqual([25_000, 10_000, 15_000])
})
