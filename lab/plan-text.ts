import type { PlanCosts } from './plan-costs.ts'
import type { PlanQuestion, ViewersPlan, WayName, WayPlan } from './plan.ts'

/** What is assumed; printed with each plan, and part of its JSON. */
export const ASSUMPTIONS: readonly string[] = [
  'All is linear: in viewers, requests, bytes, packets. Costs were measured of one process; what lies beyond the viewers or the rate measured is marked "extrapolated", with how many times.',
  'A process of Weir uses little more than one core: a server with more of them runs several, and something before them divides the viewers.',
  'Measured over loopback: the kernel receives in the sender’s time, and no NIC or driver takes part.',
  'An HLS viewer asks for a playlist and a segment each segment’s time, as live, over one connection that is kept, without TLS.',
  'Behind a CDN, the origin sees the requests and bytes that the hit ratio leaves over, with a connection for each viewer of those; the CDN’s own machines are in its price alone.',
  'A UDP viewer plays on demand, with a playout of his own, as RTP/MP2T; a live stream that all share is cheaper.',
  'A packet costs less the more of them leave together: of one viewer at 3.4 Mbit/s about half of what it costs at 1 Mbit/s (docs/measured/relay.md, relay-scale.md). The cost taken is that of the rate measured.',
  'Multicast sends each stream once, and viewers keep an RTSP session; it needs a network that forwards groups, which the Internet does not. The routers’ and switches’ part is not planned.',
  'Egress counts the headers of IP, TCP, UDP and RTP, not those of Ethernet, and no retransmissions. Money: all cores of whole servers, and egress, for the hours given; 1 GB = 10⁹ bytes.',
]

/** The table of each number of viewers, where the costs come from, and the assumptions. */
export function planText(plans: readonly ViewersPlan[], question: PlanQuestion, costs: PlanCosts): string {
  const { ways } = costs
  return [
    questionLine(question),
    ...plans.flatMap((plan) => ['', `${grouped(plan.viewers)} viewers`, ...planTable(plan.ways, question)]),
    '',
    `Costs of one process, measured ${costs.measured}, weir ${costs.weir}:`,
    ...alignedLines([
      [
        'HLS',
        `${figure(ways.hls.cpuMicrosecondsPerRequest)} µs a request, ${figure(ways.hls.cpuMicrosecondsPerMegabyte)} µs a megabyte`,
        processWords(ways.hls),
      ],
      ...(['udp-bursts', 'udp-packets', 'multicast'] as const).map((way) => [
        TITLES[way],
        `${figure(ways[way].cpuMicrosecondsPerPacket)} µs a packet of ${Math.round(ways[way].videoBytesPerPacket)} bytes`,
        processWords(ways[way]),
      ]),
    ]).map((line) => `  ${line}`),
    '',
    'Assumed',
    ...ASSUMPTIONS.map((assumption) => `- ${assumption}`),
  ].join('\n')
}

const TITLES: Readonly<Record<WayName, string>> = {
  hls: 'HLS, origin alone',
  'hls-cdn': 'HLS, origin behind a CDN',
  'udp-bursts': 'UDP unicast, in bursts',
  'udp-packets': 'UDP unicast, each packet',
  multicast: 'UDP multicast',
}

function questionLine({ bitsPerSecond, segmentSeconds, streams, cdnHitRatio, server }: PlanQuestion): string {
  return [
    `A video of ${bits(bitsPerSecond)}, segments of ${figure(segmentSeconds)} s, ${streams === 1 ? 'one stream' : `${grouped(streams)} streams`};`,
    `a CDN that answers ${figure(100 * cdnHitRatio)} %; servers of ${server.cores} cores, ${bytes(server.memoryBytes)}, a NIC of`,
    `${bits(server.nicBitsPerSecond)}, ${grouped(server.openFiles)} open files, filled to ${figure(100 * server.fill)} %.`,
  ].join(' ')
}

function planTable(ways: readonly WayPlan[], { hours, prices }: PlanQuestion): string[] {
  const hasPrice = Object.keys(prices).length > 0
  const head = ['way', 'cores', 'memory', 'open files', 'egress', 'NICs', 'servers', 'because of']
  const rows = ways.map((way) => [
    TITLES[way.way],
    figure(way.cores),
    bytes(way.memoryBytes),
    grouped(way.openFiles),
    bits(way.egressBitsPerSecond),
    grouped(way.nics),
    grouped(way.servers),
    way.bottleneck,
    ...(hasPrice ? [money(way.money)] : []),
    noteOf(way),
  ])
  return alignedLines([[...head, ...(hasPrice ? [`price of ${figure(hours)} h`] : []), ''], ...rows]).map(
    (line) => `  ${line}`,
  )
}

function noteOf({ extrapolatedBy, cdnBitsPerSecond }: WayPlan): string {
  const beyond = extrapolatedBy > 1 ? [`extrapolated ×${figure(extrapolatedBy)}`] : []
  const cdn = cdnBitsPerSecond > 0 ? [`the CDN sends ${bits(cdnBitsPerSecond)}`] : []
  return [...beyond, ...cdn].join('; ')
}

type ProcessFigures = PlanCosts['ways']['hls'] | PlanCosts['ways']['multicast']

function processWords({
  viewers,
  bitsPerSecond,
  idleMemoryBytes,
  memoryBytesPerViewer,
  filesPerViewer,
}: ProcessFigures) {
  const each = `${figure(memoryBytesPerViewer / 1000)} kB and ${figure(filesPerViewer)} files a viewer`
  return `${each}, ${bytes(idleMemoryBytes)} without; up to ${grouped(viewers)} viewers, ${bits(bitsPerSecond)}`
}

function money(value: number | undefined): string {
  return value === undefined
    ? ''
    : value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

/** Three digits that count. */
function figure(value: number): string {
  if (value >= 1000) return grouped(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

function grouped(value: number): string {
  return value.toLocaleString('en-US')
}

function bits(bitsPerSecond: number): string {
  return `${scaled(bitsPerSecond)}bit/s`
}

function bytes(count: number): string {
  return `${scaled(count)}B`
}

function scaled(value: number): string {
  const [limit, letter] = SCALES.find(([least]) => value >= least) ?? [1, '']
  return `${figure(value / limit)} ${letter}`
}

const SCALES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

function alignedLines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, place) => Math.max(most[place] ?? 0, cell.length)),
    [],
  )
  return rows.map((row) =>
    row
      .map((cell, place) => cell.padEnd(widths[place] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
