import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CongestionControl } from '../link/profile.ts'
import { projectFolder } from '../server/project-folder.ts'
import type { BulkCell, FetchCell } from './validate-model.ts'

/** One cell of the grid with every run of the kernel, kbit/s: over namespaces with TBF, and over mahimahi. */
export type GridCell = BulkCell & { readonly netnsKbps: readonly number[]; readonly mahimahiKbps: readonly number[] }

/** One cell of the fetches with what the kernel took, ms: each connection's first fetch, and its later ones. */
export type FetchReference = FetchCell & {
  readonly firstMs: readonly number[]
  readonly laterMs: readonly (readonly number[])[]
}

type Row = Readonly<Record<string, string>>

const FETCH_PATTERNS = {
  part30k: { objectBytes: 30_000, gapMs: 200, fetches: 20 },
  seg250k: { objectBytes: 250_000, gapMs: 500, fetches: 8 },
} as const

/** The 48 cells, in the order of the files: congestion control, rate, delay, loss. */
export function readGrid(): GridCell[] {
  const mahimahi = grouped(readRows('mahimahi-grid.csv'), bulkKey)
  return [...grouped(readRows('netns-grid.csv'), bulkKey)].map(([key, runs]) => ({
    ...bulkCellOf(runs[0] as Row),
    netnsKbps: runs.map(goodputKbps),
    mahimahiKbps: (mahimahi.get(key) ?? []).map(goodputKbps),
  }))
}

/** The 12 cells of keep-alive fetches. */
export function readFetches(): FetchReference[] {
  return [...grouped(readRows('fetch-kernel.csv'), fetchKey).values()].map((rows) => {
    const connections = [...grouped(rows, (row) => keyOf(row, 'rep')).values()].map((fetches) =>
      fetches.map((row) => numberIn(row, 'total_ms')),
    )
    return {
      ...FETCH_PATTERNS[(rows[0] as Row)['pattern'] as keyof typeof FETCH_PATTERNS],
      ...lineOf(rows[0] as Row),
      firstMs: connections.map(([first]) => first as number),
      laterMs: connections.map((fetches) => fetches.slice(1)),
    }
  })
}

/** The rows of a file of bench/reference/kernel-tcp, by the names of its first line. No field holds a comma. */
export function readRows(name: string): Row[] {
  const text = readFileSync(join(projectFolder, 'bench/reference/kernel-tcp', name), 'utf8')
  const [head = '', ...lines] = text.trim().split('\n')
  const columns = head.split(',')
  return lines.map((line) => {
    const fields = line.split(',')
    return Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? '']))
  })
}

function grouped(rows: readonly Row[], keyOfRow: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = keyOfRow(row)
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return groups
}

const bulkKey = (row: Row): string => keyOf(row, 'cc', 'rate_mbit', 'delay_ms', 'loss_pct')
const fetchKey = (row: Row): string => keyOf(row, 'pattern', 'delay_ms', 'loss_pct')
const keyOf = (row: Row, ...columns: readonly string[]): string => columns.map((column) => row[column]).join()
const numberIn = (row: Row, column: string): number => Number(row[column])
const goodputKbps = (row: Row): number => numberIn(row, 'goodput_all_kbit')
const bulkCellOf = (row: Row): BulkCell => ({ ...lineOf(row), flows: 1 })

function lineOf(row: Row): Omit<BulkCell, 'flows'> {
  const lossRatio = numberIn(row, 'loss_pct') / 100
  return {
    congestionControl: row['cc'] as CongestionControl,
    rateBitsPerSecond: numberIn(row, 'rate_mbit') * 1e6,
    oneWayDelayMs: numberIn(row, 'delay_ms'),
    ...(lossRatio === 0 ? {} : { loss: { kind: 'random', lossRatio } as const }),
  }
}
