import type { AccessLink } from '../link/access-link.ts'
import type { Alarm } from '../link/event-queue.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { LinkSummary, Reception } from '../protocol/weir-api.ts'
import type { ClockEvent, Lane } from '../stream/record.ts'
import { Era, type LaneName } from './era.ts'
import { LagHistogram } from './lag-histogram.ts'
import { LaneCounters } from './lane-counters.ts'
import { LinkTimer } from './link-timer.ts'
import { LinkRecordings } from './link-recordings.ts'
import { LaneObserver, unwatched, type LinkRecorder, type LinkWatch } from './link-watch.ts'

/** The clocks of this process; a test brings its own. */
export type LinkClock = { nowMs(): number; unixMs(): number }

/** Somebody's place on a lane, which keeps the link in use. It stays on its era when the link is restarted, so that what
 *  is under way comes to its end; who begins something new asks `isCurrent` and joins again. */
export type LaneUse = {
  readonly line: AccessLink
  readonly counters: LaneCounters // of this era's lane; here a flow is announced
  readonly recorders: ReadonlySet<LinkRecorder> // of this era
  isCurrent(): boolean
  /** Link time 0 has been. */
  hasBegun(): boolean
  /** First everything due before, then `act` at this moment, then what follows from it. A moment that has passed is
   *  allowed (a late timer); the first one ever is link time 0. Not to be called from inside `act` or from a callback of
   *  the line: there the line itself is at hand. */
  act<Result>(processMs: number, act: (line: AccessLink, linkMs: number) => Result): Result
  processMs(linkMs: number): number
  nowMs(): number // of the process
  /** The link is no longer in use, until the next `act`. */
  leave(): void
}

type Counters = Readonly<Record<LaneName, LaneCounters>>
const newCounters = (): Counters => ({ tcp: new LaneCounters(), udp: new LaneCounters() })

/** A run whose timer was later than this in more than one of a hundred times does not count (network-model.md 2.2). */
export const LATE_RUN_MS = 5
const JUDGED_EVERY_RINGS = 100
const LATE_RUN_WARNING =
  `this run does not count: in more than one of a hundred times the link's timer was more than ${LATE_RUN_MS} ms late; ` +
  'the machine has too much to do'

/** One access line at work: the lanes of link/ and the one alarm that they need, on a timer that serves all links. It decides
 *  when something is told, never what becomes of a packet. */
export class LiveLink {
  readonly id: string
  readonly #clock: LinkClock
  readonly #watch: LinkWatch
  readonly #recordings: LinkRecordings
  readonly #retired = new Set<Era>() // of before a restart or before media, while somebody is still on them
  #profile: LinkProfile
  #counters = newCounters()
  #era: Era
  #lags = new LagHistogram()
  #isLateRun = false
  #startedUnixMs: number | undefined
  readonly #timer: LinkTimer
  readonly #alarm: Alarm
  #lastUsedMs: number

