import { counterRows, type CounterRow, type Counters } from './counters.ts'

function Counter({ row, value }: { row: CounterRow; value: number | undefined }) {
  const faulty = row.isFault && value !== undefined && value > 0
  return (
    <div class={faulty ? 'counter faulty' : 'counter'} title={row.definition} data-counter={row.key}>
      <dt>{row.label}</dt>
      <dd>
        {value === undefined ? (
          <span class="counter-none" aria-label="nothing to count">
            –
          </span>
        ) : (
          <>
            {row.show(value)}
            {row.unit !== '' && <small>{row.unit}</small>}
          </>
        )}
      </dd>
    </div>
  )
}

/** Ten figures, each always in its place. */
export function CounterGrid({ counters }: { counters: Counters }) {
  return (
    <dl class="counters" aria-label="Measured in this page">
      {counterRows.map((row) => (
        <Counter key={row.key} row={row} value={counters[row.key]} />
      ))}
    </dl>
  )
}
