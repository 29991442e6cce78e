/** Up to so late, each count: what is later than the last stands after it. */
const BOUNDS_MS = [0.1, 0.2, 0.5, 1, 2, 3, 5, 7, 10, 15, 20, 50, 100, 500] as const

/** How late packets left, in bounded memory: read by GET /api/relay and GET /metrics. */
export type DeparturesSummary = {
  readonly packets: number
  /** Of them, in bursts over segmentation offload. */
  readonly burstPackets: number
  readonly bursts: number
  /** What the kernel or a full queue did not take. */
  readonly droppedPackets: number
  /** Packets no later than `atMostMs` and later than the bound before; `null`: any. */
  readonly lateness: readonly { readonly atMostMs: number | null; readonly packets: number }[]
}

/** The departures of all RTP packets of a process over its UDP ports. */
export class Departures {
  readonly #counts = new Float64Array(BOUNDS_MS.length + 1)
  packets = 0
  burstPackets = 0
  bursts = 0
  droppedPackets = 0

  /** A packet left so long after its scheduled time; negative: before it. */
  note(latenessMs: number): void {
    let bucket = 0
    while (bucket < BOUNDS_MS.length && latenessMs > (BOUNDS_MS[bucket] as number)) bucket += 1
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
    this.packets += 1
  }

  /** The packets of a burst, in the order of their scheduled times. As a rule even the first of them left early. */
  noteBurst(nowMs: number, scheduledMs: readonly number[]): void {
    const packets = scheduledMs.length
    if (nowMs - (scheduledMs[0] ?? 0) > BOUNDS_MS[0]) {
      for (let at = 0; at < packets; at += 1) this.note(nowMs - (scheduledMs[at] as number))
      return
    }
    this.#counts[0] = (this.#counts[0] as number) + packets
    this.packets += packets
  }

  summary(): DeparturesSummary {
    const { packets, burstPackets, bursts, droppedPackets } = this
    const lateness = Array.from(this.#counts, (count, bucket) => ({
      atMostMs: BOUNDS_MS[bucket] ?? null,
      packets: count,
    }))
    return { packets, burstPackets, bursts, droppedPackets, lateness }
  }
}

/** The bound that `ratio` of the packets do not exceed; Infinity when it lies beyond the last, 0 when there are none. */
export function latenessQuantileMs({ packets, lateness }: DeparturesSummary, ratio: number): number {
  let seen = 0
  for (const { atMostMs, packets: count } of lateness) {
    seen += count
    if (count > 0 && seen >= ratio * packets) return atMostMs ?? Infinity
  }
  return 0
}
