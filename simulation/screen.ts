import type { Alarm, EventQueue } from '../link/event-queue.ts'
import type { PlaybackClock } from '../stream/playback-clock.ts'
import type { ViewerEvent } from '../stream/record.ts'
import type { JudgedFrame } from './frame-arrivals.ts'

const TICKS_PER_MS = 90

/** Frames at their time: each is shown when it is due, or when it comes if that is later; of several that are late only
 *  the newest, and none that is older than what is shown. Tells what became of each. */
export class Screen {
  readonly #alarms: EventQueue
  readonly #clock: PlaybackClock
  readonly #tell: (event: ViewerEvent) => void
  readonly #alarm: Alarm
  #waiting: JudgedFrame[] = [] // in order of presentation
  #shownTicks = -Infinity
  skippedFrames = 0

  constructor(alarms: EventQueue, clock: PlaybackClock, tell: (event: ViewerEvent) => void) {
    this.#alarms = alarms
    this.#clock = clock
    this.#tell = tell
    this.#alarm = alarms.newAlarm((atMs) => this.#showDue(atMs))
  }

  /** Frames come in decode order, nearly that of presentation: the place is searched from the end. */
  add(judged: JudgedFrame, nowMs: number): void {
    const { ptsTicks } = judged.frame
    const before = this.#waiting.findLastIndex(({ frame }) => frame.ptsTicks <= ptsTicks)
    this.#waiting.splice(before + 1, 0, judged)
    if (before < 0) this.#alarms.set(this.#alarm, Math.max(nowMs, this.#dueMs(judged)))
  }

  close(): void {
    this.#alarms.cancel(this.#alarm)
  }

  #showDue(nowMs: number): void {
    let newest: JudgedFrame | undefined
    let next = this.#waiting[0]
    for (; next !== undefined && this.#dueMs(next) <= nowMs; next = this.#waiting[0]) {
      this.#waiting.shift()
      if (next.state === 'frozen') this.#tell({ kind: 'frame-frozen', atMs: nowMs, ptsTicks: next.frame.ptsTicks })
      else {
        if (newest !== undefined) this.skippedFrames += 1
        newest = next
      }
    }
    if (newest !== undefined) this.#show(newest, nowMs)
    if (next !== undefined) this.#alarms.set(this.#alarm, this.#dueMs(next))
  }

  #show({ frame: { ptsTicks }, state }: JudgedFrame, nowMs: number): void {
    if (ptsTicks < this.#shownTicks || state === 'frozen') {
      this.skippedFrames += 1
      return
    }
    this.#shownTicks = ptsTicks
    this.#tell({ kind: 'frame-shown', atMs: nowMs, state, ptsTicks })
  }

  #dueMs({ frame }: JudgedFrame): number {
    return this.#clock.dueMs(frame.ptsTicks / TICKS_PER_MS)
  }
}
