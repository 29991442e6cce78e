import { modelVideo } from '../simulation/model-video.ts'
import { plannedRun } from '../simulation/planned-runs.ts'
import { playRun } from '../simulation/play-run.ts'
import { timelineOf } from '../simulation/run-timeline.ts'
import type { Scenario } from '../simulation/scenario.ts'
import type { GuidedAnswer, GuidedOrder } from './guided-messages.ts'

/** Makes the runs of one order, and is then left to itself. */
addEventListener('message', ({ data: { scenario, places } }: MessageEvent<GuidedOrder>) => {
  try {
    for (const answer of answersTo(scenario, places)) postMessage(answer)
  } catch (error) {
    postMessage({ ok: false, message: (error as Error).message } satisfies GuidedAnswer)
  }
})

function* answersTo(scenario: Scenario, places: readonly number[]): Generator<GuidedAnswer> {
  const { source, durationSeconds, seeds } = scenario
  if (source.kind !== 'model') throw new RangeError(`expected a modelled video, got ${source.kind}`)
  const video = modelVideo(source)
  for (const place of places) {
    const run = playRun(scenario, video, place)
    const isDrawn = run.seed === seeds[0]
    const timeline = isDrawn ? timelineOf(plannedRun(scenario, place), video, durationSeconds) : undefined
    yield { ok: true, run, ...(timeline === undefined ? {} : { timeline }) }
  }
}
