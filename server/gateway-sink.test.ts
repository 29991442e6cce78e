import { expect, test } from 'vitest'
import { GatewaySink } from './gateway-sink.ts'

function gateway() {
  const hop = { buffered: 0, written: 0 }
  const dropped: Uint8Array[] = []
  let nowMs = 0
  const sink = new GatewaySink(
    { bufferedBytes: () => hop.buffered, write: () => void (hop.written += 1) },
    (packet) => dropped.push(packet),
    () => nowMs,
  )
  const send = (atMs: number, kind: 'rtp' | 'rtcp' = 'rtp') => {
    nowMs = atMs
    sink.send(kind, 0, new Uint8Array(1000))
  }
  return { hop, dropped, send }
}

test('GatewaySink writes while the hop holds no more than it was given in the last 50 ms', () => {
  const { hop, dropped, send } = gateway()
  for (let packet = 0; packet < 5; packet += 1) {
    hop.buffered = packet * 1000 // a keyframe's packets, all still waiting
    send(packet * 10)
  }
  expect([hop.written, dropped.length]).toEqual([5, 0])
})

test('GatewaySink writes all that a late process owes, however much that is', () => {
  const { hop, dropped, send } = gateway()
  send(0)
  for (let packet = 0; packet < 50; packet += 1) {
    hop.buffered = packet * 1000 // due over the last second, given at once
    send(1000)
  }
  expect([hop.written, dropped.length]).toEqual([51, 0])
})

test('GatewaySink drops whole packets while something has waited longer, and writes again when it has left', () => {
  const { hop, dropped, send } = gateway()
  for (let packet = 0; packet < 5; packet += 1) send(packet * 10)
  hop.buffered = 5000
  send(100)
  send(110)
  hop.buffered = 0
  send(120)
  expect([hop.written, dropped.length]).toEqual([6, 2])
})

test('GatewaySink never drops RTCP', () => {
  const { hop, dropped, send } = gateway()
  hop.buffered = 1e6
  send(0, 'rtcp')
  expect([hop.written, dropped.length]).toEqual([1, 0])
})
