import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { HttpAudience } from './http-audience.ts'
import { requestBytesOf } from './held-response.ts'
import { DEFAULT_LINK_ID, type Links } from './links.ts'
import { VirtualConnection } from './virtual-connection.ts'

/** What a real connection carries: a modelled one per link, and those that end with the answers under way. */
type Carried = { readonly current: Map<string, VirtualConnection>; readonly ending: Set<VirtualConnection> }

/** HTTP behind links. A real socket is not a virtual connection: browsers send requests of several links, and others, on one
 *  socket, and a link's next request on another. So a virtual connection belongs to a real socket and a link: it is opened
 *  at that socket's first request for that link, keeps its window and round-trip time over the later ones, and closes
 *  with the socket. When the link has been begun anew, the next request opens another one. */
export class HttpThroughLink {
  readonly #links: Links
  readonly audience = new HttpAudience()
  readonly #carried = new WeakMap<Socket, Carried>()

  constructor(links: Links) {
    this.#links = links
  }

  /** The request crosses the link; `serve` is called when the server has it, and its answer crosses the link, too. Throws
   *  `unknown-link`, before anything has crossed. */
  answer(linkId: string, request: IncomingMessage, response: ServerResponse, serve: () => void): void {
    if (request.socket.destroyed) return // the client has gone already: nobody would tell a connection to close
    const connection = this.#connectionOf(request.socket, linkId)
    this.audience.note(linkId, request, response)
    connection.request({ requestBytes: requestBytesOf(request), response, serve })
  }

  /** Where a foreign player's request for a multivariant playlist belongs, when the configuration's link takes everyone;
   *  the playlist's relative URIs keep it there. Our own pages, which choose their link by themselves, are known by the
   *  browser's word that the request is of this origin: a page cannot write that header, and players do not. */
  detourOf({ method, url = '', headers }: IncomingMessage): string | undefined {
    const { applyTo } = this.#links.find(DEFAULT_LINK_ID).profile
    const isOurPage = headers['sec-fetch-site'] === 'same-origin'
    if (applyTo !== 'everyone' || isOurPage || method === 'OPTIONS') return undefined
    return this.mayTurnAside(url) ? `/link/${DEFAULT_LINK_ID}${url}` : undefined
  }

  /** Whether an address is one of those. */
  mayTurnAside(url: string): boolean {
    return /^\/hls\/(?:(?:~|%7[eE])[^/?]*\/)?[^/?]+\/master\.m3u8(?:\?|$)/.test(url)
  }

  #connectionOf(socket: Socket, linkId: string): VirtualConnection {
    const { current, ending } = this.#carriedBy(socket)
    const known = current.get(linkId)
    if (known?.isCurrent() === true && this.#links.has(linkId)) return known
    current.delete(linkId)
    known?.retire()
    for (const retired of ending) if (retired.isClosed) ending.delete(retired)
    if (known?.isClosed === false) ending.add(known)
    const opened = new VirtualConnection(this.#links.find(linkId))
    current.set(linkId, opened)
    return opened
  }

  #carriedBy(socket: Socket): Carried {
    const known = this.#carried.get(socket)
    if (known !== undefined) return known
    const carried: Carried = { current: new Map(), ending: new Set() }
    this.audience.openConnections += 1
    this.#carried.set(socket, carried)
    socket.once('close', () => {
      this.audience.openConnections -= 1
      for (const connection of [...carried.current.values(), ...carried.ending]) connection.close()
    })
    return carried
  }
}
