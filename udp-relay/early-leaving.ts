import { TRACK_VIDEO } from '../stream/send-schedule.ts'
import { BurstWriter } from './burst-writer.ts'
import { keptPackets } from './packet-arena.ts'
import type { PacketSink } from './packet-sink.ts'

const EARLY_WAKE_MS = 2 // so much may the timer be late, and no packet is late
const SHARED_WAKE_MS = 6 // viewers wake together: a turn of the process costs as much as ten packets

/** When and how packets leave that may leave up to `earlyMs` before their time, as bursts of the first track. */
export class EarlyLeaving {
  readonly earlyMs: number
  readonly bursts: BurstWriter
  readonly #isAlone: boolean

  /** `isAlone`: one sender that all watch has nobody to wake with, and its bursts are as long as they may be. */
  constructor(sink: PacketSink, earlyMs: number, isAlone: boolean) {
    this.earlyMs = earlyMs
    this.bursts = new BurstWriter(sink.memory ?? keptPackets, (burst) => sink.sendBurst?.(TRACK_VIDEO, burst))
    this.#isAlone = isAlone
  }

  /** To send what is due at `dueMs`: not now, and in time. */
  wakeMs(dueMs: number, nowMs: number): number {
    const latestMs = dueMs - EARLY_WAKE_MS
    const wakeMs = this.#isAlone ? latestMs : Math.floor(latestMs / SHARED_WAKE_MS) * SHARED_WAKE_MS
    return Math.max(wakeMs, nowMs + 1)
  }
}
