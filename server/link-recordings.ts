import type { AccessLink } from '../link/access-link.ts'
import type { ClockEvent, Lane } from '../stream/record.ts'
import type { LaneCounters } from './lane-counters.ts'
import type { LinkRecorder, PassingDatagram, RecordedEvent } from './link-watch.ts'
import { NetworkInRecord } from './network-in-record.ts'
import { TcpInRecord } from './tcp-in-record.ts'

/** What recordings look at beside the packets' fates; lanes by the names that a record gives them. */
export type RecordedLink = {
  lines(): ReadonlyMap<Lane, AccessLink>
  counters(): ReadonlyMap<Lane, LaneCounters>
  nowMs(): number // link time
  /** Where link time stands in civil time; undefined before link time 0. */
  clock(): ClockEvent | undefined
}

const LOOK_MS = 100

/** Who writes a link down. Nothing is done, and no timer runs, while nobody does. */
export class LinkRecordings {
  readonly #link: RecordedLink
  #recordings = new Set<Recording>()
  #timer: NodeJS.Timeout | undefined

  constructor(link: RecordedLink) {
    this.#link = link
  }

  /** Told of the packets from now on; another set after `endAll`. */
  get recorders(): ReadonlySet<LinkRecorder> {
    return this.#recordings
  }

  /** Writes down what happens from now on, until `endAll` or until the function that is given back is called. */
  add(recorder: LinkRecorder): () => void {
    const recording = new Recording(recorder, this.#link)
    this.#recordings.add(recording)
    this.#timer ??= setInterval(() => this.look(), LOOK_MS).unref()
    return () => {
      this.#recordings.delete(recording)
      this.#restIfEmpty()
    }
  }

  tell(event: RecordedEvent): void {
    for (const recording of this.#recordings) recording.record(event)
  }

  /** What packets do not tell: the network, the senders' windows. */
  look(): void {
    for (const recording of this.#recordings) recording.look()
  }

  /** The run that is written down is over: what is still under way tells nobody. */
  endAll(): void {
    const ending = this.#recordings
    this.#recordings = new Set()
    for (const recording of ending) recording.end()
    ending.clear()
    this.#restIfEmpty()
  }

  #restIfEmpty(): void {
    if (this.#recordings.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

class Recording implements LinkRecorder {
  readonly #recorder: LinkRecorder
  readonly #link: RecordedLink
  readonly #network: NetworkInRecord
  readonly #tcp: TcpInRecord

  constructor(recorder: LinkRecorder, link: RecordedLink) {
    this.#recorder = recorder
    this.#link = link
    const clock = link.clock()
    if (clock !== undefined) recorder.record(clock)
    this.#network = new NetworkInRecord(recorder, () => link.lines(), link.nowMs())
    this.#tcp = new TcpInRecord((event) => recorder.record(event))
    this.look()
  }

  record(event: RecordedEvent): void {
    this.#network.record(event)
  }

  capture(datagram: PassingDatagram): void {
    this.#recorder.capture?.(datagram)
  }

  look(): void {
    const nowMs = this.#link.nowMs()
    this.#network.tellUntil(nowMs)
    this.#tcp.look(this.#link.counters(), nowMs)
  }

  end(): void {
    this.#network.end()
  }
}
