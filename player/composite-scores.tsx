import { compositeScore, SCORE_FORMULA, scoreScaleOf, type CompositeScore } from '../stream/composite-score.ts'
import type { RunMeasures } from '../stream/run-measures.ts'
import { scoreWords, sideWords } from './words.ts'

const SIDES = ['hls', 'udp'] as const

export type CompositeScoresProps = {
  readonly measures: RunMeasures
  readonly variants: readonly { readonly bandwidthBitsPerSecond: number }[] // of the video
}

/** One number for each side that has one, never without its terms and the formula. */
export function CompositeScores({ measures, variants }: CompositeScoresProps) {
  const scale = scoreScaleOf(variants)
  if (scale === undefined) return null
  const scores = SIDES.map((side) => ({ side, score: compositeScore(measures[side], scale) }))
  const terms = scores.find(({ score }) => score !== undefined)?.score?.terms
  if (terms === undefined) return null
  return (
    <table class="measure-table composite-score">
      <caption>
        {scoreWords.title}
        <span class="measure-definition">{SCORE_FORMULA}</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">{scoreWords.term}</th>
          {SIDES.map((side) => (
            <th key={side} scope="col">
              <i class={`mark ${side}`} aria-hidden="true" />
              {sideWords[side]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {terms.map(({ name, formula }, index) => (
          <tr key={name}>
            <th scope="row">
              {name} <span class="measure-definition">{formula}</span>
            </th>
            {scores.map(({ side, score }) => (
              <Rate key={side} kilobitsPerSecond={score?.terms[index]?.kilobitsPerSecond} />
            ))}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <Total scores={scores} />
      </tfoot>
    </table>
  )
}

type SideScore = { readonly side: (typeof SIDES)[number]; readonly score: CompositeScore | undefined }

function Total({ scores }: { scores: readonly SideScore[] }) {
  return (
    <tr>
      <th scope="row">{scoreWords.total}</th>
      {scores.map(({ side, score }) => (
        <Rate key={side} kilobitsPerSecond={score?.kilobitsPerSecond} />
      ))}
    </tr>
  )
}

function Rate({ kilobitsPerSecond }: { kilobitsPerSecond: number | undefined }) {
  if (kilobitsPerSecond === undefined) return <td class="measure-none">–</td>
  return <td>{String(Math.round(kilobitsPerSecond)).replace('-', '−')}</td>
}
