import { MEASURES } from '../stream/measure-table.ts'
import type { MapMeasure } from '../simulation/map-figures.ts'
import { differenceText, roundText, STEPS, withUnit } from './map-drawing.ts'
import type { MapJob } from './map-job.ts'
import { ProgressBar } from './progress-bar.tsx'
import type { WhatIf } from './what-if.ts'
import type { MapShown } from './what-if-settings.ts'
import { sideWords, whatIfWords } from './words.ts'

/** The colours and what they stand for, with the shapes that say the same. */
export function MapLegend({ measure, shown }: { measure: MapMeasure; shown: MapShown }) {
  return (
    <div class="map-legend">
      {shown === 'winner' ? <WinnerScale measure={measure} /> : <SideScale measure={measure} side={shown} />}
      <ul class="map-signs">
        <li>
          <i class="map-cell guess even" aria-hidden="true" />
          {whatIfWords.legend.guess}
        </li>
        {shown === 'winner' && (
          <li>
            <i class="map-cell even undecided" aria-hidden="true">
              <i class="map-sign" />
            </i>
            {whatIfWords.legend.undecided}
          </li>
        )}
      </ul>
      <p class="map-definition">
        {MEASURES[measure.key].label}
        {': '}
        {MEASURES[measure.key].definition}
      </p>
    </div>
  )
}

function WinnerScale({ measure }: { measure: MapMeasure }) {
  return (
    <div class="map-scale">
      <span>
        <i class="mark" aria-hidden="true" />
        {whatIfWords.legend.better.hls(roundText(differenceText(measure, measure.fullDifference)))}
      </span>
      <Swatches tone="hls" steps={STEPS.toReversed()} />
      <span class="map-swatches">
        <i class="map-cell even" data-step={0} aria-hidden="true" />
      </span>
      <Swatches tone="udp" steps={STEPS} />
      <span>
        {whatIfWords.legend.better.udp(roundText(differenceText(measure, measure.fullDifference)))}
        <i class="mark udp" aria-hidden="true" />
      </span>
    </div>
  )
}

function SideScale({ measure, side }: { measure: MapMeasure; side: 'hls' | 'udp' }) {
  const { emptyValue = 0, fullValue } = measure
  const valueText = (value: number) => roundText(withUnit(measure, value))
  return (
    <div class="map-scale">
      <span>
        <i class={`mark ${side}`} aria-hidden="true" />
        {sideWords[side]} {emptyValue > 0 ? whatIfWords.legend.orLess(valueText(emptyValue)) : valueText(0)}
      </span>
      <Swatches tone={side} steps={[0, ...STEPS]} />
      <span>{fullValue === 1 ? valueText(1) : whatIfWords.legend.orMore(valueText(fullValue))}</span>
    </div>
  )
}

function Swatches({ tone, steps }: { tone: 'hls' | 'udp'; steps: readonly number[] }) {
  return (
    <span class="map-swatches" aria-hidden="true">
      {steps.map((step) => (
        <i key={step} class={`map-cell ${tone}`} data-step={step} />
      ))}
    </span>
  )
}

/** How far the map has come, and how far it can be trusted so far. */
export function MapStatus({ whatIf, job }: { whatIf: WhatIf; job: MapJob }) {
  void whatIf.news.value
  const whole = job.wholeStage
  return (
    <div
      class="map-status"
      data-runs={job.doneRuns}
      data-under-way={job.underWayRuns}
      data-size={whole?.size ?? 0}
      data-seeds={whole?.seeds ?? 0}
    >
      <p role="status">
        <strong>{whatIfWords.modelled}</strong>
        {' · '}
        {whole === undefined ? whatIfWords.beginning : whatIfWords.state(whole.size, whole.seeds, whole.seconds)}
        {!job.isDone && whole !== undefined && ` · ${whatIfWords.refining}`}
      </p>
      {!job.isDone && <ProgressBar ratio={job.doneRuns / job.allRuns} label={whatIfWords.progress} />}
    </div>
  )
}
