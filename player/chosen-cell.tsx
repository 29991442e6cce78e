import { MAP_MEASURES } from '../simulation/map-figures.ts'
import { MEASURES } from '../stream/measure-table.ts'
import { CellTimelines } from './cell-timelines.tsx'
import { Icon } from './icons.tsx'
import { axisText, controlOf } from './map-axes-shown.ts'
import { sideFigure, verdict } from './map-drawing.ts'
import type { MapJob, MapPlace } from './map-job.ts'
import { onLinkClick } from './navigation.ts'
import type { WhatIf } from './what-if.ts'
import { compareAddress, DEFAULT_SEED, mapMeasureOf } from './what-if-settings.ts'
import { sideWords, whatIfWords } from './words.ts'

/** The chosen place: what happened there, over all its seeds and in the first run; and the way to see it for real. */
export function ChosenCell({ whatIf, job, place }: { whatIf: WhatIf; job: MapJob; place: MapPlace }) {
  void whatIf.news.value
  const settings = whatIf.settings.value
  const { x, y } = settings
  const point = job.point(place)
  const measure = mapMeasureOf(settings.measure)
  const cell = job.cellAt(place, measure)
  const timelines = whatIf.chosenRun.value?.timelines
  const href = compareAddress(whatIf.video.id, whatIf.variants.at(-1)?.name, settings, whatIf.base.value, point)
  return (
    <section class="chosen-cell" aria-labelledby="chosen-title" data-place={`${place.column} ${place.row}`}>
      <div class="chosen-head">
        <h2 id="chosen-title">
          {controlOf(y).label} {axisText(y, point.y)}, {controlOf(x).label.toLowerCase()} {axisText(x, point.x)}
        </h2>
        <a class="button primary" href={href} onClick={onLinkClick} title={whatIfWords.watchTitle}>
          <Icon name="play" />
          {whatIfWords.watch}
        </a>
      </div>
      <p class="chosen-verdict">
        {MEASURES[measure.key].label}
        {': '}
        {cell === undefined ? whatIfWords.notRun : `${verdict(cell, measure)} · ${whatIfWords.seeds(cell.seeds)}`}
      </p>
      <WatchedOtherwise whatIf={whatIf} />
      {timelines !== undefined && <CellTimelines timelines={timelines} seconds={job.settings.seconds} />}
      <p class="chosen-note">{whatIfWords.firstSeed(settings.network.seed ?? DEFAULT_SEED)}</p>
      <CellFigures job={job} place={place} />
    </section>
  )
}

/** What the compare page cannot repeat of how it is watched here. */
function WatchedOtherwise({ whatIf }: { whatIf: WhatIf }) {
  const { abr } = whatIf.settings.value
  const isOtherRule = abr === 'throughput' || abr === 'bola'
  return isOtherRule ? <p class="chosen-note">{whatIfWords.watchedOtherwise}</p> : null
}

/** Every measure of which there is a map. */
function CellFigures({ job, place }: { job: MapJob; place: MapPlace }) {
  return (
    <table class="figure-table cell-figures">
      <caption class="visually-hidden">{whatIfWords.figures}</caption>
      <thead>
        <tr>
          <td />
          {(['hls', 'udp'] as const).map((side) => (
            <th key={side} scope="col">
              <i class={`mark ${side}`} aria-hidden="true" />
              {sideWords[side]}
            </th>
          ))}
          <th scope="col">{whatIfWords.difference}</th>
        </tr>
      </thead>
      <tbody>
        {MAP_MEASURES.map((measure) => {
          const cell = job.cellAt(place, measure)
          return (
            <tr key={measure.key} title={MEASURES[measure.key].definition} data-measure={measure.key}>
              <th scope="row">{MEASURES[measure.key].label}</th>
              {(['hls', 'udp'] as const).map((side) => (
                <td key={side} data-side={side} data-value={cell?.[side].mean}>
                  {cell === undefined ? '–' : sideFigure(cell, measure, side)}
                </td>
              ))}
              <td class="cell-difference">{cell === undefined ? '–' : verdict(cell, measure)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
