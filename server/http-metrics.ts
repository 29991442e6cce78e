import type { LabelledCount } from './request-counts.ts'

/** What serves HTTP, as far as it is looked at. */
export type HttpSources = {
  readonly origin: {
    readonly answers: Readonly<Record<'memory' | 'disk', number>>
    readonly slowAnswers: { readonly ended: Readonly<Record<'idle' | 'total', number>> }
    readonly memoryBytes: number
  }
  readonly listener: { readonly refusedConnections: number; readonly openConnections: number }
  readonly hlsSessions: { readonly count: number; readonly starvedRequests: number }
}

type HttpCounter = {
  readonly name: string
  readonly help: string
  readonly label?: string
  readonly read: (sources: HttpSources) => Readonly<Record<string, number>> | number
}

const counters: readonly HttpCounter[] = [
  {
    name: 'origin_answers',
    help: 'Answers of the HLS origin with bytes of a file, or 304, by where they came from.',
    label: 'from',
    read: ({ origin }) => origin.answers,
  },
  {
    name: 'origin_cut_answers',
    help: 'Answers that were ended because the client took them too slowly, by the limit that it met.',
    label: 'limit',
    read: ({ origin }) => origin.slowAnswers.ended,
  },
  {
    name: 'http_refused_connections',
    help: 'Connections beyond what one address may have.',
    read: ({ listener }) => listener.refusedConnections,
  },
  {
    name: 'hls_starved_requests',
    help: 'Requests whose player said that its buffer had run empty (CTA-5004, bs).',
    read: ({ hlsSessions }) => hlsSessions.starvedRequests,
  },
]

export const httpCounters = counters.map(({ name, help, label = '', read }) => ({
  name,
  help,
  labelNames: label === '' ? [] : [label],
  read: (sources: HttpSources): readonly LabelledCount[] => {
    const counts = read(sources)
    if (typeof counts === 'number') return [{ labels: {}, count: counts }]
    return Object.entries(counts).map(([value, count]) => ({ labels: { [label]: value }, count }))
  },
}))

type HttpGauge = {
  readonly name: string
  readonly help: string
  readonly read: (sources: HttpSources) => number
}

export const httpGauges: readonly HttpGauge[] = [
  {
    name: 'http_connections',
    help: 'Open HTTP connections, WebSockets too.',
    read: ({ listener }) => listener.openConnections,
  },
  {
    name: 'origin_memory_bytes',
    help: 'Files in memory, and on their way there.',
    read: ({ origin }) => origin.memoryBytes,
  },
  {
    name: 'hls_sessions',
    help: 'Players of HLS that have told of themselves (CMCD).',
    read: ({ hlsSessions }) => hlsSessions.count,
  },
]
