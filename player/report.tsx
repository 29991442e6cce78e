import { render } from 'preact'
import type { RunReport } from '../stream/run-report.ts'
import { ReportPage } from './report-page.tsx'
import { reportWords, shellWords } from './words.ts'

/** The run that the server wrote into this file; undefined in the file as it was built. */
function runInFile(): RunReport | undefined {
  const value: unknown = JSON.parse(document.getElementById('run')?.textContent ?? 'null')
  return typeof value === 'object' && value !== null ? (value as RunReport) : undefined
}

const report = runInFile()
if (report !== undefined) document.title = shellWords.titled(reportWords.of(report.run.title))
render(
  report === undefined ? <p>{reportWords.unreadable}</p> : <ReportPage report={report} />,
  document.getElementById('report')!,
)
