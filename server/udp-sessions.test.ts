import { once } from 'node:events'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { SegmentCache } from '../udp-relay/segment-cache.ts'
import { SharedSendTimer } from '../udp-relay/send-timer.ts'
import { Links } from './links.ts'
import { openUpgradeServer } from './test-support/upgrade-server.ts'
import { UdpSessions } from './udp-sessions.ts'

test('UdpSessions ends the session of a WebSocket that is gone without a word', async (context) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
  const sessions = new UdpSessions({
    source: { open: () => new Promise(() => {}) }, // its disk is slow
    segments: new SegmentCache({ maxBytes: 1 }),
    timer: new SharedSendTimer(),
    links,
    logger: pino({ level: 'silent' }),
  })
  const server = await openUpgradeServer((request, socket, head) =>
    sessions.openWebSocket({ video: 'clip' }, request, socket, head),
  )
  context.onTestFinished(() => {
    vi.useRealTimers()
    sessions.close()
    links.close()
    server.close()
  })
  const socket = server.open('', { autoPong: false })
  await once(socket, 'open')
  expect(sessions.count).toBe(1)
  vi.advanceTimersByTime(60_000)
  await expect.poll(() => sessions.count).toBe(0)
})
