import type { ServerCost } from '../protocol/weir-api.ts'

/** What the process tells of itself, as `node:process` has it; a test brings its own. */
export type ProcessFigures = {
  nowMs(): number
  cpuUsage(): { readonly user: number; readonly system: number } // microseconds
  residentBytes(): number
}

type Look = { readonly atMs: number; readonly cpuMs: number }

const LEAST_MS = 1000
const WINDOW_MS = 30_000
const SOCKETS_PER_VIEWER = { http: 1, page: 1, rtsp: 3 } as const

const ofThisProcess: ProcessFigures = {
  nowMs: () => performance.now(),
  cpuUsage: () => process.cpuUsage(),
  residentBytes: () => process.memoryUsage.rss(),
}

/** What serving costs, looked at when somebody asks: no timer runs for it. */
export class ProcessCost {
  readonly #process: ProcessFigures
  #looks: readonly Look[] = []

  constructor(figures = ofThisProcess) {
    this.#process = figures
  }

  /** Over the time since the first question within 30 s; undefined for the first second of it. */
  read(viewers: ServerCost['viewers']): ServerCost | undefined {
    const now = this.#look()
    const first = this.#looks[0] ?? now
    const ms = now.atMs - first.atMs
    if (ms < LEAST_MS) return undefined
    const cpuRatio = (now.cpuMs - first.cpuMs) / ms
    const count = viewers.http + viewers.page + viewers.rtsp
    return {
      measuredSeconds: ms / 1000, // ms to s
      cpuRatio,
      residentBytes: this.#process.residentBytes(),
      viewers,
      ...(count === 0 ? {} : { estimatedCpuRatioPerViewer: cpuRatio / count }),
      socketsPerViewer: SOCKETS_PER_VIEWER,
    }
  }

  #look(): Look {
    const { user, system } = this.#process.cpuUsage()
    const now = { atMs: this.#process.nowMs(), cpuMs: (user + system) / 1000 } // µs to ms
    const kept = this.#looks.filter(({ atMs }) => now.atMs - atMs <= WINDOW_MS)
    const isDue = now.atMs - (kept.at(-1)?.atMs ?? -Infinity) >= LEAST_MS
    this.#looks = isDue ? [...kept, now] : kept
    return now
  }
}
