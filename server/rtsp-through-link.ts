import { TcpConnection } from '../link/tcp/connection.ts'
import type { Conversation, ConversationEnds, ViewerLink, ViewerLinks } from '../udp-relay/viewer-link.ts'
import { ByteFifo } from './byte-fifo.ts'
import type { Links } from './links.ts'
import type { LiveLink } from './live-link.ts'
import { RtpThroughLink } from './rtp-through-link.ts'
import { RtspFlow } from './rtsp-flow.ts'

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
  readonly #flow: RtspFlow
  readonly #tcp: TcpConnection
  readonly #requests = new ByteFifo()
  readonly #responses = new ByteFifo()
  #whenDrained: (() => void)[] = []
  #isClosed = false

  constructor(link: LiveLink, { requestArrived, responseArrived }: ConversationEnds) {
    const { congestionControl = 'cubic' } = link.profile.tcp ?? {}
    this.#flow = new RtspFlow(link, link.joinConversation())
    const tcp = new TcpConnection(
      this.#flow.line,
      { congestionControl, tlsRoundTrips: 0 },
      {
        requestArrived: (bytes) => requestArrived(this.#requests.take(bytes)),
        responseArrived: (bytes, atMs) => tcp.setReceiveRoom(responseArrived(this.#responses.take(bytes)), atMs),
        drained: () => this.#drain(),
      },
    )
    this.#tcp = tcp
    this.#flow.announce(tcp)
    this.#flow.act((ownMs) => tcp.open(ownMs))
  }

  request(bytes: Uint8Array): void {
    this.#requests.push(bytes)
    this.#flow.act((ownMs) => this.#tcp.request(bytes.length, ownMs))
  }

  /** To a viewer who has gone nothing is sent. */
  respond(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    this.#responses.push(bytes)
    const hasRoom = this.#flow.act((ownMs) => this.#tcp.write(bytes.length, ownMs))
    return hasRoom ? Promise.resolve() : new Promise((resolve) => this.#whenDrained.push(resolve))
  }

  push(packet: Uint8Array, scheduledMs: number): void {
    if (this.#isClosed) return
    this.#responses.push(packet)
    if (!this.#flow.isCurrent()) this.#flow.joinRun(scheduledMs)
    this.#flow.act((ownMs) => this.#tcp.write(packet.length, ownMs), scheduledMs)
  }

  setReceiveRoom(bytes: number): void {
    this.#flow.act((ownMs) => this.#tcp.setReceiveRoom(bytes, ownMs))
  }

  close(): void {
    this.#isClosed = true
    this.#tcp.close()
    this.#flow.leave()
    this.#drain()
  }

  #drain(): void {
    const waiting = this.#whenDrained
    this.#whenDrained = []
    waiting.forEach((resolve) => resolve())
  }
}
