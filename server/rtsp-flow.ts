import { MovableLine } from '../link/movable-line.ts'
import type { TcpConnection } from '../link/tcp/connection.ts'
import type { LaneUse } from './live-link.ts'
import type { ViewerLane } from './viewer-lane.ts'

/** The flow of one RTSP connection on a link, from run to run: its TCP lives on `line`, in the link time of where it began. */
export class RtspFlow {
  readonly line: MovableLine
  readonly #link: Pick<ViewerLane, 'join'>
  readonly #firstUse: LaneUse // its link time is the connection's
  #use: LaneUse
  #tcp: Pick<TcpConnection, 'state'> | undefined

  constructor(link: Pick<ViewerLane, 'join'>, use: LaneUse) {
    this.#link = link
    this.#use = this.#firstUse = use
    this.line = new MovableLine(use.line, true)
  }

  /** To be called once, with the connection that lives on `line`. */
  announce(tcp: Pick<TcpConnection, 'state'>): void {
    this.#tcp = tcp
    this.#count()
  }

  /** False when the link has begun anew. */
  isCurrent(): boolean {
    return this.#use.isCurrent()
  }

  act<Result>(act: (ownMs: number) => Result, processMs = this.#use.nowMs()): Result {
    return this.#use.act(processMs, (_line, linkMs) => this.line.at(linkMs, act))
  }

  /** Link time 0 is `scheduledMs`, where nobody's media were before. The connection goes on as it is: its window, its
   *  round-trip time, its timers. Not to be called from inside `act`. */
  joinRun(scheduledMs: number): void {
    const [before, flow] = [this.#use, this.line.flow]
    this.#use = this.#link.join('udp')
    this.#use.act(scheduledMs, (line) => {
      const shiftMs = this.#use.processMs(0) - this.#firstUse.processMs(0)
      this.line.moveTo(line, shiftMs, () => leave(before, flow))
    })
    this.#count()
  }

  processMs(ownMs: number): number {
    return this.#firstUse.processMs(ownMs)
  }

  nowMs(): number {
    return this.#use.nowMs()
  }

  leave(): void {
    leave(this.#use, this.line.flow)
  }

  #count(): void {
    const tcp = this.#tcp
    if (tcp !== undefined) this.#use.counters.openFlow(this.line.flow, { what: 'rtsp', tcp: () => tcp.state() })
  }
}

function leave(use: LaneUse, flow: number): void {
  use.counters.closeFlow(flow)
  use.leave()
}
