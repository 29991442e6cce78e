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
 *  of its own, so that his RTP packets are lost as they would be without it. */
class RtspThroughLink implements Conversation {
  readonly #use: LaneUse
  readonly #tcp: TcpConnection
  readonly #requests = new ByteFifo()
  readonly #responses = new ByteFifo()
  #whenDrained: (() => void)[] = []
  #isClosed = false

  constructor(link: LiveLink, { requestArrived, responseArrived }: ConversationEnds) {
    const { congestionControl = 'cubic' } = link.profile.tcp ?? {}
    this.#use = link.joinConversation()
    const tcp = new TcpConnection(
      this.#use.line,
      { congestionControl, tlsRoundTrips: 0 },
      {
        requestArrived: (bytes) => requestArrived(this.#requests.take(bytes)),
        responseArrived: (bytes, atMs) => tcp.setReceiveRoom(responseArrived(this.#responses.take(bytes)), atMs),
        drained: () => this.#drain(),
      },
    )
    this.#tcp = tcp
    this.#use.counters.openFlow(tcp.flow, { what: 'rtsp', tcp: () => tcp.state() })
    this.#act((linkMs) => tcp.open(linkMs))
  }

  request(bytes: Uint8Array): void {
    this.#requests.push(bytes)
    this.#act((linkMs) => this.#tcp.request(bytes.length, linkMs))
  }

  /** To a viewer who has gone nothing is sent. */
  respond(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    this.#responses.push(bytes)
    const hasRoom = this.#act((linkMs) => this.#tcp.write(bytes.length, linkMs))
    return hasRoom ? Promise.resolve() : new Promise((resolve) => this.#whenDrained.push(resolve))
  }

  setReceiveRoom(bytes: number): void {
    this.#act((linkMs) => this.#tcp.setReceiveRoom(bytes, linkMs))
  }

  close(): void {
    this.#isClosed = true
    this.#tcp.close()
    this.#use.counters.closeFlow(this.#tcp.flow)
    this.#use.leave()
    this.#drain()
  }

  #act<Result>(act: (linkMs: number) => Result): Result {
    return this.#use.act(this.#use.nowMs(), (_line, linkMs) => act(linkMs))
  }

  #drain(): void {
    const waiting = this.#whenDrained
    this.#whenDrained = []
    waiting.forEach((resolve) => resolve())
  }
}
