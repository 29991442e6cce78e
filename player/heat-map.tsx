import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { MapAxisName } from '../simulation/map-axes.ts'
import type { MapMeasure } from '../simulation/map-figures.ts'
import { placesOf, placeStep } from '../simulation/map-plan.ts'
import { axisNumber, axisText, controlOf } from './map-axes-shown.ts'
import { drawnCell, type DrawnCell } from './map-drawing.ts'
import { nearestShown, type MapJob, type MapPlace } from './map-job.ts'
import type { WhatIf } from './what-if.ts'
import { mapMeasureOf } from './what-if-settings.ts'
import { whatIfWords } from './words.ts'

const LABELLED = 4 // every so many places of the finest map
const isSame = (a: MapPlace | undefined, b: MapPlace) => a?.column === b.column && a.row === b.row

/** The map as a grid: arrow keys move, Enter and a click choose. */
export function HeatMap({ whatIf, job }: { whatIf: WhatIf; job: MapJob }) {
  void whatIf.news.value
  const { x, y, measure: key, shown } = whatIf.settings.value
  const { size } = job.shown
  const focused = useSignal<MapPlace | undefined>(undefined)
  const grid = useRef<HTMLTableElement>(null)
  const chosen = nearestShown(whatIf.place.value ?? { column: 0, row: 0 }, size)
  const reached = focused.value === undefined ? chosen : nearestShown(focused.value, size)
  const move = (place: MapPlace) => {
    focused.value = place
    grid.current?.querySelector<HTMLElement>(`[data-place="${place.column} ${place.row}"]`)?.focus()
  }
  const places = placesOf(size)
  const measure = mapMeasureOf(key)
  return (
    <div class="map-frame">
      <AxisName axis={y} />
      <table
        ref={grid}
        role="grid"
        class={`heat-map size-${size}${shown === 'winner' ? '' : ' one-side'}`}
        aria-label={whatIfWords.mapOf(controlOf(y).label, controlOf(x).label)}
        onKeyDown={(event) => onMapKey(event, reached, size, move, () => whatIf.choose(reached))}
      >
        <tbody>
          {places.toReversed().map((row) => (
            <tr key={row}>
              <th scope="row">
                <span class={row % LABELLED === 0 ? undefined : 'visually-hidden'}>
                  {axisNumber(y, job.yValues[row] as number)}
                </span>
              </th>
              {places.map((column) => (
                <Cell
                  key={column}
                  whatIf={whatIf}
                  job={job}
                  measure={measure}
                  place={{ column, row }}
                  isChosen={isSame(chosen, { column, row })}
                  isReached={isSame(reached, { column, row })}
                  onChoose={(place) => {
                    focused.value = place
                    whatIf.choose(place)
                  }}
                />
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td />
            {places.map((column) => (
              <th key={column} scope="col">
                <span class={column % LABELLED === 0 ? undefined : 'visually-hidden'}>
                  {axisNumber(x, job.xValues[column] as number)}
                </span>
              </th>
            ))}
          </tr>
        </tfoot>
      </table>
      <AxisName axis={x} isAcross />
    </div>
  )
}

function AxisName({ axis, isAcross = false }: { axis: MapAxisName; isAcross?: boolean }) {
  const { label, unit } = controlOf(axis)
  return (
    <p class={isAcross ? 'map-axis-name across' : 'map-axis-name'} aria-hidden="true">
      {label}, {unit}
    </p>
  )
}

type CellProps = {
  readonly whatIf: WhatIf
  readonly job: MapJob
  readonly measure: MapMeasure
  readonly place: MapPlace
  readonly isChosen: boolean
  readonly isReached: boolean
  readonly onChoose: (place: MapPlace) => void
}

function Cell({ whatIf, job, measure, place, isChosen, isReached, onChoose }: CellProps) {
  const { x, y, shown } = whatIf.settings.value
  const drawn = drawnCell(job, place, measure, shown)
  const point = job.point(place)
  const label = `${axisText(y, point.y)}, ${axisText(x, point.x)}: ${drawn.label}`
  return (
    <td
      role="gridcell"
      class={classOf(drawn)}
      data-place={`${place.column} ${place.row}`}
      data-step={drawn.step}
      aria-selected={isChosen}
      aria-label={label}
      title={label}
      tabIndex={isReached ? 0 : -1}
      onClick={() => onChoose(place)}
    >
      {!drawn.isGuess && (
        <>
          <i class="map-sign" aria-hidden="true" />
          <span class="map-figure">{drawn.text}</span>
        </>
      )}
    </td>
  )
}

function classOf({ tone, isGuess, isUndecided }: DrawnCell): string {
  return ['map-cell', tone, isGuess ? 'guess' : '', isUndecided ? 'undecided' : ''].filter(Boolean).join(' ')
}

const steps: Readonly<Record<string, readonly [columns: number, rows: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  Home: [-Infinity, 0],
  End: [Infinity, 0],
  PageUp: [0, Infinity],
  PageDown: [0, -Infinity],
}

function onMapKey(
  event: KeyboardEvent,
  { column, row }: MapPlace,
  size: MapJob['shown']['size'],
  move: (place: MapPlace) => void,
  choose: () => void,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const by = steps[event.key]
  if (by === undefined && event.key !== 'Enter' && event.key !== ' ') return
  event.preventDefault()
  if (by === undefined) return choose()
  const last = (size - 1) * placeStep(size)
  const along = (place: number, count: number) =>
    Math.min(last, Math.max(0, count === 0 ? place : place + count * placeStep(size)))
  move({ column: along(column, by[0]), row: along(row, by[1]) })
}
