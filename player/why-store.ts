import { batch, computed, signal, type ReadonlySignal } from '@preact/signals'
import { DamageLog } from '../stream/damage-log.ts'
import type { RunEvent } from '../stream/record.ts'
import type { LostPacket } from '../stream/run-moments.ts'
import { StallLog } from '../stream/stall-log.ts'
import { OutlineShelf } from './outline-shelf.ts'
import type { RunLog } from './run-log.ts'
import type { WhyStory } from './why-lines.ts'

export type WhyStoreOptions = {
  readonly log: RunLog
  readonly packageFolder: () => string // /hls/<id>: each variant's outline lies there
  readonly jitterBufferMs: number
  readonly frameIntervalMs: number
  readonly bitrateOf?: (variant: string) => number | undefined
}

export type LossPlace = { readonly sequenceNumber: number } | { readonly atMs: number } // on the run's axis

/** What is said of a choice that has no story. */
export type WhyRemark = 'sound' | 'repaired' | 'unknown'

const PAUSE_MS = 500 // between two looks at what is newest: a story costs a moment, and nobody reads faster

/** Listens to a run and explains: what was chosen in the charts, else the newest damage or stall. */
export class WhyStore {
  readonly chosen = signal<WhyStory | undefined>(undefined)
  readonly remark = signal<WhyRemark | undefined>(undefined)
  readonly choices = signal(0) // how many there have been, explained or not
  readonly isUnfolded = signal(false)
  readonly newest: ReadonlySignal<WhyStory | undefined>
  readonly shown: ReadonlySignal<WhyStory | undefined>
  readonly #newest = signal<WhyStory | undefined>(undefined)
  readonly #damage: DamageLog
  readonly #stalls: StallLog
  readonly #soundSsrcs = new Set<number>() // of each start: as many as somebody has sought
  readonly #stop: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor({ log, packageFolder, jitterBufferMs, frameIntervalMs, bitrateOf }: WhyStoreOptions) {
    const shelf = new OutlineShelf(packageFolder, () => this.#lookSoon())
    this.#damage = new DamageLog({ outlineOf: shelf.outlineOf, jitterBufferMs })
    this.#stalls = new StallLog({ frameIntervalMs, ...(bitrateOf === undefined ? {} : { bitrateOf }) })
    this.newest = this.#newest
    this.shown = computed(() => this.chosen.value ?? this.#newest.value)
    this.#stop = log.listen((events) => this.#add(events))
  }

  /** Chooses and unfolds it. Undefined where there is nothing to explain: `remark` says so, all else stays. */
  explainFrame(ptsTicks: number): WhyStory | undefined {
    return this.#choose(this.#damage.explainFrame(ptsTicks))
  }

  /** A packet that the link lost. Of HLS it was sent again, and sound has no frames that lean on each other. */
  explainPacket({ side, atMs, event: { ssrc, sequenceNumber } }: LostPacket): WhyStory | undefined {
    if (side === 'hls') return this.#say('repaired')
    if (ssrc !== undefined && this.#soundSsrcs.has(ssrc)) return this.#say('sound')
    return this.explainLoss(sequenceNumber === undefined ? { atMs } : { sequenceNumber })
  }

  explainLoss(place: LossPlace): WhyStory | undefined {
    const story =
      'atMs' in place ? this.#damage.explainLossAt(place.atMs) : this.#damage.explainPacket(place.sequenceNumber)
    return this.#choose(story)
  }

  /** `atMs` on the run's axis. */
  explainStall(atMs: number): WhyStory | undefined {
    return this.#choose(this.#stalls.explainStallAt(atMs))
  }

  /** What is shown stays, whatever comes: it is being read. */
  unfold(): void {
    this.isUnfolded.value = true
    this.chosen.value = this.shown.value
  }

  fold(): void {
    this.isUnfolded.value = false
    this.chosen.value = undefined
    this.remark.value = undefined
  }

  chooseNewest(): void {
    this.chosen.value = this.newest.value
    this.remark.value = undefined
  }

  close(): void {
    this.#stop()
    clearTimeout(this.#timer)
  }

  #choose(story: WhyStory | undefined): WhyStory | undefined {
    if (story === undefined) return this.#say('unknown')
    batch(() => {
      this.chosen.value = story
      this.remark.value = undefined
      this.isUnfolded.value = true
      this.choices.value += 1
    })
    return story
  }

  #say(remark: WhyRemark): undefined {
    batch(() => {
      this.remark.value = remark
      this.choices.value += 1
    })
  }

  #add(events: readonly RunEvent[]): void {
    for (const event of events) {
      this.#damage.add(event)
      this.#stalls.add(event)
      if (event.kind === 'rtp-started' && event.track === 'audio') this.#soundSsrcs.add(event.ssrc)
    }
    this.#lookSoon()
  }

  #lookSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#newest.value = this.#findNewest()
    }, PAUSE_MS)
  }

  #findNewest(): WhyStory | undefined {
    const { newestLossMs = -Infinity } = this.#damage
    const { newestStallMs = -Infinity } = this.#stalls
    if (newestLossMs >= newestStallMs) return this.#damage.explainNewest() ?? this.#stalls.explainNewest()
    return this.#stalls.explainNewest()
  }
}
