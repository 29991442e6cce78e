import { formatMeasure, MEASURE_KEYS, MEASURES, type MeasureKey } from '../stream/measure-table.ts'
import type { RunMeasures } from '../stream/run-measures.ts'
import { reportWords, sideWords } from './words.ts'

const SIDES = ['hls', 'udp'] as const

export type MeasureTableProps = {
  readonly measures: RunMeasures
  readonly areDefinitionsShown?: boolean // else each unfolds
}

/** All measures of both sides that there are, each with what it means and how it is known. */
export function MeasureTable({ measures, areDefinitionsShown = false }: MeasureTableProps) {
  const keys = MEASURE_KEYS.filter((key) => SIDES.some((side) => measures[side][key] !== undefined))
  return (
    <table class="measure-table">
      <caption class="visually-hidden">{reportWords.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{reportWords.measure}</th>
          {SIDES.map((side) => (
            <th key={side} scope="col">
              <i class={`mark ${side}`} aria-hidden="true" />
              {sideWords[side]}
            </th>
          ))}
          <th scope="col" class="measure-kind">
            {reportWords.kind}
          </th>
        </tr>
      </thead>
      {keys.map((key) => (
        <tbody key={key} data-measure={key}>
          <tr>
            <th scope="row">{areDefinitionsShown ? MEASURES[key].label : <FoldedDefinition measure={key} />}</th>
            {SIDES.map((side) => (
              <Value key={side} side={side} measure={key} value={measures[side][key]} />
            ))}
            <td class="measure-kind">{MEASURES[key].kind}</td>
          </tr>
          {areDefinitionsShown && (
            <tr>
              <td class="measure-definition" colSpan={4}>
                {definitionOf(key)}
              </td>
            </tr>
          )}
        </tbody>
      ))}
    </table>
  )
}

function FoldedDefinition({ measure }: { measure: MeasureKey }) {
  const said = definitionOf(measure)
  return (
    <details>
      <summary title={said}>{MEASURES[measure].label}</summary>
      <p class="measure-definition">{said}</p>
    </details>
  )
}

function definitionOf(measure: MeasureKey): string {
  const { definition, kind, source } = MEASURES[measure]
  return `${definition} ${kind.charAt(0).toUpperCase()}${kind.slice(1)}; ${source}.`
}

/** `data-value` is the number itself, in the units of stream/measure-table.ts, for whoever reads the page by program. */
function Value({ side, measure, value }: { side: string; measure: MeasureKey; value: number | undefined }) {
  if (value === undefined) {
    return (
      <td data-side={side} class="measure-none" aria-label={reportWords.none}>
        –
      </td>
    )
  }
  const { unit } = MEASURES[measure]
  return (
    <td data-side={side} data-value={value}>
      {formatMeasure(measure, value)}
      {unit !== '' && <small>{unit}</small>}
    </td>
  )
}
