import type { LabRun } from '../simulation/lab-results.ts'
import type { RunTimeline, SideColumns } from '../simulation/run-timeline.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { formatMegabits } from './format.ts'
import { lookOf } from './guided-bars.ts'
import { guidedWords as words } from './guided-words.ts'

const HEIGHT = 48
const DAMAGE_HEIGHT = 6

type TimelineProps = {
  readonly timeline: RunTimeline
  readonly run: LabRun
  readonly scenario: Scenario
  readonly names: Readonly<Record<string, string>>
}

/** The sides of one run below each other, on one axis of time and one scale. */
export function GuidedTimeline({ timeline, run, scenario, names }: TimelineProps) {
  const { durationSeconds, sides } = timeline
  const most = Math.max(1, ...sides.flatMap(({ deliveredBitsPerSecond }) => deliveredBitsPerSecond))
  const tick = durationSeconds > 20 ? 10 : durationSeconds > 10 ? 5 : 2
  const ticks = Array.from({ length: Math.floor(durationSeconds / tick) + 1 }, (_, index) => index * tick)
  return (
    <div class="guided-timelines cell-timelines">
      {sides.map((columns) => (
        <SideRow
          key={columns.name}
          columns={columns}
          timeline={timeline}
          run={run}
          most={most}
          name={names[columns.name] ?? columns.name}
          look={lookOf(scenario.sides.find(({ name }) => name === columns.name)!.spec)}
        />
      ))}
      <div class="timeline-ticks" aria-hidden="true">
        {ticks.map((at) => (
          <span key={at} style={{ left: `${(100 * at) / durationSeconds}%` }}>
            {at} s
          </span>
        ))}
      </div>
      <Legend />
      <p class="chosen-note">{words.timelineNote(formatMegabits(most))}</p>
    </div>
  )
}

type RowProps = {
  readonly columns: SideColumns
  readonly timeline: RunTimeline
  readonly run: LabRun
  readonly most: number // bit/s, at the top
  readonly name: string
  readonly look: string
}

function SideRow({ columns, timeline, run, most, name, look }: RowProps) {
  const { durationSeconds, binSeconds } = timeline
  const measures = run.sides.find((side) => side.name === columns.name)?.measures
  const startupMs = measures?.startupMs
  const said = words.timelineSays({
    startupMs,
    freezeCount: measures?.freezeCount ?? 0,
    freezeMs: measures?.freezeMs ?? 0,
    damagedFrames: measures?.damagedFrames ?? 0,
  })
  const waitingSeconds = Math.min(durationSeconds, startupMs === undefined ? durationSeconds : startupMs / 1000) // ms to s
  return (
    <figure class="side-timeline" data-side={look}>
      <figcaption>
        <i class={`mark ${look}`} aria-hidden="true" />
        <strong>{name}</strong> <span>{said}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${durationSeconds} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${said}`}
      >
        <rect class="waiting" x={0} y={0} width={waitingSeconds} height={HEIGHT} />
        <path class={`rate ${look}`} d={ratePath(columns, binSeconds, most)} />
        {columns.still.map(({ fromSeconds, toSeconds }) => (
          <rect
            key={fromSeconds}
            class="standing"
            x={fromSeconds}
            y={0}
            width={toSeconds - fromSeconds}
            height={HEIGHT}
          />
        ))}
        {columns.damagedFrames.map((frames, bin) =>
          frames === 0 ? null : (
            <rect
              key={bin}
              class="damage"
              x={bin * binSeconds}
              y={HEIGHT - DAMAGE_HEIGHT}
              width={binSeconds}
              height={DAMAGE_HEIGHT}
            />
          ),
        )}
      </svg>
    </figure>
  )
}

/** Steps: within a bin nothing is known of when it came. */
function ratePath({ deliveredBitsPerSecond }: SideColumns, binSeconds: number, most: number): string {
  const heightOf = (rate: number) => HEIGHT - (rate / most) * HEIGHT
  const steps = deliveredBitsPerSecond.map(
    (rate, bin) => `L${bin * binSeconds} ${heightOf(rate)}L${(bin + 1) * binSeconds} ${heightOf(rate)}`,
  )
  return `M0 ${HEIGHT}${steps.join('')}L${deliveredBitsPerSecond.length * binSeconds} ${HEIGHT}Z`
}

const legend = ['waiting', 'rate', 'standing', 'damaged'] as const

function Legend() {
  return (
    <ul class="timeline-legend">
      {legend.map((mark) => (
        <li key={mark}>
          <svg viewBox="0 0 16 10" aria-hidden="true">
            <rect
              class={mark === 'damaged' ? 'damage' : mark}
              x={0}
              y={mark === 'damaged' ? 6 : 0}
              width={16}
              height={mark === 'damaged' ? 4 : 10}
            />
          </svg>
          {words.timelineLegend[mark]}
        </li>
      ))}
    </ul>
  )
}
