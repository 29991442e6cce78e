import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import type { RtspExchange } from '../protocol/rtsp-exchange.ts'
import { LiveLink } from './live-link.ts'
import { ModelledConversation, type Reached } from './modelled-conversation.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const describe: RtspExchange = { method: 'DESCRIBE', requestBytes: 100, responseBytes: 1000 }
const setUp: RtspExchange = { method: 'SETUP', requestBytes: 150, responseBytes: 250 }
const play: RtspExchange = { method: 'PLAY', requestBytes: 150, responseBytes: 300 }
const pause: RtspExchange = { method: 'PAUSE', requestBytes: 100, responseBytes: 100 }

function open(profile: Omit<LinkProfile, 'seed'>) {
  const link = new LiveLink('a', { seed: 7, ...profile }, { nowMs: () => performance.now(), unixMs: () => Date.now() })
  return { link, conversation: new ModelledConversation(link) }
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(ms)
  return promise
}

const rounded = ({ setup: { steps } }: Reached) => steps.map(({ name, ms }) => `${name} ${Math.round(ms * 10) / 10}`)
const slow = { downlink: { oneWayDelayMs: 200 }, uplink: { oneWayDelayMs: 100 } }

test('a conversation costs a round trip for the handshake and each answer, and the way of the PLAY', async () => {
  const { conversation } = open(slow)
  const startMs = performance.now()
  const reached = await within(1300, conversation.ask([describe, setUp, setUp, play]))
  expect(rounded(reached)).toEqual(['connect 300', 'DESCRIBE 300', 'SETUP 300', 'SETUP 300', 'PLAY 100'])
  expect(reached.setup.modelledMs).toBe(1300)
  expect(reached.atMs - startMs).toBe(1300)
})

for (const { laterMs, reachedMs } of [
  { laterMs: 40, reachedMs: 1300 },
  { laterMs: 400, reachedMs: 1700 },
]) {
  test(`a conversation that begins ${laterMs} ms after HLS has its PLAY at the server ${reachedMs} ms after HLS began`, async () => {
    const { link, conversation } = open(slow)
    const startMs = performance.now()
    link.join('tcp').act(startMs, () => {})
    await vi.advanceTimersByTimeAsync(laterMs)
    const reached = await within(1300, conversation.ask([describe, setUp, setUp, play]))
    expect(reached.setup.modelledMs).toBe(1300)
    expect(reached.atMs - startMs).toBe(reachedMs)
  })
}

test('a later request costs its way alone, and waits for the answer to the one before', async () => {
  const { conversation } = open(slow)
  await within(1300, conversation.ask([describe, setUp, setUp, play]))
  const early = await within(300, conversation.ask([pause]))
  expect([early.setup.modelledMs, rounded(early)]).toEqual([300, ['PAUSE 100']]) // 200 until the answer to PLAY has come
  await vi.advanceTimersByTimeAsync(1000)
  const later = await within(100, conversation.ask([play]))
  expect([later.setup.modelledMs, rounded(later)]).toEqual([100, ['PLAY 100']])
})

test('the size of the messages counts where the line is slow', async () => {
  const { conversation } = open({ downlink: { rateBitsPerSecond: 80_000 }, uplink: { rateBitsPerSecond: 80_000 } }) // 10 bytes a ms
  const reached = await within(1000, conversation.ask([describe, play]))
  const [connect, described, played] = reached.setup.steps.map(({ ms }) => ms)
  expect(connect).toBeLessThan(20)
  // Before the request goes the handshake's ACK, before the answer the request's.
  expect(described).toBeCloseTo((52 + 100 + 52 + 52 + 1000 + 52) / 10, 5)
  expect(played).toBeCloseTo((52 + 150 + 52) / 10, 5)
})

test('a conversation takes the same time whenever its link’s timer rings', async () => {
  const profile = { ...slow, downlink: { ...slow.downlink, loss: { kind: 'random', lossRatio: 0.3 } } } as const
  const times = async (stepMs: number) => {
    const { conversation } = open(profile)
    const asked = conversation.ask([describe, setUp, setUp, play])
    for (let passedMs = 0; passedMs < 20_000; passedMs += stepMs) await vi.advanceTimersByTimeAsync(stepMs)
    return (await asked).setup.modelledMs
  }
  expect(await times(1)).toBe(await times(997))
  expect(await times(1)).toBeGreaterThan(1300)
})

test('a conversation goes on where UDP is blocked, and ends when it is closed', async () => {
  const { link, conversation } = open({ ...slow, udpBlocked: true })
  await within(400, conversation.ask([play]))
  const second = conversation.ask([pause])
  conversation.close()
  await expect(second).rejects.toThrow('closed')
  await vi.advanceTimersByTimeAsync(700)
  expect(link.unusedMs(performance.now())).toBe(700)
  expect(link.summary().udp.openFlows).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})
