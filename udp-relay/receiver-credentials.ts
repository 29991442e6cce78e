import { createHash, randomBytes } from 'node:crypto'

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

/** RFC 7616 section 3.3; a digest without an algorithm is MD5. */
const hashes: ReadonlyMap<string, string> = new Map([
  ['SHA-256', 'sha256'],
  ['MD5', 'md5'],
])

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
    const algorithm = algorithmOf(parameters)
    const hash = (text: string): string =>
      createHash(hashes.get(algorithm) as string)
        .update(text)
        .digest('hex')
    const [realm, nonce] = [parameters.get('realm') ?? '', parameters.get('nonce') ?? '']
    const [secret, what] = [hash(`${username}:${realm}:${password}`), hash(`${method}:${url}`)]
    const own = this.#qopFields(parameters)
    const between = own === undefined ? nonce : `${nonce}:${own.nc}:${own.cnonce}:auth`
    const opaque = parameters.get('opaque')
    return [
      `Digest username="${quoted(username)}", realm="${quoted(realm)}", nonce="${quoted(nonce)}", uri="${quoted(url)}"`,
      `response="${hash(`${secret}:${between}:${what}`)}"`,
      ...(parameters.has('algorithm') ? [`algorithm=${algorithm}`] : []),
      ...(own === undefined ? [] : [`qop=auth, nc=${own.nc}, cnonce="${own.cnonce}"`]),
      ...(opaque === undefined ? [] : [`opaque="${quoted(opaque)}"`]),
    ].join(', ')
  }

  #qopFields(parameters: Challenge['parameters']): { readonly nc: string; readonly cnonce: string } | undefined {
    if (!offersAuth(parameters)) return undefined
    this.#nonceCount += 1
    return { nc: this.#nonceCount.toString(16).padStart(8, '0'), cnonce: this.#newNonce() }
  }
}

function isAnswerable({ scheme, parameters }: Challenge): boolean {
  if (scheme === 'basic') return true
  return hashes.has(algorithmOf(parameters)) && (!parameters.has('qop') || offersAuth(parameters))
}

function offersAuth(parameters: Challenge['parameters']): boolean {
  const offers = (parameters.get('qop') ?? '').split(',').map((offer) => offer.trim())
  return offers.includes('auth')
}

function rank({ scheme, parameters }: Challenge): number {
  return scheme === 'basic' ? hashes.size : [...hashes.keys()].indexOf(algorithmOf(parameters))
}

function algorithmOf(parameters: Challenge['parameters']): string {
  return (parameters.get('algorithm') ?? 'MD5').toUpperCase()
}

function quoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&')
}
