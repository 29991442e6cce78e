import { counterRows, mainRows, repairRows, type CounterRow, type Counters } from './counters.ts'
import { formatCount } from './format.ts'
import type { PaneName, SideName } from './settings.ts'
import type { SideStatus } from './side.ts'
import { detailWords, figureWords } from './words.ts'

function Value({ row, counters }: { row: CounterRow; counters: Counters }) {
  const value = counters[row.key]
  if (row.isOfPictures && counters.hasPictures === false)
    return <span class="figure-none">{figureWords.noPictures}</span>
  if (value === undefined) return <span class="figure-none">–</span>
  return (
    <>
      {row.show(value)}
      {row.unit !== '' && <small>{row.unit}</small>}
    </>
  )
}

const isFaulty = (row: CounterRow, value: number | undefined): boolean => row.isFault && (value ?? 0) > 0

function MainFigure({ row, counters }: { row: CounterRow; counters: Counters }) {
  const value = counters[row.key]
  return (
    <div class={isFaulty(row, value) ? 'figure faulty' : 'figure'} title={row.definition} data-counter={row.key}>
      <dt>{row.label}</dt>
      <dd>
        {row.key === 'stallSeconds' && value !== undefined && (
          <span class="figure-times">{formatCount(counters.stallCount ?? 0)}×</span>
        )}
        <Value row={row} counters={counters} />
      </dd>
    </div>
  )
}

/** What repair is worth and what it costs. */
export function RepairFigures({ counters }: { counters: Counters }) {
  return (
    <dl class="repair-figures">
      {repairRows.map((row) => (
        <MainFigure key={row.key} row={row} counters={counters} />
      ))}
    </dl>
  )
}

/** The few large figures of one side, each always in its place. */
export function MainFigures({ side, counters }: { side: SideName; counters: Counters }) {
  return (
    <dl class="main-figures">
      {mainRows[side].map((row) => (
        <MainFigure key={row.key} row={row} counters={counters} />
      ))}
    </dl>
  )
}

export type ShownSide = { readonly name: PaneName; readonly title: string; readonly status: SideStatus }

/** Those that only the way of this side has. */
export function OwnFigures({ name, title, status }: ShownSide) {
  if (status.ownFigures === undefined) return null
  return (
    <table class="figure-table">
      <caption class="visually-hidden">{detailWords.ownFiguresOf(title)}</caption>
      <tbody>
        {status.ownFigures.map(({ label, value }) => (
          <tr key={label}>
            <th scope="row">
              <i class={`mark ${name === 'hls' ? 'hls' : 'udp'}`} aria-hidden="true" />
              {label}
            </th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** All of them, a column a side. */
export function FigureTable({ sides }: { sides: readonly ShownSide[] }) {
  return (
    <table class="figure-table">
      <caption class="visually-hidden">{detailWords.figuresCaption}</caption>
      <thead>
        <tr>
          <td />
          {sides.map(({ name, title }) => (
            <th key={name} scope="col">
              <i class={`mark ${name === 'hls' ? 'hls' : 'udp'}`} aria-hidden="true" />
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {counterRows.map((row) => (
          <tr key={row.key} title={row.definition}>
            <th scope="row">{row.label}</th>
            {sides.map(({ name, status: { counters } }) => (
              <td key={name} class={isFaulty(row, counters[row.key]) ? 'faulty' : undefined}>
                <Value row={row} counters={counters} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
