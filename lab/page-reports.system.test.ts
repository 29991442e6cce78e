import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import { needs } from './test-support/clients.ts'
import { untilPage } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { matrix } from './test-support/long-run.ts'

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 12, size: '320x180' })
}, 120_000)
afterAll(() => clip?.stop())

const profile = {
  seed: 7,
  downlink: { oneWayDelayMs: 60, loss: { kind: 'random', lossRatio: 0.05 } },
  uplink: { oneWayDelayMs: 40 },
}

const transports = matrix([
  ['a data channel', ''],
  ['its WebSocket twin', '&udp=ws'],
])
for (const [transport, query] of transports) {
  test(`a page over ${transport} reports what it receives: loss as the link has it, and the round trip`, async (context) => {
    needs(context, 'ffmpeg')
    if (query === '') needs(context, 'node-datachannel')
    const link = await clip!.makeLink(profile)
    const record = await link.record()
    const page = await clip!.openPage(context, `?side=udp&link=${link.id}${query}`)
    const { session } = (await untilPage(page, ({ phase }) => phase === 'playing')) as { readonly session?: string }

    const status = await vi.waitFor(
      async () => {
        const answer = await fetch(`${clip!.weir.url}/api/udp-sessions/${session}`)
        const told = (await answer.json()) as UdpSessionStatus
        expect(told.reports.filter(({ roundTripMs }) => roundTripMs !== undefined).length).toBe(2)
        return told
      },
      { timeout: 10_000, interval: 100 },
    )
    for (const { roundTripMs, ssrc, cumulativeLostPackets } of status.reports) {
      expect(roundTripMs).toBeGreaterThan(99) // the delays of both ways
      expect(roundTripMs).toBeLessThan(200) // and how late a busy page answers
      const dropped = status.dropped.filter((packet) => packet.ssrc === ssrc).length
      expect(cumulativeLostPackets).toBeLessThanOrEqual(dropped)
    }
    // Of pictures that are sent before earlier ones, RFC 3550 calls that jitter, too.
    expect(Math.min(...status.reports.map(({ jitterMs }) => jitterMs))).toBeLessThan(50)
    await page.close()
    const { events } = await record.end()
    const reports = events.filter((event) => event.kind === 'receiver-report')
    expect(reports.length).toBeGreaterThanOrEqual(4)
    const lost = reports.toSorted((a, b) => a.atMs - b.atMs).at(-1)?.cumulativeLostPackets
    expect(lost).toBeGreaterThan(0)
  }, 60_000)
}