  constructor(
    id: string,
    profile: LinkProfile,
    clock: LinkClock,
    watch: LinkWatch = unwatched(),
    timer = new LinkTimer(clock.nowMs),
  ) {
    this.id = id
    this.#profile = profile
    this.#clock = clock
    this.#watch = watch
    this.#timer = timer
    this.#alarm = timer.newAlarm((dueMs) => this.#ring(dueMs))
    this.#lastUsedMs = clock.nowMs()
    this.#recordings = new LinkRecordings({
      lines: () => this.#era.lines,
      counters: () => this.#countersByLane(),
      nowMs: () => this.#era.linkMs(clock.nowMs()),
      clock: () => (this.#era.hasBegun ? this.#clockEvent(clock.nowMs()) : undefined),
    })
    this.#era = this.#newEra()
  }

  get profile(): LinkProfile {
    return this.#profile
  }

  /** How long nobody has used it: 0 while somebody sends through it. */
  unusedMs(nowMs: number): number {
    return this.#era.users > 0 || this.#retired.size > 0 ? 0 : nowMs - this.#lastUsedMs
  }

  summary(): LinkSummary<LinkProfile> {
    const timerLagMsP99 = this.#lags.quantileMs(0.99)
    return {
      id: this.id,
      profile: this.#profile,
      ...this.#linkTime(),
      timerLagMsP99,
      ...(this.#isLateRun || timerLagMsP99 > LATE_RUN_MS ? { warning: LATE_RUN_WARNING } : {}),
      tcp: this.#counters.tcp.read(),
      udp: this.#counters.udp.read(),
    }
  }

  #linkTime(): Pick<LinkSummary<LinkProfile>, 'startedUnixMs' | 'linkTimeSeconds'> {
    if (this.#startedUnixMs === undefined) return {}
    return {
      startedUnixMs: this.#startedUnixMs,
      linkTimeSeconds: this.#era.linkMs(this.#clock.nowMs()) / 1000,
    }
  }

  join(lane: LaneName): LaneUse {
    return this.#join(this.#era, lane, this.#counters)
  }

  /** The place of an RTSP conversation: the udp lane where media run, else a copy of the line of its own. So link time 0 is
   *  the PLAY that follows, however long the player thinks before it, and a run repeats. What happens there is no part of
   *  the run: it is counted in the totals of all links only. When media go in it, its owner joins the lane with it. */
  joinConversation(): LaneUse {
    if (this.#era.hasBegun) return this.join('udp')
    const counters = newCounters()
    return this.#join(this.#newEra(counters, new Set()), 'udp', counters)
  }

  /** Gives places on a line of its own, a copy of the udp lane that begins anew when the link does. Its link time is the link's,
   *  or begins with its first packet where that is first. Like any place it keeps the link in use. */
  copyOfUdpLane(): () => LaneUse {
    let copy: { readonly of: Era; readonly era: Era; readonly counters: Counters } | undefined
    return () => {
      const of = this.#era
      const place = copy?.of === of ? copy : this.#copyOf(of)
      copy = place
      return { ...this.#join(place.era, 'udp', place.counters), isCurrent: () => of === this.#era }
    }
  }

  #copyOf(of: Era): { readonly of: Era; readonly era: Era; readonly counters: Counters } {
    const counters = newCounters()
    const era = this.#newEra(counters, new Set())
    if (of.hasBegun) era.begin(of.processMs(0))
    return { of, era, counters }
  }

  #join(era: Era, lane: LaneName, ownCounters: Counters): LaneUse {
    const line = era.lanes[lane]
    const counters = ownCounters[line === era.lanes.tcp ? 'tcp' : 'udp'] // of a shared link, those of tcp count for both
    this.#use(era)
    let isUsed = true
    return {
      line,
      counters,
      recorders: era.recorders,
      isCurrent: () => era === this.#era,
      hasBegun: () => era.hasBegun,
      act: (processMs, act) => {
        if (!isUsed) this.#use(era)
        isUsed = true
        return this.#act(era, line, processMs, act)
      },
      processMs: (linkMs) => era.processMs(linkMs),
      nowMs: () => this.#clock.nowMs(),
      leave: () => {
        if (isUsed) this.#leave(era)
        isUsed = false
      },
    }
  }

  /** Writes down what happens from now on, until the run is over or the function that is given back is called. */
  record(recorder: LinkRecorder): () => void {
    return this.#recordings.add(recorder)
  }

  /** A viewer's receiver report is at the server. */
  noteReception({ arrivedUnixMs: _arrived, ...reported }: Reception, processMs: number): void {
    if (this.#recordings.recorders.size === 0 || !this.#era.hasBegun) return
    const lane = this.#era.lines.has('shared') ? 'shared' : 'udp'
    const atMs = this.#era.linkMs(processMs)
    this.#recordings.tell({ kind: 'receiver-report', atMs, lane, direction: 'up', ...reported })
  }

  /** Of RTP packets that never came as far as the last hop's socket. */
  noteGatewayDrop(): void {
    this.#counters.udp.gatewayDroppedPackets += 1
    this.#watch.totals.udp.gatewayDroppedPackets += 1
  }

  /** Acts at the next packet. Another `sharing` begins the link anew. */
  change(profile: LinkProfile): void {
    const isSharedAnew = profile.sharing !== this.#profile.sharing
    this.#profile = profile
    if (isSharedAnew) return this.restart()
    this.#lastUsedMs = this.#clock.nowMs()
    const nowMs = this.#clock.nowMs()
    for (const era of [this.#era, ...this.#retired]) era.change(profile, nowMs)
    this.#advance()
    this.#recordings.look()
  }

  /** The next packet is the first one again: link time 0, the seed's first draw, counters at zero. What is under way goes
   *  on where it is. */
  restart(): void {
    if (this.#era.users > 0) this.#retired.add(this.#era)
    if (this.#era.hasBegun) this.endRecords()
    this.#counters = newCounters()
    this.#lags = new LagHistogram()
    this.#isLateRun = false
    this.#startedUnixMs = undefined
    this.#era = this.#newEra()
    this.#lastUsedMs = this.#clock.nowMs()
  }

  #newEra(counters = this.#counters, recorders = this.#recordings.recorders): Era {
    const { totals } = this.#watch
    const isShared = this.#profile.sharing === 'shared'
    const observe = (lane: LaneName): LaneObserver => {
      const told = isShared ? 'shared' : lane
      return new LaneObserver(told, { own: counters[lane], total: totals[told] }, recorders)
    }
    return new Era(this.#profile, observe, recorders)
  }

  #countersByLane(): ReadonlyMap<Lane, LaneCounters> {
    const { tcp, udp } = this.#counters
    return new Map<Lane, LaneCounters>(
      this.#era.lines.has('shared')
        ? [['shared', tcp]]
        : [
            ['tcp', tcp],
            ['udp', udp],
          ],
    )
  }

  #clockEvent(processMs: number): ClockEvent {
    const unixMs = this.#clock.unixMs() + (processMs - this.#clock.nowMs())
    return { kind: 'clock', of: 'link', atMs: this.#era.linkMs(processMs), unixMs }
  }

  /** The run that is written down is over. */
  endRecords(): void {
    this.#recordings.endAll()
  }

  #act<Result>(
    era: Era,
    line: AccessLink,
    processMs: number,
    act: (line: AccessLink, linkMs: number) => Result,
  ): Result {
    if (!era.hasBegun) this.#begin(era, processMs)
    const linkMs = era.linkMs(processMs)
    const nowLinkMs = era.linkMs(this.#clock.nowMs())
    line.advance(Math.min(linkMs, nowLinkMs))
    const result = act(line, linkMs)
    line.advance(nowLinkMs)
    const dueMs = era.processMs(line.nextEventMs())
    if (dueMs < this.#alarm.dueMs) this.#timer.set(this.#alarm, dueMs)
    return result
  }

  #begin(era: Era, processMs: number): void {
    era.begin(processMs)
    if (era !== this.#era) return
    this.#startedUnixMs = this.#clock.unixMs()
    this.#recordings.tell(this.#clockEvent(processMs))
  }

  #use(era: Era): void {
    era.users += 1
    if (era !== this.#era) this.#retired.add(era)
  }

  #leave(era: Era): void {
    era.users -= 1
    if (era.users === 0) this.#retired.delete(era)
    this.#lastUsedMs = this.#clock.nowMs()
  }

  #ring(dueMs: number): void {
    this.#noteLag(this.#clock.nowMs() - dueMs)
    this.#advance()
  }

  #advance(): void {
    const nowMs = this.#clock.nowMs()
    this.#era.advance(nowMs)
    for (const era of this.#retired) era.advance(nowMs)
    let dueMs = this.#era.nextEventMs()
    for (const era of this.#retired) dueMs = Math.min(dueMs, era.nextEventMs())
    this.#timer.set(this.#alarm, dueMs)
  }

  #noteLag(lagMs: number): void {
    this.#lags.add(lagMs)
    const isJudged = !this.#isLateRun && this.#lags.total % JUDGED_EVERY_RINGS === 0
    if (!isJudged || this.#lags.quantileMs(0.99) <= LATE_RUN_MS) return
    this.#isLateRun = true
    this.#watch.onLateRun()
  }
}
