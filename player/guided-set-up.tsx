import type { LinkProfile } from '../link/profile.ts'
import type { AxisName, Scenario } from '../simulation/scenario.ts'
import { describeNetwork } from './describe-network.ts'
import { formatMegabits } from './format.ts'
import { lookOf } from './guided-bars.ts'
import { SideLabel } from './guided-label.tsx'
import type { GuidedPage } from './guided-page-file.ts'
import { describeSide, guidedWords as words } from './guided-words.ts'
import { networkRowWords } from './words.ts'

/** Which sides watch what over which lines, as two small tables. */
export function SetUp({ scenario, page }: { scenario: Scenario; page: GuidedPage }) {
  const { source, durationSeconds, sides } = scenario
  const variants = source.kind === 'model' ? source.variants.map(variantText).join('; ') : source.kind
  return (
    <section class="guided-set-up" aria-labelledby="guided-set-up">
      <h2 id="guided-set-up">{words.setUp}</h2>
      <p>{words.setUpNote(durationSeconds, variants)}</p>
      <dl class="guided-sides">
        {sides.map(({ name, spec }) => (
          <div key={name}>
            <dt>
              <SideLabel look={lookOf(spec)} name={page.names[name] ?? name} />
            </dt>
            <dd>{describeSide(spec)}</dd>
          </div>
        ))}
      </dl>
      <LineTable scenario={scenario} page={page} />
    </section>
  )
}

function variantText({ name, bitsPerSecond }: { readonly name: string; readonly bitsPerSecond: number }): string {
  return `${name}, ${formatMegabits(bitsPerSecond)} Mbit/s`
}

/** A column a network, a row a property; what the grid varies has its values. */
function LineTable({ scenario: { networks, grid }, page }: { scenario: Scenario; page: GuidedPage }) {
  const columns = networks.map(({ profile }) => new Map(lineRows(profile)))
  const varied = new Map<string, string>(
    grid.map(({ name, values }) => [words.axisNames[name], values.map(axisText(name)).join(' · ')]),
  )
  const labels = [...new Set(columns.flatMap((column) => [...column.keys()]))].filter((label) => !varied.has(label))
  return (
    <table class="guided-lines">
      <caption class="visually-hidden">{words.lines}</caption>
      {networks.length > 1 && (
        <thead>
          <tr>
            <td />
            {networks.map(({ name }) => (
              <th key={name} scope="col">
                {page.names[name] ?? name}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {[...varied].map(([label, values]) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td colSpan={networks.length}>{values}</td>
          </tr>
        ))}
        {labels.map((label) => (
          <PropertyRow key={label} label={label} values={columns.map((column) => column.get(label) ?? words.none)} />
        ))}
      </tbody>
    </table>
  )
}

/** One cell where all lines are alike. */
function PropertyRow({ label, values }: { label: string; values: readonly string[] }) {
  const isShared = new Set(values).size === 1
  return (
    <tr>
      <th scope="row">{label}</th>
      {isShared ? (
        <td colSpan={values.length}>{values[0]}</td>
      ) : (
        values.map((value, index) => <td key={index}>{value}</td>)
      )}
    </tr>
  )
}

const LEFT_OUT: readonly string[] = [
  networkRowWords.preset,
  networkRowWords.seed,
  networkRowWords.sharing,
  networkRowWords.changes,
]

function lineRows(profile: LinkProfile): readonly (readonly [string, string])[] {
  const changes = (profile.changes ?? []).map(({ atSeconds, set }) => {
    const { rateBitsPerSecond } = (set['downlink'] ?? {}) as { readonly rateBitsPerSecond?: number }
    return words.change(
      atSeconds,
      rateBitsPerSecond === undefined ? '…' : `${formatMegabits(rateBitsPerSecond)} Mbit/s`,
    )
  })
  return [
    ...describeNetwork(profile)
      .filter(([label]) => !LEFT_OUT.includes(label))
      .map(([label, value]) => [label, label === networkRowWords.rate ? (dips(profile) ?? value) : value] as const),
    ...(changes.length === 0 ? [] : [[networkRowWords.changes, changes.join('; ')] as const]),
  ]
}

/** A rate that falls again and again, with its numbers. */
function dips({ downlink: { generator } }: LinkProfile): string | undefined {
  if (generator?.kind !== 'spike') return undefined
  const { rateBitsPerSecond, spikeRateBitsPerSecond, spikeSeconds, periodSeconds } = generator
  const [usual, other] = [rateBitsPerSecond, spikeRateBitsPerSecond].map((rate) => `${formatMegabits(rate)} Mbit/s`)
  return words.dips(`${usual}`, `${other}`, spikeSeconds, periodSeconds)
}

const axisText = (name: AxisName) => (value: number) => words.axisValues[name](value)
