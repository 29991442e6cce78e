import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { ArrivingPart } from './arriving-part.tsx'
import { formatCount } from './format.ts'
import { replaceSearch } from './navigation.ts'
import { OpenedSocketPart } from './opened-socket-part.tsx'
import { RealtimeChart } from './realtime-chart.tsx'
import { RealtimeClaims } from './realtime-claims-part.tsx'
import { RealtimeControls } from './realtime-controls.tsx'
import { RealtimeSession } from './realtime-session.ts'
import { readRealtimeSettings, writeRealtimeSettings, type RealtimePageSettings } from './realtime-settings.ts'
import { exposeRealtime } from './realtime-snapshot.ts'
import { RealtimeTable } from './realtime-table.tsx'
import { RealtimeTwoWay } from './realtime-two-way.tsx'
import { realtimeWords as words } from './realtime-words.ts'
import { SixConnectionsPart } from './six-connections-part.tsx'
import { shellWords } from './words.ts'

const AWAY_SECONDS = 5

/** One stream of events by all ways at once, measured. */
export function RealtimePage() {
  const settings = useSignal(readRealtimeSettings(location.search))
  const runNumber = useSignal(0)
  const session = useMemo(() => new RealtimeSession(), [runNumber.value])
  useEffect(() => void (document.title = shellWords.titled(words.title)), [])
  useEffect(() => {
    void session.open(settings.peek())
    const hide = exposeRealtime(session)
    return () => {
      hide()
      session.close()
    }
  }, [session])
  const change = (changed: Partial<RealtimePageSettings>): void => {
    settings.value = { ...settings.value, ...changed }
    replaceSearch(writeRealtimeSettings(settings.value))
    if ('seed' in changed || 'preset' in changed) runNumber.value += 1
    else if (changed.pollMs !== undefined) session.changePollMs(changed.pollMs)
    else void session.change({ eventsPerSecond: settings.value.eventsPerSecond, eventBytes: settings.value.eventBytes })
  }
  return (
    <div class="realtime">
      <div class="realtime-title">
        <h1>{words.title}</h1>
        <p>{words.intro}</p>
      </div>
      <RealtimeControls settings={settings.value} onChange={change} />
      <RunState session={session} onAnew={() => (runNumber.value += 1)} />
      <RealtimeTable rows={session.rows.value} />
      <RealtimeChart key={runNumber.value} session={session} />
      <RealtimeTwoWay session={session} />
      <RealtimeClaims rows={session.rows.value} />
      <OpenedSocketPart />
      <ArrivingPart session={session} />
      <SixConnectionsPart session={session} />
    </div>
  )
}

function RunState({ session, onAnew }: { session: RealtimeSession; onAnew: () => void }) {
  const run = session.run.value
  const phase = session.phase.value
  const problem = session.problem.value
  const isRunning = phase === 'running'
  return (
    <div class="realtime-state">
      <button type="button" class="button" title={words.startAnewTitle} onClick={onAnew}>
        {words.startAnew}
      </button>
      <button
        type="button"
        class="button"
        title={words.awayTitle}
        disabled={!isRunning || run?.isAway}
        onClick={() => void session.goAway(AWAY_SECONDS)}
      >
        {words.away(AWAY_SECONDS)}
      </button>
      <p role="status" data-phase={phase}>
        {phase === 'starting' && words.starting}
        {phase === 'ended' && words.ended}
        {isRunning && run?.isAway === true && words.isAway}
        {isRunning && run?.isAway === false && words.happened(formatCount(run.newestSequence))}
      </p>
      {problem !== undefined && (
        <p class="network-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
