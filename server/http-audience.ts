import type { IncomingMessage, ServerResponse } from 'node:http'
import { readRequestCmcd } from '../protocol/cmcd.ts'
import type { SeenRequest } from '../protocol/weir-api.ts'
import { withoutToken } from './hls-address.ts'

const KEPT_REQUESTS = 100 // of a link
const KEPT_LINKS = 1000
const MOST_CHARACTERS = 200 // of a path, of a user agent

/** What players ask for behind links, the newest of each. */
export class HttpAudience {
  readonly #requests = new Map<string, SeenRequest[]>() // by link
  /** Real connections of players that have asked for something behind a link. */
  openConnections = 0

  /** Told when a request is taken; it is listed when its answer has ended. */
  note(linkId: string, request: IncomingMessage, response: ServerResponse): void {
    const startedMs = performance.now()
    response.once('close', () => this.#add(linkId, seenRequest(request, response, performance.now() - startedMs)))
  }

  /** Oldest first. */
  of(linkId: string): readonly SeenRequest[] {
    return this.#requests.get(linkId) ?? []
  }

  #add(linkId: string, seen: SeenRequest): void {
    const known = this.#requests.get(linkId) ?? []
    this.#requests.delete(linkId) // the links that were used last are at the end
    this.#requests.set(linkId, [...known.slice(1 - KEPT_REQUESTS), seen])
    const [oldest] = this.#requests.keys()
    if (this.#requests.size > KEPT_LINKS && oldest !== undefined) this.#requests.delete(oldest)
  }
}

function seenRequest(request: IncomingMessage, response: ServerResponse, durationMs: number): SeenRequest {
  const { method = '', url = '', headers, socket } = request
  const userAgent = headers['user-agent']?.slice(0, MOST_CHARACTERS)
  const [path = '', query = ''] = url.split('?', 2)
  const cmcd = readRequestCmcd(new URLSearchParams(query).get('CMCD') ?? undefined, headers)
  const bodyBytes = Number(response.getHeader('content-length') ?? Number.NaN)
  return {
    atUnixMs: Date.now(),
    address: socket.remoteAddress ?? '',
    method,
    path: withoutToken(path).slice(0, MOST_CHARACTERS),
    status: response.statusCode,
    ...(response.writableFinished && !Number.isNaN(bodyBytes) ? { bodyBytes } : {}),
    durationMs: Math.round(durationMs),
    isOfOurPage: headers['sec-fetch-site'] === 'same-origin',
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(cmcd.ok && Object.keys(cmcd.value).length > 0 ? { cmcd: cmcd.value } : {}),
  }
}
