import { expect, test } from 'vitest'
import type { RunSummary } from '../protocol/weir-api.ts'
import { cautions, REPORT_PLACE, writeReportPage, type RunReport } from './run-report.ts'

const run: RunSummary = {
  id: 'abcdefghij',
  state: 'ended',
  endedBy: 'viewer',
  video: 'clipclipcl',
  title: 'A clip </script><script>alert("$&")</script>',
  link: 'default',
  createdUnixMs: 1_800_000_000_000,
  sizeBytes: 1,
}
const report: RunReport = {
  run,
  head: { format: 'weir-record', version: 2, scenario: {}, seed: 7, versions: { weir: '0' } },
  measures: { hls: { startupMs: 0.1 + 0.2 }, udp: {}, leftOutEvents: 0 },
  series: { leftOutEvents: 0, bands: [], marks: [], lostPackets: [], faultyFrames: [] },
}

test('writeReportPage puts a report where it belongs, and nothing in it can end the script', () => {
  const page = writeReportPage(`<script type="application/json">${REPORT_PLACE}</script><p>later</p>`, report)
  const json = /^<script type="application\/json">(.*?)<\/script><p>later<\/p>$/.exec(page)?.[1] ?? ''
  expect(json).not.toContain('<')
  expect(JSON.parse(json)).toEqual(report)
  expect(() => writeReportPage('<p>no place</p>', report)).toThrow(RangeError)
})

test('cautions say why figures are to be taken with care, and nothing of a run that went well', () => {
  const of = (changes: Partial<RunSummary>, leftOutEvents = 0) =>
    cautions({ run: { ...run, ...changes }, measures: { ...report.measures, leftOutEvents } })
  expect(of({})).toEqual([])
  expect(of({ warning: 'this run does not count: a busy machine' }, 12)).toEqual([
    'This run does not count: a busy machine.',
    'The record has gaps: 12 events are missing, and all figures lack them.',
  ])
  expect(of({ endedBy: 'silence' })[0]).toContain('fell silent')
  expect(of({ state: 'running' })[0]).toContain('goes on')
})
