import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import { readRequestCmcd, type Cmcd } from '../protocol/cmcd.ts'
import type { HlsSessionStatus } from '../protocol/weir-api.ts'
import { readHlsAddress } from './hls-address.ts'

const MOST_SESSIONS = 1000
const MOST_CHARACTERS = 200 // of a user agent
const GONE_AFTER_MS = 120_000 // without a request: longer than players buffer ahead

export type HlsSessionsOptions = { readonly mostSessions?: number; readonly nowUnixMs?: () => number }

/** One request, and what became of it. */
type Heard = {
  readonly address: string
  readonly userAgent: string | undefined
  readonly video: string
  readonly cmcd: Cmcd
  readonly isRefused: boolean
  readonly sentBytes: number
}

/** The players of `/hls/` that tell of themselves by CMCD (CTA-5004): what each has said, and what it got. Those that asked
 *  last are kept, up to a bound. */
export class HlsSessions {
  readonly #nowUnixMs: () => number
  readonly #sessions: LRUCache<string, HlsSessionStatus>
  /** Requests that said that the player's buffer had run empty, ever. */
  starvedRequests = 0

  constructor({ mostSessions = MOST_SESSIONS, nowUnixMs = Date.now }: HlsSessionsOptions = {}) {
    this.#nowUnixMs = nowUnixMs
    this.#sessions = new LRUCache({ max: mostSessions })
  }

  get count(): number {
    return this.list().length
  }

  /** Those that have asked for something lately, whoever asked last at the end. */
  list(): readonly HlsSessionStatus[] {
    const sinceUnixMs = this.#nowUnixMs() - GONE_AFTER_MS
    return [...this.#sessions.rvalues()].flatMap((session) =>
      session === undefined || session.lastUnixMs < sinceUnixMs ? [] : session,
    )
  }

  /** Told when a request has come, before its answer is written. Most say nothing of themselves, and cost nothing. */
  note({ headers, url = '', socket }: IncomingMessage, response: ServerResponse): void {
    const argument = argumentOf(url)
    if (argument === undefined && !hasCmcd(headers)) return
    const cmcd = readRequestCmcd(argument, headers)
    if (!cmcd.ok || Object.keys(cmcd.value).length === 0) return
    const address = socket.remoteAddress ?? ''
    const userAgent = headers['user-agent']?.slice(0, MOST_CHARACTERS)
    const before = socket.bytesWritten
    response.once('close', () => {
      const sentBytes = response.writableFinished ? socket.bytesWritten - before : 0
      const isRefused = response.statusCode >= 400
      this.#add({ address, userAgent, video: videoOf(url), cmcd: cmcd.value, isRefused, sentBytes })
    })
  }

  #add({ address, userAgent, video, cmcd, isRefused, sentBytes }: Heard): void {
    const sid = typeof cmcd['sid'] === 'string' ? cmcd['sid'] : undefined
    const key = `${address}\n${video}\n${sid ?? userAgent ?? ''}`
    const known = this.#sessions.get(key)
    const nowUnixMs = this.#nowUnixMs()
    const isStarved = cmcd['bs'] === true
    if (isStarved) this.starvedRequests += 1
    const buffersMs = [known?.leastBufferMs, cmcd['bl']].filter((value) => typeof value === 'number')
    this.#sessions.set(key, {
      ...(sid === undefined ? {} : { sid }),
      address,
      ...(userAgent === undefined ? {} : { userAgent }),
      video,
      firstUnixMs: known?.firstUnixMs ?? nowUnixMs,
      lastUnixMs: nowUnixMs,
      requests: (known?.requests ?? 0) + 1,
      refusedRequests: (known?.refusedRequests ?? 0) + Number(isRefused),
      starvedRequests: (known?.starvedRequests ?? 0) + Number(isStarved),
      sentBytes: (known?.sentBytes ?? 0) + sentBytes,
      ...(buffersMs.length === 0 ? {} : { leastBufferMs: Math.min(...buffersMs) }),
      newest: { ...known?.newest, ...standardKeys(cmcd) },
    })
  }
}

/** Custom keys are left out: there is no end of them. */
function standardKeys(cmcd: Cmcd): Cmcd {
  return Object.fromEntries(Object.entries(cmcd).filter(([key]) => !key.includes('-')))
}

function argumentOf(url: string): string | undefined {
  const queryAt = url.indexOf('?')
  if (queryAt < 0 || !url.includes('CMCD=', queryAt)) return undefined
  return new URLSearchParams(url.slice(queryAt + 1)).get('CMCD') ?? undefined
}

function hasCmcd(headers: IncomingHttpHeaders): boolean {
  return 'cmcd-session' in headers || 'cmcd-request' in headers || 'cmcd-object' in headers || 'cmcd-status' in headers
}

/** `/hls/<id>/…`, signed or not. */
function videoOf(url: string): string {
  return /^\/hls\/([A-Za-z0-9]{1,64})\//.exec(readHlsAddress(url).path)?.[1] ?? ''
}
