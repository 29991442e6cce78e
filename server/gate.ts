import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { Refusal } from './refusal.ts'

export type GateOptions = {
  readonly host: string // that we listen at
  readonly publicUrl: string | undefined
  readonly token: string | undefined // that writing needs
}

export const TOKEN_COOKIE = 'weir-token'

/** Who may use `/api`. A page of another origin may not, nor one that reaches us by a name we do not know: with that,
 *  a foreign page could make its own name point here (DNS rebinding). Throws the refusal. */
export class Gate {
  readonly #options: GateOptions

  constructor(options: GateOptions) {
    this.#options = options
  }

  check(request: IncomingMessage, url = request.url ?? ''): void {
    const path = url.split('?', 1)[0] ?? ''
    this.#checkHost(request.headers.host)
    this.#checkOrigin(request.headers.origin, request.headers.host)
    if (isWriting(request.method ?? 'GET', path)) this.requireToken(request)
  }

  #checkHost(header: string | undefined): void {
    const name = hostNameOf(header)
    if (name !== undefined && this.#knows(name)) return
    throw new Refusal(
      'foreign-host',
      `expected an IP address, localhost or the name of publicUrl, got "${header ?? ''}"`,
    )
  }

  #knows(name: string): boolean {
    if (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name === 'localhost') return true
    return name === this.#options.host.toLowerCase() || name === this.#publicUrl()?.hostname
  }

  #checkOrigin(origin: string | undefined, host: string | undefined): void {
    if (origin === undefined || origin === this.#publicUrl()?.origin) return
    if (URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host) return // the host was checked
    throw new Refusal('foreign-origin', `expected no Origin or this server's own, got "${origin}"`)
  }

  #publicUrl(): URL | undefined {
    return this.#options.publicUrl === undefined ? undefined : new URL(this.#options.publicUrl)
  }

  /** Throws the refusal where the token is needed and did not come. */
  requireToken(request: IncomingMessage): void {
    if (this.#options.token === undefined || this.isToken(tokenOf(request))) return
    throw new Refusal('unauthorized', 'expected the token of this server', { 'WWW-Authenticate': 'Bearer' })
  }

  /** Compared in a time that tells nothing of the token. */
  isToken(given: string | undefined): boolean {
    const { token } = this.#options
    return token !== undefined && given !== undefined && timingSafeEqual(sha256(given), sha256(token))
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function hostNameOf(header: string | undefined): string | undefined {
  return header === undefined || !URL.canParse(`http://${header}`) ? undefined : new URL(`http://${header}`).hostname
}

/** What changes the library or the default link. A viewer's own session, link and run are watching, not writing; to remove a
 *  run is. */
function isWriting(method: string, path: string): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false
  if (method === 'POST' && /^\/api\/runs(?:\/[\w-]+)*$/.test(path)) return false
  if (/^\/api\/channels\/\w+\/ingest\/[\w-]+\/[\w.-]+$/.test(path)) return false // asks for the key of the channel
  if (method === 'POST' && /^\/api\/(?:videos|channels)\/[\w-]+\/whep$/.test(path)) return false
  if (/^\/api\/channels\/\w+\/whip(?:\/[\w-]+)?$/.test(path)) return false // the same
  return !/^\/api\/(?:udp-sessions|realtime|links(?!\/default))(?:\/[\w-]+)*$/.test(path) // nothing encoded: %64efault is default too
}

/** `Authorization: Bearer` (RFC 6750 section 2.1), or the cookie that a page opened with ?token= has got. */
function tokenOf({ headers }: IncomingMessage): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return bearer ?? new RegExp(`(?:^|; ?)${TOKEN_COOKIE}=([^;]*)`).exec(headers.cookie ?? '')?.[1]
}

/** Whether only this machine reaches a host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
