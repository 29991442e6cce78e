import type { ComponentChildren } from 'preact'
import { formatBytes, formatCount } from './format.ts'
import { bytesPerEvent, type WayRow } from './realtime-rows.ts'
import { realtimeWords as words, wayWords } from './realtime-words.ts'

const { columns } = words
const heads = [
  columns.bytes,
  columns.latency,
  columns.received,
  columns.missed,
  columns.disorder,
  columns.requests,
  columns.empty,
  columns.connections,
  columns.total,
] as const

/** A row a way: what it costs, what it brings. Narrow screens show a card a row. */
export function RealtimeTable({ rows }: { rows: readonly WayRow[] }) {
  const widest = Math.max(1, ...rows.map((row) => sumOf(bytesPerEvent(row))))
  return (
    <table class="realtime-table">
      <caption class="visually-hidden">{words.table}</caption>
      <thead>
        <tr>
          <th scope="col">{columns.way}</th>
          {heads.map(([label, title]) => (
            <th key={label} scope="col" title={title}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.way} row={row} widest={widest} />
        ))}
      </tbody>
    </table>
  )
}

function Row({ row, widest }: { row: WayRow; widest: number }) {
  const { way, figures, reception } = row
  const { latencyMs, received, missed, duplicated, reordered } = reception
  const latency =
    latencyMs === undefined ? words.none : [latencyMs.p50, latencyMs.p95, latencyMs.max].map(formatMs).join(' · ')
  const isPolling = figures.emptyResponses > 0 || way.includes('polling')
  return (
    <tr data-way={way}>
      <th scope="row">
        {wayWords[way].name}
        <small>{wayWords[way].what}</small>
      </th>
      <Cell head={columns.bytes}>
        <ByteBar row={row} widest={widest} />
      </Cell>
      <Cell head={columns.latency}>{latency}</Cell>
      <Cell head={columns.received}>{formatCount(received)}</Cell>
      <Cell head={columns.missed} isFault={missed > 0}>
        {formatCount(missed)}
      </Cell>
      <Cell head={columns.disorder} isFault={duplicated > 0}>
        {formatCount(duplicated)} {'·'} {formatCount(reordered)}
      </Cell>
      <Cell head={columns.requests}>{formatCount(figures.requests)}</Cell>
      <Cell head={columns.empty}>{isPolling ? formatCount(figures.emptyResponses) : words.none}</Cell>
      <Cell head={columns.connections}>
        {words.of(formatCount(figures.openConnections), formatCount(figures.connections))}
      </Cell>
      <Cell head={columns.total}>{formatBytes(figures.readBytes + figures.writtenBytes)}</Cell>
    </tr>
  )
}

type CellProps = {
  readonly head: readonly [label: string, title: string]
  readonly isFault?: boolean
  readonly children: ComponentChildren
}

function Cell({ head: [label, title], isFault = false, children }: CellProps) {
  return (
    <td data-label={label} title={title} class={isFault ? 'fault' : undefined}>
      {children}
    </td>
  )
}

/** The event, and what went over the wire beside it. */
function ByteBar({ row, widest }: { row: WayRow; widest: number }) {
  const bytes = bytesPerEvent(row)
  if (bytes === undefined) return <>{words.none}</>
  const { payload, overhead } = bytes
  const percent = (part: number) => `${(100 * part) / widest}%`
  return (
    <span class="byte-bar">
      <span class="byte-figures">
        {Math.round(payload)} {'+'} {formatCount(Math.round(overhead))}
      </span>
      <span class="byte-track" aria-hidden="true">
        <span class="byte-payload" style={{ width: percent(payload) }} />
        <span class="byte-overhead" style={{ width: percent(overhead) }} />
      </span>
    </span>
  )
}

function sumOf(bytes: ReturnType<typeof bytesPerEvent>): number {
  return bytes === undefined ? 0 : bytes.payload + bytes.overhead
}

function formatMs(ms: number): string {
  return ms.toFixed(ms < 10 ? 1 : 0)
}
