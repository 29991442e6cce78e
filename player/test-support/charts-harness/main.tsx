import { render } from 'preact'
import type { LinkProfile } from '../../../link/profile.ts'
import { testOutline } from '../../../simulation/test-support/test-outline.ts'
import { clocksAt } from '../../../simulation/test-support/clocked-run.ts'
import { toldRun } from '../../../simulation/test-support/told-run.ts'
import type { RunEvent } from '../../../stream/record.ts'
import { Charts } from '../../charts.tsx'
import { RunLog } from '../../run-log.ts'
import { toggleTheme } from '../../theme.ts'

/** The charts alone on a page, and a run for them out of virtual time, computed in the page. */
const log = new RunLog()
const picked: unknown[] = []
const redrawsMs: number[] = []
let events: readonly RunEvent[] = []
let next = 0

const harness = {
  picked,
  toggleTheme,
  redrawsMs,
  /** Plays so many seconds of video (a multiple of four) both ways; the events wait to be told. */
  prepare(profile: LinkProfile, seconds: number, videoBitsPerSecond: number): void {
    events = toldRun(testOutline({ seconds, videoBitsPerSecond }), profile)
  },
  /** The run begins, or begins once more, at a moment of civil time. */
  begin(unixMs: number): void {
    next = 0
    log.tell(clocksAt(unixMs))
  },
  /** Tells what happened before a moment of the run, in batches of 100 ms as the page's tellers do. */
  tellUntil(untilMs: number): void {
    while (next < events.length && events[next]!.atMs < untilMs) {
      const from = next
      const batchEndMs = events[from]!.atMs + 100
      while (next < events.length && events[next]!.atMs < Math.min(batchEndMs, untilMs)) next += 1
      log.tell(events.slice(from, next))
    }
  },
  tell: (told: readonly RunEvent[]) => log.tell(told),
}

export type ChartsHarness = typeof harness

const { requestAnimationFrame: requestFrame } = window
window.requestAnimationFrame = (callback) =>
  requestFrame((nowMs) => {
    const startMs = performance.now()
    callback(nowMs)
    redrawsMs.push(performance.now() - startMs)
  })

Reflect.set(window, 'harness', harness)
render(
  <Charts
    log={log}
    onFrame={(frame) => picked.push({ frame })}
    onLossMark={({ event }) => picked.push({ lost: event.packet })}
    onStall={(stall) => picked.push({ stall })}
  />,
  document.getElementById('app')!,
)
