import type { RunReport } from '../stream/run-report.ts'
import { readCompareSettings } from './settings.ts'
import { pairWords, reportWords, sideWords } from './words.ts'

/** What was run, in words, a row a property: the video, and how each side was set. */
export function describeRun({ run, head }: Pick<RunReport, 'run' | 'head'>): readonly (readonly [string, string])[] {
  const { page, framesPerSecond } = head.scenario
  const rows: (readonly [string, string])[] = [[reportWords.facts.video, `${run.title} (${run.video})`]]
  if (typeof framesPerSecond === 'number') rows.push([reportWords.facts.frames, String(framesPerSecond)])
  if (typeof page === 'string') rows.push(...settingsRows(page))
  return [...rows, [reportWords.facts.link, run.link], [reportWords.facts.run, run.id]]
}

function settingsRows(page: string): readonly (readonly [string, string])[] {
  const { side, variants, inStep, jitterBufferMs, startSeconds, udp } = readCompareSettings(page)
  const { facts } = reportWords
  return [
    [facts.view, pairWords.views[side]],
    [`${sideWords.hls}, ${facts.variant}`, variants.hls ?? facts.adaptive],
    [`${sideWords.udp}, ${facts.variant}`, variants.udp ?? pairWords.best],
    [facts.jitterBuffer, `${jitterBufferMs} ms`],
    [facts.transport, facts.transports[udp]],
    [facts.inStep, inStep ? facts.yes : facts.no],
    [facts.from, `${startSeconds} s`],
  ]
}
