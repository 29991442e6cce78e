import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { RtspSessionStatus } from '../protocol/weir-api.ts'
import { Departures } from '../udp-relay/departures.ts'
import { Links } from './links.ts'
import { RtpThroughLink } from './rtp-through-link.ts'
import { Metrics } from './metrics.ts'

/** The samples of one metric, by their labels as they are written. */
async function samplesOf(metrics: Metrics, name: string): Promise<Record<string, number>> {
  const lines = (await metrics.text())
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
  return Object.fromEntries(
    lines.map((line) => [line.slice(name.length, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  )
}

const track = (lossRatio: number, cumulativeLostPackets: number, jitterMs: number) =>
  ({ kind: 'video', reception: { ssrc: 1, lossRatio, cumulativeLostPackets, jitterMs, arrivedUnixMs: 0 } }) as const
const viewer = {
  id: '1',
  address: '127.0.0.1',
  presentation: { title: 'A clip', variant: '240p' },
  phase: 'playing',
  transport: 'udp',
  seconds: 2,
  positionSeconds: 1,
  sentPackets: 100,
  droppedPackets: 0,
} as const
const repair = { requestedPackets: 9, resentPackets: 7, resentBytes: 700, unknownPackets: 2, refusedPackets: 0 }
const viewers: readonly RtspSessionStatus[] = [
  { ...viewer, tracks: [track(0.25, 12, 4), { kind: 'audio' }], roundTripMs: 30, repair },
  { ...viewer, id: '2', tracks: [track(0.5, -1, 2)], roundTripMs: 120 },
  { ...viewer, id: '3', tracks: [], fec: { groupPackets: 8, sentPackets: 5, sentBytes: 5000 } },
]

function make() {
  const metrics = new Metrics('0.1.0')
  const links = new Links({
    defaultProfile: { seed: 1, downlink: {} },
    onTimerLag: (lagMs) => metrics.noteTimerLag(lagMs),
  })
  metrics.watch({ links, udpSessions: { count: 2 }, rtspSessions: { count: 3, list: () => viewers } })
  return { metrics, links }
}

const nowhere = { sink: { send: () => {}, close: () => {} }, onDropped: () => {} }
const packet = () => new Uint8Array(972) // 1000 bytes with headers

test('Metrics counts packets over all links by lane, direction and cause, also of links that are begun anew or gone', async () => {
  const { metrics, links } = make()
  const rate = { downlink: { rateBitsPerSecond: 8_000_000, queueMs: 1 } }
  const ids = [links.create({ seed: 1, ...rate }).id, links.create({ seed: 1, sharing: 'shared', ...rate }).id]
  for (const id of ids) {
    const lane = new RtpThroughLink(links.find(id), nowhere)
    for (let sent = 0; sent < 20; sent += 1) lane.send('rtp', 0, packet(), performance.now())
    const { tcp, udp } = links.get(id)
    const dropped = tcp.downlink.tailDroppedPackets + udp.downlink.tailDroppedPackets
    expect(dropped).toBeGreaterThan(0)
    lane.close()
    links.restart(id)
    links.remove(id)
  }
  const dropped = await samplesOf(metrics, 'weir_link_dropped_packets_total')
  const accepted = await samplesOf(metrics, 'weir_link_accepted_packets_total')
  for (const lane of ['udp', 'shared']) {
    const queue = dropped[`{lane="${lane}",direction="down",cause="queue"}`] ?? 0
    const taken = accepted[`{lane="${lane}",direction="down"}`] ?? 0
    expect(queue + taken).toBe(20)
  }
  expect(accepted['{lane="tcp",direction="down"}']).toBe(0)
  links.close()
})

test('Metrics counts what arrived, in packets, bytes and seconds of waiting', async () => {
  const { metrics, links } = make()
  const { id } = links.create({ seed: 1, downlink: { rateBitsPerSecond: 800_000 } })
  const lane = new RtpThroughLink(links.find(id), nowhere)
  const nowMs = performance.now()
  for (let sent = 0; sent < 3; sent += 1) lane.send('rtp', 0, packet(), nowMs) // wait 0, 10 and 20 ms
  await expect.poll(() => links.get(id).udp.downlink.deliveredPackets).toBe(3)
  const down = '{lane="udp",direction="down"}'
  expect((await samplesOf(metrics, 'weir_link_delivered_packets_total'))[down]).toBe(3)
  expect((await samplesOf(metrics, 'weir_link_delivered_bytes_total'))[down]).toBe(3000)
  expect((await samplesOf(metrics, 'weir_link_queueing_delay_seconds_total'))[down]).toBeCloseTo(0.03, 9)
  expect((await samplesOf(metrics, 'weir_link_timer_lag_seconds_count'))['']).toBeGreaterThanOrEqual(1)
  lane.close()
  links.close()
})

test('Metrics tells open links and sessions, requests and answers, and the process; every name begins with weir_', async () => {
  const { metrics, links } = make()
  links.create({ seed: 1, downlink: {} })
  const request = { url: '/link/x/hls/y/master.m3u8', method: 'GET' } as IncomingMessage
  metrics.requests.noteEnded(metrics.requests.noteCame(request), { statusCode: 404 } as ServerResponse)
  expect([
    (await samplesOf(metrics, 'weir_links'))[''],
    (await samplesOf(metrics, 'weir_udp_sessions'))[''],
    (await samplesOf(metrics, 'weir_rtsp_sessions'))[''],
    (await samplesOf(metrics, 'weir_http_requests_total'))['{area="link",method="GET"}'],
    (await samplesOf(metrics, 'weir_http_responses_total'))['{area="link",status="404"}'],
  ]).toEqual([2, 2, 3, 1, 1])
  const names = (await metrics.text()).match(/^[a-z]\w+/gm) ?? []
  expect(names).toContain('weir_process_cpu_seconds_total')
  expect(names.filter((name) => !name.startsWith('weir_'))).toEqual([])
  links.close()
})

test('Metrics tells how HLS is served: from where, to whom too slow, and who was one too many', async () => {
  const { metrics, links } = make()
  metrics.watchHttp({
    origin: { answers: { memory: 7, disk: 2 }, slowAnswers: { ended: { idle: 1, total: 3 } }, memoryBytes: 5000 },
    listener: { refusedConnections: 4, openConnections: 6 },
    hlsSessions: { count: 8, starvedRequests: 9 },
  })
  expect(await samplesOf(metrics, 'weir_origin_answers_total')).toEqual({ '{from="memory"}': 7, '{from="disk"}': 2 })
  expect(await samplesOf(metrics, 'weir_origin_cut_answers_total')).toEqual({
    '{limit="idle"}': 1,
    '{limit="total"}': 3,
  })
  expect(await samplesOf(metrics, 'weir_http_refused_connections_total')).toEqual({ '': 4 })
  expect(await samplesOf(metrics, 'weir_http_connections')).toEqual({ '': 6 })
  expect(await samplesOf(metrics, 'weir_origin_memory_bytes')).toEqual({ '': 5000 })
  expect(await samplesOf(metrics, 'weir_hls_sessions')).toEqual({ '': 8 })
  expect(await samplesOf(metrics, 'weir_hls_starved_requests_total')).toEqual({ '': 9 })
  links.close()
})

test('Metrics tells what the viewers of RTSP report, all together, without their ids', async () => {
  const { metrics, links } = make()
  const value = async (name: string) => await samplesOf(metrics, `weir_rtsp_${name}`)
  expect(await value('reported_lost_packets')).toEqual({ '': 11 })
  expect(await value('reported_loss_ratio_max')).toEqual({ '': 0.5 })
  expect(await value('reported_jitter_seconds_max')).toEqual({ '': 0.004 })
  expect(await value('round_trip_seconds_max')).toEqual({ '': 0.12 })
  expect(await value('resent_packets')).toEqual({ '': 7 })
  expect(await value('parity_packets')).toEqual({ '': 5 })
  links.close()
})

test('Metrics counts how late RTP packets left, each bucket with the smaller ones', async () => {
  const { metrics, links } = make()
  const departures = new Departures()
  for (const latenessMs of [-15, 0.05, 0.3, 9, 700]) departures.note(latenessMs)
  departures.droppedPackets = 4
  metrics.watchDepartures(() => departures.summary())
  const buckets = await samplesOf(metrics, 'weir_rtp_departure_lateness_seconds_bucket')
  const shown = ['0.0001', '0.0005', '0.007', '0.01', '0.5', '+Inf'].map((bound) => buckets[`{le="${bound}"}`])
  expect(shown).toEqual([2, 3, 3, 4, 4, 5])
  expect(await samplesOf(metrics, 'weir_rtp_dropped_packets_total')).toEqual({ '': 4 })
  links.close()
})
