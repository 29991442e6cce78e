import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import { decodeRtp, encodeRtp } from '../protocol/rtp.ts'
import { InterleavedPath } from './interleaved-path.ts'
import { LiveLink } from './live-link.ts'
import { ModelledConversation } from './modelled-conversation.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const IDR = 0x65
const TRAILING = 0x41
const PACKETS_PER_FRAME = 10

/** A path whose conversation has set up, and what came out of it: sequence number and moment. */
async function open(downlink: LinkProfile['downlink']) {
  const profile = { seed: 7, downlink, uplink: { oneWayDelayMs: 20 } }
  const link = new LiveLink('a', profile, { nowMs: () => performance.now(), unixMs: () => Date.now() })
  const conversation = new ModelledConversation(link, true)
  const arrived: { readonly sequenceNumber: number; readonly atMs: number }[] = []
  const write = (packet: Uint8Array): void => {
    const rtp = decodeRtp(packet)
    if (rtp.ok) arrived.push({ sequenceNumber: rtp.value.sequenceNumber, atMs: performance.now() })
  }
  const path = new InterleavedPath({
    hop: { bufferedBytes: () => 0, write },
    link,
    conversation: () => conversation,
    codecOf: () => 'avc1.64001f',
  })
  const asked = conversation.ask([{ method: 'PLAY', requestBytes: 100, responseBytes: 100 }])
  await vi.advanceTimersByTimeAsync(2000)
  await asked
  const send = (from: number, count: number, firstOfFrame = IDR): void => {
    for (let number = from; number < from + count; number += 1) {
      const place = number % PACKETS_PER_FRAME
      const payload = new Uint8Array(1000).fill(1)
      payload[0] = place === 0 ? firstOfFrame : TRAILING
      const marker = place === PACKETS_PER_FRAME - 1
      const packet = { payloadType: 96, sequenceNumber: number, timestampTicks: number, ssrc: 1, marker, payload }
      path.send('rtp', 0, encodeRtp(packet), performance.now())
    }
  }
  return { link, path, conversation, arrived, send, numbers: () => arrived.map(({ sequenceNumber }) => sequenceNumber) }
}

const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, at) => from + at)

test('what the line loses is late, and so is all behind it; nothing is missing', async () => {
  const { link, path, send, arrived, numbers } = await open({
    oneWayDelayMs: 20,
    loss: { kind: 'random', lossRatio: 0.05 },
  })
  const sentMs = performance.now()
  send(0, 200)
  let endedMs: number | undefined
  path.afterNewest(sentMs, () => (endedMs = performance.now()))
  await vi.advanceTimersByTimeAsync(5000)
  expect(numbers()).toEqual(upTo(200))
  expect(path.status()).toMatchObject({ offeredPackets: 200, dropped: [] })
  expect(link.summary().udp.downlink.lostPackets).toBe(5)
  expect(endedMs).toBe(arrived.at(-1)?.atMs)
})

test('when too much waits whole frames are dropped, told, until a keyframe finds half of it gone', async () => {
  const { path, send, numbers } = await open({ rateBitsPerSecond: 1_000_000, oneWayDelayMs: 20 })
  send(0, 1200) // 1.2 MB at once
  expect(path.status().droppedPackets.sender).toBe(210)
  await vi.advanceTimersByTimeAsync(6000)
  send(1200, 10, TRAILING) // half has gone, but a decoder cannot begin with it
  send(1210, 10)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(numbers()).toEqual([...upTo(990), ...upTo(1220, 1210)])
  expect(path.status().droppedPackets.sender).toBe(220)
})

test('reports of the page come to the server in the same connection', async () => {
  const { path } = await open({ oneWayDelayMs: 20 })
  const sentMs = performance.now()
  const arrivedMs: number[] = []
  path.sendUp(new Uint8Array(60), sentMs, (atMs) => arrivedMs.push(atMs - sentMs))
  await vi.advanceTimersByTimeAsync(1000)
  expect(arrivedMs).toEqual([20])
})

test('where the link begins anew the connection goes on there, and what was under way comes', async () => {
  const { link, send, numbers } = await open({ oneWayDelayMs: 20 })
  send(0, 10)
  link.restart()
  send(10, 10)
  const restartedMs = Date.now()
  await vi.advanceTimersByTimeAsync(2000)
  expect(numbers()).toEqual(upTo(20))
  expect(link.summary().startedUnixMs).toBe(restartedMs)
})

test('a path that is closed writes nothing more', async () => {
  const { path, conversation, send, numbers, link } = await open({ oneWayDelayMs: 20 })
  send(0, 10)
  path.close()
  conversation.close()
  send(10, 10)
  await vi.advanceTimersByTimeAsync(1000)
  expect(numbers()).toEqual([])
  expect(link.unusedMs(performance.now())).toBeGreaterThan(0)
})
