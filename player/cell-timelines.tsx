import { TIMELINE_SLOT_MS, type SideTimeline } from '../simulation/side-timeline.ts'
import { sideWords, whatIfWords } from './words.ts'

const HEIGHT = 48
const MOST_BUFFER_SECONDS = 10
const FEWEST_MOST_PACKETS = 20 // so that one lost packet is no cliff
const TICK_SECONDS = { 20: 5, 60: 10 } as const

/** HLS and UDP of one run below each other, on one axis of time. */
export function CellTimelines({ timelines, seconds }: { timelines: readonly SideTimeline[]; seconds: number }) {
  const tick = seconds > 20 ? TICK_SECONDS[60] : TICK_SECONDS[20]
  const ticks = Array.from({ length: Math.floor(seconds / tick) + 1 }, (_, index) => index * tick)
  return (
    <div class="cell-timelines">
      {timelines.map((timeline) => (
        <SideRow key={timeline.side} timeline={timeline} seconds={seconds} />
      ))}
      <div class="timeline-ticks" aria-hidden="true">
        {ticks.map((at) => (
          <span key={at} style={{ left: `${(100 * at) / seconds}%` }}>
            {at} s
          </span>
        ))}
      </div>
      <TimelineLegend />
    </div>
  )
}

const legend = [
  { mark: 'waiting', y: 0, height: 10 },
  { mark: 'standing', y: 0, height: 10 },
  { mark: 'buffer', y: 0, height: 10 },
  { mark: 'missing', y: 0, height: 10 },
  { mark: 'repaired', y: 0, height: 10 },
  { mark: 'damaged', y: 6, height: 4 }, // a strip at the foot
] as const

const isBar = (mark: string): boolean => mark === 'missing' || mark === 'repaired'

function TimelineLegend() {
  return (
    <ul class="timeline-legend">
      {legend.map(({ mark, y, height }) => (
        <li key={mark}>
          <svg viewBox="0 0 16 10" aria-hidden="true">
            <rect class={mark} x={isBar(mark) ? 5 : 0} y={y} width={isBar(mark) ? 5 : 16} height={height} />
          </svg>
          {whatIfWords.timelineLegend[mark]}
        </li>
      ))}
    </ul>
  )
}

function SideRow({ timeline, seconds }: { timeline: SideTimeline; seconds: number }) {
  const { side } = timeline
  const said = whatIfWords.timeline[side](figuresOf(timeline))
  return (
    <figure class="side-timeline" data-side={side}>
      <figcaption>
        <i class={`mark ${side}`} aria-hidden="true" />
        <strong>{sideWords[side]}</strong> <span>{said}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${seconds * 1000} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${sideWords[side]}: ${said}`}
      >
        <defs>
          <pattern
            id={`standing-${side}`}
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform={`scale(${seconds} 1)`}
          >
            <path class="standing-line" d="M0 6 6 0M-1 1 1-1M5 7 7 5" />
          </pattern>
        </defs>
        <Waiting timeline={timeline} seconds={seconds} />
        {side === 'hls' ? <Buffer timeline={timeline} seconds={seconds} /> : <Missing timeline={timeline} />}
        {timeline.standstills.map(({ fromMs, toMs }) => (
          <g key={fromMs}>
            <rect class="standing" x={fromMs} y={0} width={toMs - fromMs} height={HEIGHT} />
            <rect fill={`url(#standing-${side})`} x={fromMs} y={0} width={toMs - fromMs} height={HEIGHT} />
          </g>
        ))}
        {timeline.damaged.map(({ fromMs, toMs }) => (
          <rect key={fromMs} class="damaged" x={fromMs} y={HEIGHT - 6} width={toMs - fromMs} height={6} />
        ))}
      </svg>
    </figure>
  )
}

/** From the wish to play until the first picture, or to the end. */
function Waiting({ timeline, seconds }: { timeline: SideTimeline; seconds: number }) {
  return <rect class="waiting" x={0} y={0} width={timeline.startupMs ?? seconds * 1000} height={HEIGHT} />
}

function Buffer({ timeline, seconds }: { timeline: SideTimeline; seconds: number }) {
  const heightOf = (buffered: number) =>
    HEIGHT - (Math.min(buffered, MOST_BUFFER_SECONDS) / MOST_BUFFER_SECONDS) * HEIGHT
  const points = timeline.bufferSeconds.map((buffered, slot) => `${slot * TIMELINE_SLOT_MS} ${heightOf(buffered)}`)
  const endMs = seconds * 1000
  const atEnd = heightOf(timeline.bufferSeconds.at(-1) ?? 0)
  return <path class="buffer" d={`M0 ${HEIGHT}L${points.join('L')}L${endMs} ${atEnd}L${endMs} ${HEIGHT}Z`} />
}

/** Packets that never came, and above them those that were sent again in time. */
function Missing({ timeline: { missingPackets, repairedPackets } }: { timeline: SideTimeline }) {
  const most = Math.max(FEWEST_MOST_PACKETS, ...missingPackets.map((packets, slot) => packets + repairedIn(slot)))
  function repairedIn(slot: number): number {
    return repairedPackets[slot] ?? 0
  }
  return missingPackets.flatMap((missing, slot) => [
    <Packets key={`${slot} missing`} mark="missing" slot={slot} from={0} to={missing / most} />,
    <Packets
      key={`${slot} repaired`}
      mark="repaired"
      slot={slot}
      from={missing / most}
      to={(missing + repairedIn(slot)) / most}
    />,
  ])
}

type PacketsProps = {
  readonly mark: 'missing' | 'repaired'
  readonly slot: number
  readonly from: number // of the height
  readonly to: number
}

function Packets({ mark, slot, from, to }: PacketsProps) {
  if (to === from) return null
  return (
    <rect
      class={mark}
      x={slot * TIMELINE_SLOT_MS}
      y={HEIGHT * (1 - to)}
      width={TIMELINE_SLOT_MS * 0.8}
      height={HEIGHT * (to - from)}
    />
  )
}

function figuresOf({ startupMs, standstills, missingPackets, repairedPackets, damaged }: SideTimeline) {
  const lengthMs = (spans: SideTimeline['standstills']) =>
    spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  return {
    startupSeconds: startupMs === undefined ? undefined : startupMs / 1000, // ms to s
    standstills: standstills.length,
    standingSeconds: lengthMs(standstills) / 1000,
    missingPackets: sumOf(missingPackets),
    repairedPackets: sumOf(repairedPackets),
    damagedSeconds: lengthMs(damaged) / 1000,
  }
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
