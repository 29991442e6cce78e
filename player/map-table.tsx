import { useSignal } from '@preact/signals'
import type { MapMeasure } from '../simulation/map-figures.ts'
import { placesOf } from '../simulation/map-plan.ts'
import { axisText, controlOf } from './map-axes-shown.ts'
import { sideFigure, verdict } from './map-drawing.ts'
import type { MapJob } from './map-job.ts'
import type { WhatIf } from './what-if.ts'
import { mapMeasureOf } from './what-if-settings.ts'
import { sideWords, whatIfWords } from './words.ts'

/** The map as a list of figures, for who does not read it by colour. */
export function MapTable({ whatIf, job }: { whatIf: WhatIf; job: MapJob }) {
  const isOpen = useSignal(false)
  const { measure } = whatIf.settings.value
  return (
    <details class="fold map-table" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>{whatIfWords.asTable}</summary>
      {isOpen.value && <Rows whatIf={whatIf} job={job} measure={mapMeasureOf(measure)} />}
    </details>
  )
}

function Rows({ whatIf, job, measure }: { whatIf: WhatIf; job: MapJob; measure: MapMeasure }) {
  void whatIf.news.value
  const { x, y } = whatIf.settings.value
  const places = placesOf(job.shown.size)
  return (
    <div class="map-table-scroll" tabIndex={0} role="region" aria-label={whatIfWords.asTable}>
      <table class="figure-table">
        <thead>
          <tr>
            <th scope="col">{controlOf(y).label}</th>
            <th scope="col">{controlOf(x).label}</th>
            <th scope="col">{sideWords.hls}</th>
            <th scope="col">{sideWords.udp}</th>
            <th scope="col">{whatIfWords.difference}</th>
            <th scope="col">{whatIfWords.seedsHead}</th>
          </tr>
        </thead>
        <tbody>
          {places.flatMap((row) =>
            places.map((column) => (
              <Row key={`${column} ${row}`} job={job} place={{ column, row }} measure={measure} />
            )),
          )}
        </tbody>
      </table>
    </div>
  )
}

function Row({ job, place, measure }: { job: MapJob; place: { column: number; row: number }; measure: MapMeasure }) {
  const { x, y } = job.settings
  const point = job.point(place)
  const cell = job.cellAt(place, measure)
  return (
    <tr>
      <td>{axisText(y, point.y)}</td>
      <td>{axisText(x, point.x)}</td>
      <td>{cell === undefined ? '–' : sideFigure(cell, measure, 'hls')}</td>
      <td>{cell === undefined ? '–' : sideFigure(cell, measure, 'udp')}</td>
      <td>{cell === undefined ? whatIfWords.notRun : verdict(cell, measure)}</td>
      <td>{cell?.seeds ?? 0}</td>
    </tr>
  )
}
