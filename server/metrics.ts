import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { LaneSummary, LinkCounters, Reception, RtspSessionStatus } from '../protocol/weir-api.ts'
import type { Lane } from '../stream/record.ts'
import type { DeparturesSummary } from '../udp-relay/departures.ts'
import type { LinkTotals } from './link-watch.ts'
import { httpCounters, httpGauges, type HttpSources } from './http-metrics.ts'
import { RequestCounts, type LabelledCount } from './request-counts.ts'
import { viewerMetrics } from './viewer-metrics.ts'

/** What is looked at when somebody asks. */
export type MetricsSources = {
  readonly links: { readonly openLinks: number; readonly totals: LinkTotals }
  readonly udpSessions: { readonly count: number }
  readonly rtspSessions: { readonly count: number; list(): readonly RtspSessionStatus[] }
}

const PREFIX = 'weir_'
/** Around what a timer of a busy process is late by, and the 5 ms above which a run does not count. */
const LAG_BUCKETS_SECONDS = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5]

/** From one machine to the other side of the world over a full queue. */
const ROUND_TRIP_BUCKETS_SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]

type PacketMetric = {
  readonly name: string
  readonly help: string
  readonly read: (counters: LinkCounters) => number
}
type LabelledMetric = { readonly name: string; readonly help: string; readonly labelNames: readonly string[] }

const packetMetrics: readonly PacketMetric[] = [
  { name: 'accepted_packets', help: 'Packets that the queue took.', read: (counters) => counters.acceptedPackets },
  { name: 'delivered_packets', help: 'Packets that arrived.', read: (counters) => counters.deliveredPackets },
  {
    name: 'delivered_bytes',
    help: 'Bytes that arrived, headers down to IP counted in.',
    read: (counters) => counters.deliveredBytes,
  },
  {
    name: 'duplicated_packets',
    help: 'Second copies that the line made and that arrived.',
    read: (counters) => counters.duplicatedPackets,
  },
  {
    name: 'queueing_delay_seconds',
    help: 'How long the packets that arrived had waited in the queue, all together.',
    read: (counters) => (counters.queueingDelayMsMean * counters.deliveredPackets) / 1000, // ms to s
  },
]

/** The figures of GET /metrics, in base units and without ids: sums over all links, those that went too. */
export class Metrics {
  /** Of whoever takes requests in. */
  readonly requests = new RequestCounts()
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE
  readonly #registry = new Registry()
  readonly #timerLag: Histogram
  readonly #lateRuns: Counter
  readonly #receiverReports: Counter<'viewer'>
  readonly #roundTrips: Histogram<'viewer'>

