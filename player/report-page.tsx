import type { ComponentChildren } from 'preact'
import type { LinkProfile } from '../link/profile.ts'
import type { Video } from '../protocol/weir-api.ts'
import { cautions, type RunReport } from '../stream/run-report.ts'
import { summarise } from '../stream/summary.ts'
import { CompositeScores } from './composite-scores.tsx'
import { describeNetwork } from './describe-network.ts'
import { describeRun } from './describe-run.ts'
import { formatCivilTime, formatTime } from './format.ts'
import { MeasureTable } from './measure-table.tsx'
import { ReportCharts } from './report-charts.tsx'
import { QualityFacts } from './quality-facts.tsx'
import { qualityWords, reportWords, shellWords } from './words.ts'

const { sections } = reportWords

/** A run on one page that can be kept, sent and printed: what came out first, then how, then of what. */
export function ReportPage({ report }: { report: RunReport }) {
  const { run, head, measures, series, quality } = report
  const profile = head.scenario['profile'] as LinkProfile // the server wrote it
  return (
    <article class="report">
      <header>
        <p class="report-brand">{shellWords.name}</p>
        <h1>{reportWords.of(run.title)}</h1>
        <p class="report-moment">
          <time dateTime={new Date(run.createdUnixMs).toISOString()}>{formatCivilTime(run.createdUnixMs)}</time>
          {
            run.endedUnixMs !== undefined &&
              ` · ${reportWords.lasted(formatTime((run.endedUnixMs - run.createdUnixMs) / 1000))}` /* ms to s */
          }
        </p>
      </header>
      <Cautions said={cautions(report)} />
      <Section title={sections.said}>
        <ul class="run-summary">
          {summarise(measures).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </Section>
      <Section title={sections.charts}>
        {series.bins === undefined ? (
          <p class="report-note">{reportWords.noCharts}</p>
        ) : (
          <ReportCharts series={series} />
        )}
      </Section>
      <Section title={sections.measures}>
        <MeasureTable measures={measures} areDefinitionsShown />
        <CompositeScores measures={measures} variants={head.scenario['variants'] as Video['variants']} />
      </Section>
      {quality !== undefined && (
        <Section title={qualityWords.title}>
          <QualityFacts quality={quality} />
        </Section>
      )}
      <Section title={sections.network}>
        <Facts rows={describeNetwork(profile)} />
        <details class="fold report-profile">
          <summary>{reportWords.profile}</summary>
          <pre>{JSON.stringify(profile, undefined, 2)}</pre>
        </details>
      </Section>
      <Section title={sections.run}>
        <Facts rows={describeRun(report)} />
        <Repeat address={report.address} hasTrace={hasTrace(profile)} />
      </Section>
      <Section title={sections.versions}>
        <Facts rows={Object.entries(head.versions)} />
      </Section>
    </article>
  )
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

function Cautions({ said }: { said: readonly string[] }) {
  if (said.length === 0) return null
  return (
    <div class="report-cautions" role="note">
      {said.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  )
}

function Facts({ rows }: { rows: readonly (readonly [label: string, value: string])[] }) {
  return (
    <dl class="report-facts">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Repeat({ address, hasTrace }: { address: string | undefined; hasTrace: boolean }) {
  if (address === undefined) return <p class="report-note">{reportWords.noRepeat}</p>
  return (
    <div class="report-repeat">
      <h3>{reportWords.repeat}</h3>
      <a href={address}>{address}</a>
      <p class="report-note">{reportWords.repeatNote}</p>
      {hasTrace && <p class="report-note">{reportWords.traceNote}</p>}
    </div>
  )
}

function hasTrace({ downlink, uplink }: LinkProfile): boolean {
  return downlink.trace !== undefined || uplink?.trace !== undefined
}
