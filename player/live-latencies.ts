import { signal } from '@preact/signals'
import { CatchUpFold, isLatencyEvent, type CatchUp } from '../stream/catch-up.ts'
import { viewerOf } from '../stream/event-kinds.ts'
import { LatencySplitFold, type LatencySplit } from '../stream/latency-split.ts'
import type { RunEvent } from '../stream/record.ts'
import type { RunLog } from './run-log.ts'
import type { SideName } from './settings.ts'

/** How late the pictures of one side of a channel are. */
export type SideLatency = { readonly split: LatencySplit; readonly catchUps: readonly CatchUp[] }

export type LiveSidesLatency = { readonly [side in SideName]?: SideLatency }

/** How late the pictures of a channel are on each side of this run, as it is told. */
export class LiveLatencies {
  readonly sides = signal<LiveSidesLatency>({})
  #folds = newFolds(0)

  constructor(log: RunLog) {
    log.listen((events) => this.#add(events))
  }

  /** Another run begins. */
  beginAnew(frameIntervalMs: number): void {
    this.#folds = newFolds(frameIntervalMs)
    this.sides.value = {}
  }

  #add(events: readonly RunEvent[]): void {
    const told = events.filter(isLatencyEvent)
    if (told.length === 0) return
    for (const event of told) {
      const { split, catchUp } = this.#folds[viewerOf(event)]
      catchUp.add(event)
      if (event.kind === 'picture-latency') split.add(event)
    }
    this.sides.value = { ...latencyOf('hls', this.#folds), ...latencyOf('udp', this.#folds) }
  }
}

type Folds = Readonly<Record<SideName, { readonly split: LatencySplitFold; readonly catchUp: CatchUpFold }>>

function newFolds(frameIntervalMs: number): Folds {
  const folds = () => ({ split: new LatencySplitFold(), catchUp: new CatchUpFold(frameIntervalMs) })
  return { hls: folds(), udp: folds() }
}

function latencyOf(side: SideName, folds: Folds): LiveSidesLatency {
  const { split, catchUp } = folds[side]
  return split.split === undefined ? {} : { [side]: { split: split.split, catchUps: catchUp.catchUps } }
}
