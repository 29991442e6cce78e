import type { RunTimeline, SideColumns } from '../../simulation/run-timeline.ts'
import type { Markup } from '../svg/markup.ts'
import { timelineChart, type TimeStrip } from '../svg/timeline-chart.ts'
import { figures, legend, paragraph, section, type DrawnSide, type Figure } from './page-parts.ts'
import { counted, showPlace } from './wording.ts'

const MOST_TIMELINES = 12

export type TimelineSection = { readonly markup: readonly Markup[]; readonly figures: readonly Figure[] }

/** Single runs over time: what came, what was kept in the buffer, when the picture stood still or was damaged. */
export function timelineSection(timelines: readonly RunTimeline[], sides: readonly DrawnSide[]): TimelineSection {
  if (timelines.length === 0) return { markup: [], figures: [] }
  const drawn = timelines.slice(0, MOST_TIMELINES).map((timeline) => timelineFigure(timeline, sides))
  const markup = section('Over time', legend(sides), paragraph(said, 'note'), figures(drawn))
  return { markup: [markup], figures: drawn }
}

const said =
  'One run of each network, under its first seed: an example, no proof. The strips below are the sides: dark where the picture stood still, coloured where it was damaged.'

function timelineFigure(timeline: RunTimeline, sides: readonly DrawnSide[]): Figure {
  const { network, axes, seed, durationSeconds, binSeconds } = timeline
  const styled = timeline.sides.flatMap((side) => {
    const drawn = sides.find(({ name }) => name === side.name)
    return drawn === undefined ? [] : [{ ...side, style: drawn.style }]
  })
  const place = `${showPlace(network, axes)}, seed ${seed}`
  const delivered = styled.map(({ style, deliveredBitsPerSecond }) => ({
    style,
    values: deliveredBitsPerSecond.map((bits) => bits / 1_000_000), // bit to Mbit
  }))
  const buffers = styled.map(({ style, bufferSeconds }) => ({ style, values: bufferSeconds }))
  return {
    title: place,
    drawing: timelineChart({
      seconds: durationSeconds,
      binSeconds,
      panels: [
        { label: 'Delivered, Mbit/s', lines: delivered },
        { label: 'Buffer, s', lines: buffers },
      ],
      strips: styled.map((side) => ({ style: side.style, ...stripOf(side, binSeconds) })),
      label: `${place}, over time`,
    }),
    table: {
      caption: place,
      head: ['Side', 'Stood still', 'For', 'Damaged frames'],
      rows: timeline.sides.map(({ name, still, damagedFrames }) => {
        const seconds = still.reduce((sum, { fromSeconds, toSeconds }) => sum + toSeconds - fromSeconds, 0)
        const frames = damagedFrames.reduce((sum, count) => sum + count, 0)
        return [name, counted(still.length, 'time'), `${seconds.toFixed(1)}\u00a0s`, String(frames)]
      }),
    },
    plotted: { chart: 'timeline', measure: 'time', network, axes, seed, binSeconds, sides: timeline.sides },
  }
}

function stripOf({ name, still, damagedFrames }: SideColumns, binSeconds: number): Omit<TimeStrip, 'style'> {
  return {
    still: still.map(({ fromSeconds, toSeconds }) => ({
      from: fromSeconds,
      to: toSeconds,
      said: `${name} stood still from ${fromSeconds.toFixed(1)} to ${toSeconds.toFixed(1)} s`,
    })),
    damaged: damagedFrames.flatMap((frames, index) => {
      if (frames === 0) return []
      const from = index * binSeconds
      return [{ from, to: from + binSeconds, said: `${name}: ${frames} damaged frames at ${from.toFixed(1)} s` }]
    }),
  }
}
