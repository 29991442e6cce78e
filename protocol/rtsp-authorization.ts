import { decodeBase64 } from './base64.ts'
import { badText, type Decoded } from './decoded.ts'

/** Whose word is asked for, and how: one WWW-Authenticate field each, RFC 7616 section 3.3 and RFC 7617. */
export type Challenge =
  | { readonly scheme: 'basic'; readonly realm: string }
  | {
      readonly scheme: 'digest'
      readonly algorithm: DigestAlgorithm
      readonly realm: string
      readonly nonce: string
      readonly stale: boolean // the credentials were right, the nonce is too old
    }

export const digestAlgorithms = ['SHA-256', 'MD5'] as const
export type DigestAlgorithm = (typeof digestAlgorithms)[number]

/** What a client answers in Authorization, RFC 7616 section 3.4. */
export type Credentials =
  | { readonly scheme: 'basic'; readonly user: string; readonly password: string }
  | ({ readonly scheme: 'digest' } & DigestCredentials)

export type DigestCredentials = {
  readonly algorithm: DigestAlgorithm
  readonly user: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string // hexadecimal
  /** Absent from clients of RFC 2069: GStreamer, VLC. */
  readonly proof?: { readonly qop: 'auth'; readonly count: string; readonly clientNonce: string }
}

/** The hash of a text's UTF-8, in lower-case hexadecimal. */
export type HashText = (algorithm: DigestAlgorithm, text: string) => string

export function writeChallenge(challenge: Challenge): string {
  if (challenge.scheme === 'basic') return `Basic realm="${challenge.realm}"`
  const { algorithm, realm, nonce, stale } = challenge
  const parameters = [`realm="${realm}"`, 'qop="auth"', `algorithm=${algorithm}`, `nonce="${nonce}"`]
  return `Digest ${[...parameters, ...(stale ? ['stale=true'] : [])].join(', ')}`
}

/** The value of Authorization. Faults: bad-text, unsupported for another scheme, algorithm or quality of protection. */
export function readCredentials(value: string): Decoded<Credentials> {
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z]+)\s+(.*)$/s.exec(value) ?? []
  switch (scheme.toLowerCase()) {
    case 'basic':
      return readBasic(rest)
    case 'digest':
      return readDigest(rest)
    default:
      return { ok: false, fault: { code: 'unsupported', what: `Authorization: ${scheme.slice(0, 20)}` } }
  }
}

/** What `response` of a client that knows the password is, RFC 7616 section 3.4.1; without `proof`, RFC 2069 section 2.1.2. */
export function digestResponse(
  { algorithm, user, realm, nonce, uri, proof }: Omit<DigestCredentials, 'response'>,
  method: string,
  password: string,
  hashText: HashText,
): string {
  const hash = (text: string): string => hashText(algorithm, text)
  const who = hash(`${user}:${realm}:${password}`)
  const what = hash(`${method}:${uri}`)
  const how = proof === undefined ? '' : `${proof.count}:${proof.clientNonce}:${proof.qop}:`
  return hash(`${who}:${nonce}:${how}${what}`)
}

function readBasic(token: string): Decoded<Credentials> {
  const text = base64Text(token.trim())
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon === -1) return badText('user:password in base64', 'something else')
  return { ok: true, value: { scheme: 'basic', user: text.slice(0, colon), password: text.slice(colon + 1) } }
}

function readDigest(text: string): Decoded<Credentials> {
  const named = readParameters(text)
  const [user, realm, nonce, uri, response] = ['username', 'realm', 'nonce', 'uri', 'response'].map((name) =>
    named.get(name),
  )
  const isWhole = user !== undefined && realm !== undefined && nonce !== undefined && uri !== undefined
  if (!isWhole || response === undefined) return badText('username, realm, nonce, uri and response', 'less')
  const algorithm = digestAlgorithms.find((known) => known === (named.get('algorithm') ?? 'MD5').toUpperCase())
  const qop = named.get('qop')
  if (algorithm === undefined || (qop !== undefined && qop !== 'auth')) {
    return { ok: false, fault: { code: 'unsupported', what: 'digest of another algorithm or qop' } }
  }
  const whole = { scheme: 'digest', algorithm, user, realm, nonce, uri, response: response.toLowerCase() } as const
  if (qop === undefined) return { ok: true, value: whole }
  const [count, clientNonce] = [named.get('nc'), named.get('cnonce')]
  if (clientNonce === undefined || !/^[0-9a-f]{8}$/i.test(count ?? '')) return badText('nc and cnonce', 'less')
  return { ok: true, value: { ...whole, proof: { qop, count: count as string, clientNonce } } }
}

/** `name=value` or `name="value"`, after commas; `\` keeps what follows it (RFC 9110 section 5.6.4). */
function readParameters(text: string): Map<string, string> {
  const parameters = text.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)
  return new Map(
    [...parameters].map(([, name = '', quoted, plain]) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
    ]),
  )
}

/** undefined for what is no base64; a character a byte. */
function base64Text(token: string): string | undefined {
  const bytes = decodeBase64(token)
  return bytes && String.fromCharCode(...bytes)
}
