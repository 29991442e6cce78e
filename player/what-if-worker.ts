import { readOutline, type Outline } from '../protocol/outline.ts'
import { runExperiment, type SimulatedVideo } from '../simulation/experiment.ts'
import { SideTimelineFold } from '../simulation/side-timeline.ts'
import { videoStart } from '../simulation/video-start.ts'
import type { FromSimulation, RunAnswer, RunOrder, ToSimulation } from './what-if-messages.ts'

/** Runs experiments, one a message: whoever sends no more of them has cancelled the rest. */
let video: SimulatedVideo | undefined
/** The same outlines for all runs of a length: what is planned of one is found again. */
const starts = new Map<number, SimulatedVideo>()

addEventListener('message', ({ data }: MessageEvent<ToSimulation>) => {
  if (data.kind === 'open') video = { title: data.title, outlines: data.outlines.map(outlineOf) }
  else postMessage(answerTo(data.order) satisfies FromSimulation)
})

/** As one that has ended: what is still being segmented is watched as far as it goes. */
function outlineOf(text: string): Outline {
  const outline = readOutline(text)
  if (!outline.ok) throw new Error(`outline.json: ${JSON.stringify(outline.fault)}`)
  return { ...outline.value, ended: true }
}

function answerTo(order: RunOrder): RunAnswer {
  try {
    return run(order, startFor(order.seconds))
  } catch (error) {
    return { ok: false, message: (error as Error).message }
  }
}

function startFor(seconds: number): SimulatedVideo {
  if (video === undefined) throw new Error('expected a video before a run')
  const known = starts.get(seconds)
  if (known !== undefined) return known
  const start = videoStart(video, seconds)
  starts.set(seconds, start)
  return start
}

function run({ profile, sides, seconds, withTimelines }: RunOrder, start: SimulatedVideo): RunAnswer {
  const experiment = { video: start, sides, profile, durationSeconds: seconds }
  if (!withTimelines) return { ok: true, outcomes: runExperiment(experiment), timelines: [] }
  const frameIntervalMs = 1000 / (start.outlines.at(-1)?.video?.framesPerSecond || 30)
  const folds = new Map(
    sides.map(({ name, spec }) => [
      name,
      new SideTimelineFold(spec.kind === 'udp' ? 'udp' : 'hls', start.outlines, frameIntervalMs),
    ]),
  )
  const outcomes = runExperiment({ ...experiment, watch: (side, event) => folds.get(side)?.add(event) })
  return { ok: true, outcomes, timelines: [...folds.values()].map((fold) => fold.at(seconds * 1000)) } // s to ms
}
