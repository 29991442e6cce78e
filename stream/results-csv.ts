import { MEASURE_KEYS, MEASURES, type MeasureKey } from './measure-table.ts'
import type { ViewerSide } from './record.ts'
import type { RunMeasures } from './run-measures.ts'

const SIDES: readonly ViewerSide[] = ['hls', 'udp']
const DIGITS = 6 // after the point: more than any clock here tells

/** `results.csv` of a run, RFC 4180 with a header line: a row for each side and measure that there is, in the units of
 *  measure-table.ts. */
export function writeResultsCsv(measures: RunMeasures): string {
  const rows = SIDES.flatMap((side) => MEASURE_KEYS.flatMap((key) => rowOf(side, key, measures[side][key])))
  return [['side', 'measure', 'value', 'unit', 'kind', 'definition', 'source'], ...rows].map(csvRow).join('')
}

function rowOf(side: ViewerSide, key: MeasureKey, value: number | undefined): readonly string[][] {
  if (value === undefined) return []
  const { unit, kind, definition, source } = MEASURES[key]
  return [[side, key, csvValue(key, value), unit, kind, definition, source]]
}

/** A value in the unit of its measure, to the millionth. */
export function csvValue(key: MeasureKey, value: number): string {
  return String(Number((value * MEASURES[key].perUnit).toFixed(DIGITS)) + 0) // no -0
}

/** RFC 4180 section 2: quoted where it must be. */
export function csvRow(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\r\n`
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
