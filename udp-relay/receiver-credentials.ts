import { randomBytes } from 'node:crypto'
import {
  digestAlgorithms,
  digestResponse,
  type DigestAlgorithm,
  type DigestCredentials,
} from '../protocol/rtsp-authorization.ts'
import { hashText } from './hash-text.ts'

export type Credentials = { readonly username: string; readonly password: string }

/** What a server asks for, RFC 9110 section 11.6.1; parameters by lower-case name. */
export type Challenge = { readonly scheme: 'basic' | 'digest'; readonly parameters: ReadonlyMap<string, string> }

/** The challenges of WWW-Authenticate, also of several fields in one; other schemes are left out. */
export function readChallenges(value: string): Challenge[] {
  const starts = [...value.matchAll(/(?:^|,)\s*([A-Za-z][\w-]*)\s+(?=[\w-]+\s*=)/g)]
  return starts.flatMap((start, index) => {
    const scheme = (start[1] ?? '').toLowerCase()
    if (scheme !== 'basic' && scheme !== 'digest') return []
    const text = value.slice(start.index + start[0].length, starts[index + 1]?.index)
    const pairs = text.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))/g)
    const parameters = new Map(
      [...pairs].map(([, name = '', quoted, token = '']) => [name.toLowerCase(), unquoted(quoted) ?? token]),
    )
    return [{ scheme, parameters }]
  })
}

function unquoted(text: string | undefined): string | undefined {
  return text?.replace(/\\(.)/g, '$1')
}

/** Answers challenges as a client: digest before basic, SHA-256 before MD5 (RFC 7616 section 3.7). */
export class Authorization {
  readonly #credentials: Credentials
  readonly #newNonce: () => string
  #challenge: Challenge | undefined
  #nonceCount = 0

  constructor(credentials: Credentials, newNonce = (): string => randomBytes(12).toString('hex')) {
    this.#credentials = credentials
    this.#newNonce = newNonce
  }

  /** A 401 has come: whether it is worth trying (again). A digest is tried anew only where merely its nonce was old. */
  accept(wwwAuthenticate: string): boolean {
    const known = readChallenges(wwwAuthenticate).filter(isAnswerable)
    const [best] = known.toSorted((a, b) => rank(a) - rank(b))
    if (best === undefined) return false
    const isStale = best.parameters.get('stale')?.toLowerCase() === 'true'
    if (this.#challenge !== undefined && !isStale) return false
    this.#challenge = best
    this.#nonceCount = 0
    return true
  }

  /** The value of Authorization for a request; undefined before there was a challenge. */
  header(method: string, url: string): string | undefined {
    const challenge = this.#challenge
    if (challenge === undefined) return undefined
    const { username, password } = this.#credentials
    if (challenge.scheme === 'digest') return this.#digest(challenge.parameters, method, url)
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }

  /** RFC 7616 section 3.4; without `qop` as RFC 2069, which most RTSP servers ask for. */
  #digest(parameters: Challenge['parameters'], method: string, url: string): string {
    const { username, password } = this.#credentials
    const algorithm = algorithmOf(parameters) ?? 'MD5'
    const [realm, nonce] = [parameters.get('realm') ?? '', parameters.get('nonce') ?? '']
    const proof = this.#proof(parameters)
    const known = { algorithm, user: username, realm, nonce, uri: url, ...(proof === undefined ? {} : { proof }) }
    const opaque = parameters.get('opaque')
    return [
      `Digest username="${quoted(username)}", realm="${quoted(realm)}", nonce="${quoted(nonce)}", uri="${quoted(url)}"`,
      `response="${digestResponse(known, method, password, hashText)}"`,
      ...(parameters.has('algorithm') ? [`algorithm=${algorithm}`] : []),
      ...(proof === undefined ? [] : [`qop=${proof.qop}, nc=${proof.count}, cnonce="${proof.clientNonce}"`]),
      ...(opaque === undefined ? [] : [`opaque="${quoted(opaque)}"`]),
    ].join(', ')
  }

  #proof(parameters: Challenge['parameters']): DigestCredentials['proof'] {
    if (!offersAuth(parameters)) return undefined
    this.#nonceCount += 1
    return { qop: 'auth', count: this.#nonceCount.toString(16).padStart(8, '0'), clientNonce: this.#newNonce() }
  }
}

function isAnswerable({ scheme, parameters }: Challenge): boolean {
  if (scheme === 'basic') return true
  return algorithmOf(parameters) !== undefined && (!parameters.has('qop') || offersAuth(parameters))
}

function offersAuth(parameters: Challenge['parameters']): boolean {
  const offers = (parameters.get('qop') ?? '').split(',').map((offer) => offer.trim())
  return offers.includes('auth')
}

function rank({ scheme, parameters }: Challenge): number {
  const algorithm = scheme === 'basic' ? undefined : algorithmOf(parameters)
  return algorithm === undefined ? digestAlgorithms.length : digestAlgorithms.indexOf(algorithm)
}

/** A digest without an algorithm is MD5, RFC 7616 section 3.3; undefined for one that is not known here. */
function algorithmOf(parameters: Challenge['parameters']): DigestAlgorithm | undefined {
  const named = (parameters.get('algorithm') ?? 'MD5').toUpperCase()
  return digestAlgorithms.find((algorithm) => algorithm === named)
}

function quoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&')
}