  constructor(version: string) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry, prefix: PREFIX })
    new Gauge({
      registers,
      name: `${PREFIX}build_info`,
      help: 'The version, as a label of 1.',
      labelNames: ['version'],
    })
      .labels(version)
      .set(1)
    this.#timerLag = new Histogram({
      registers,
      name: `${PREFIX}link_timer_lag_seconds`,
      help: "How late the links' timer rang, which serves all of them.",
      buckets: LAG_BUCKETS_SECONDS,
    })
    this.#lateRuns = new Counter({
      registers,
      name: `${PREFIX}link_late_runs_total`,
      help: 'Runs whose p99 timer lag came above 5 ms: their figures do not count.',
    })
    this.#receiverReports = new Counter({
      registers,
      name: `${PREFIX}receiver_reports_total`,
      help: 'Streams of which a receiver report told how they come, by what kind of viewer.',
      labelNames: ['viewer'],
    })
    this.#roundTrips = new Histogram({
      registers,
      name: `${PREFIX}reported_round_trip_seconds`,
      help: 'Round trip by sender and receiver reports (RFC 3550 section 6.4.1).',
      labelNames: ['viewer'],
      buckets: ROUND_TRIP_BUCKETS_SECONDS,
    })
    this.#counter(
      {
        name: 'http_requests',
        help: 'HTTP requests that came, by the part of the server that answers.',
        labelNames: ['area', 'method'],
      },
      () => this.requests.came(),
    )
    this.#counter(
      {
        name: 'http_responses',
        help: 'HTTP answers that ended, broken off ones too.',
        labelNames: ['area', 'status'],
      },
      () => this.requests.ended(),
    )
  }

  noteTimerLag(lagMs: number): void {
    this.#timerLag.observe(lagMs / 1000) // ms to s
  }

  noteLateRun(): void {
    this.#lateRuns.inc()
  }

  noteReception(viewer: 'rtsp' | 'page', { roundTripMs }: Reception): void {
    this.#receiverReports.inc({ viewer })
    if (roundTripMs !== undefined) this.#roundTrips.observe({ viewer }, roundTripMs / 1000) // ms to s
  }

  watch({ links, udpSessions, rtspSessions }: MetricsSources): void {
    this.#gauge('links', 'Links that are open.', () => links.openLinks)
    this.#gauge('udp_sessions', 'UDP sessions of browsers.', () => udpSessions.count)
    this.#gauge('rtsp_sessions', 'RTSP sessions of players.', () => rtspSessions.count)
    for (const { name, help, read } of viewerMetrics) this.#gauge(name, help, () => read(rtspSessions.list()))
    for (const metric of packetMetrics) this.#packets(metric, links.totals)
    this.#droppedPackets(links.totals)
    this.#gatewayDroppedPackets(links.totals)
  }

  /** As a histogram's buckets are counted: each with all that are smaller. */
  watchDepartures(read: () => DeparturesSummary): void {
    const registers = [this.#registry]
    new Counter({
      registers,
      name: `${PREFIX}rtp_departure_lateness_seconds_bucket`,
      help: 'RTP packets that left over UDP no later than this after their scheduled time.',
      labelNames: ['le'],
      collect() {
        this.reset()
        let packets = 0
        for (const { atMostMs, packets: count } of read().lateness) {
          packets += count
          this.inc({ le: atMostMs === null ? '+Inf' : String(atMostMs / 1000) }, packets) // ms to s
        }
      },
    })
    new Counter({
      registers,
      name: `${PREFIX}rtp_dropped_packets_total`,
      help: 'RTP packets that the kernel or a full queue did not take.',
      collect() {
        this.reset()
        this.inc(read().droppedPackets)
      },
    })
  }

  watchHttp(sources: HttpSources): void {
    for (const { read, ...metric } of httpCounters) this.#counter(metric, () => read(sources))
    for (const { name, help, read } of httpGauges) this.#gauge(name, help, () => read(sources))
  }

  /** The text format of Prometheus, version 0.0.4. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      registers: [this.#registry],
      name: PREFIX + name,
      help,
      collect() {
        this.set(read())
      },
    })
  }

  #counter({ name, help, labelNames }: LabelledMetric, read: () => readonly LabelledCount[]): void {
    new Counter({
      registers: [this.#registry],
      name: `${PREFIX}${name}_total`,
      help,
      labelNames,
      collect() {
        this.reset()
        for (const { labels, count } of read()) this.inc(labels, count)
      },
    })
  }

  #packets({ name, help, read }: PacketMetric, totals: LinkTotals): void {
    new Counter({
      registers: [this.#registry],
      name: `${PREFIX}link_${name}_total`,
      help,
      labelNames: ['lane', 'direction'],
      collect() {
        this.reset()
        for (const { labels, counters } of directionsOf(totals)) this.inc(labels, read(counters))
      },
    })
  }

  #droppedPackets(totals: LinkTotals): void {
    new Counter({
      registers: [this.#registry],
      name: `${PREFIX}link_dropped_packets_total`,
      help: 'Packets lost by the loss process, dropped by the full queue, or blocked.',
      labelNames: ['lane', 'direction', 'cause'],
      collect() {
        this.reset()
        for (const { labels, counters } of directionsOf(totals)) {
          this.inc({ ...labels, cause: 'loss' }, counters.lostPackets)
          this.inc({ ...labels, cause: 'queue' }, counters.tailDroppedPackets)
          this.inc({ ...labels, cause: 'blocked' }, counters.blockedPackets)
        }
      },
    })
  }

  #gatewayDroppedPackets(totals: LinkTotals): void {
    new Counter({
      registers: [this.#registry],
      name: `${PREFIX}gateway_dropped_packets_total`,
      help: 'Packets that a link let through and the last hop to a browser had no room for.',
      collect() {
        this.reset()
        this.inc(totals.udp.gatewayDroppedPackets)
      },
    })
  }
}

const lanes: readonly Lane[] = ['tcp', 'udp', 'shared']

function directionsOf(totals: LinkTotals) {
  return lanes.flatMap((lane) => {
    const { downlink, uplink }: LaneSummary = totals[lane].read()
    return [
      { labels: { lane, direction: 'down' }, counters: downlink },
      { labels: { lane, direction: 'up' }, counters: uplink },
    ]
  })
}
