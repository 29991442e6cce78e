import { MovableLine } from '../link/movable-line.ts'
import { TcpConnection } from '../link/tcp/connection.ts'
import type { Conversation, ConversationEnds, ViewerLink, ViewerLinks } from '../udp-relay/viewer-link.ts'
import { ByteFifo } from './byte-fifo.ts'
import type { Links } from './links.ts'
import type { LaneUse, LiveLink } from './live-link.ts'
import { RtpThroughLink } from './rtp-through-link.ts'

/** The links as the relay sees them: what lies between it and its viewers. */
export class LinksOfViewers implements ViewerLinks {
  readonly #links: Links

  constructor(links: Links) {
    this.#links = links
  }

  find(linkId: string): ViewerLink | undefined {
    return this.#links.has(linkId) ? viewerLink(this.#links.find(linkId)) : undefined
  }

  forEveryone(): ViewerLink | undefined {
    const link = this.#links.ofViewer(undefined)
    return link && viewerLink(link)
  }
}

function viewerLink(link: LiveLink): ViewerLink {
  return {
    id: link.id,
    openConversation: (ends) => new RtspThroughLink(link, ends),
    openPackets: (sink) => new RtpThroughLink(link, { sink, onDropped: () => {} }),
    noteReception: (reception, atMs) => link.noteReception(reception, atMs),
  }
}

/** One RTSP connection over a modelled TCP connection on the udp lane: keeps the bytes while the model says how many have
 *  arrived. The viewer of RTSP has the udp lane for himself, whatever HLS does meanwhile; TCP meets chance in a sequence
 *  of its own, so that his RTP packets are lost as they would be without it. What is said before any media has a line of
 *  its own; with the first packet that goes in the connection it becomes a flow of the link's run. */
class RtspThroughLink implements Conversation {
  readonly #link: LiveLink
  #use: LaneUse
  readonly #firstUse: LaneUse // its link time is the connection's
  readonly #line: MovableLine
  readonly #tcp: TcpConnection
  readonly #requests = new ByteFifo()
  readonly #responses = new ByteFifo()
  #whenDrained: (() => void)[] = []
  #isClosed = false

  constructor(link: LiveLink, { requestArrived, responseArrived }: ConversationEnds) {
    const { congestionControl = 'cubic' } = link.profile.tcp ?? {}
    this.#link = link
    this.#use = this.#firstUse = link.joinConversation()
    this.#line = new MovableLine(this.#use.line, true)
    const tcp = new TcpConnection(
      this.#line,
      { congestionControl, tlsRoundTrips: 0 },
      {
        requestArrived: (bytes) => requestArrived(this.#requests.take(bytes)),
        responseArrived: (bytes, atMs) => tcp.setReceiveRoom(responseArrived(this.#responses.take(bytes)), atMs),
        drained: () => this.#drain(),
      },
    )
    this.#tcp = tcp
    this.#announce()
    this.#act((ownMs) => tcp.open(ownMs))
  }

  request(bytes: Uint8Array): void {
    this.#requests.push(bytes)
    this.#act((ownMs) => this.#tcp.request(bytes.length, ownMs))
  }

  /** To a viewer who has gone nothing is sent. */
  respond(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    this.#responses.push(bytes)
    const hasRoom = this.#act((ownMs) => this.#tcp.write(bytes.length, ownMs))
    return hasRoom ? Promise.resolve() : new Promise((resolve) => this.#whenDrained.push(resolve))
  }

  push(packet: Uint8Array, scheduledMs: number): void {
    if (this.#isClosed) return
    this.#responses.push(packet)
    if (!this.#use.isCurrent()) this.#joinRun(scheduledMs)
    this.#act((ownMs) => this.#tcp.write(packet.length, ownMs), scheduledMs)
  }

  setReceiveRoom(bytes: number): void {
    this.#act((ownMs) => this.#tcp.setReceiveRoom(bytes, ownMs))
  }

  close(): void {
    this.#isClosed = true
    this.#tcp.close()
    this.#leave(this.#use, this.#line.flow)
    this.#drain()
  }

  #act<Result>(act: (ownMs: number) => Result, processMs = this.#use.nowMs()): Result {
    return this.#use.act(processMs, (_line, linkMs) => this.#line.at(linkMs, act))
  }

  /** Link time 0 is the first packet's, where nobody's media were before. The connection goes on as it is: its window, its
   *  round-trip time, its timers. */
  #joinRun(scheduledMs: number): void {
    const [before, flow] = [this.#use, this.#line.flow]
    this.#use = this.#link.join('udp')
    this.#use.act(scheduledMs, (line) => {
      const shiftMs = this.#use.processMs(0) - this.#firstUse.processMs(0)
      this.#line.moveTo(line, shiftMs, () => this.#leave(before, flow))
    })
    this.#announce()
  }

  #announce(): void {
    this.#use.counters.openFlow(this.#line.flow, { what: 'rtsp', tcp: () => this.#tcp.state() })
  }

  #leave(use: LaneUse, flow: number): void {
    use.counters.closeFlow(flow)
    use.leave()
  }

  #drain(): void {
    const waiting = this.#whenDrained
    this.#whenDrained = []
    waiting.forEach((resolve) => resolve())
  }
}
