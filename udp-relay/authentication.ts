import { createHash, timingSafeEqual } from 'node:crypto'
import {
  digestAlgorithms,
  digestResponse,
  readCredentials,
  writeChallenge,
  type Credentials,
  type DigestCredentials,
} from '../protocol/rtsp-authorization.ts'
import type { RtspRequest } from '../protocol/rtsp-message.ts'
import { hashText } from './hash-text.ts'
import { Nonces, type NonceLimits } from './nonces.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import { readRtspAddress } from './rtsp-url.ts'

/** Passwords by user names, both in ASCII: of more, HTTP has no agreed notation. */
export type RtspUsers = Readonly<Record<string, string>>

const REALM = 'Weir'

/** Who may use the relay: digest (RFC 7616, SHA-256 or MD5) or basic (RFC 7617). */
export class Authentication {
  readonly #passwords: ReadonlyMap<string, string>
  readonly #nonces: Nonces

  constructor(users: RtspUsers, nowMs: () => number, limits: Partial<NonceLimits> = {}) {
    this.#passwords = new Map(Object.entries(users))
    this.#nonces = new Nonces(nowMs, limits)
  }

  /** Throws RtspRefusal 401, with the challenges, unless the request tells a user's password, or shows to know it. */
  check(request: RtspRequest): void {
    const text = request.headers.get('authorization')
    if (text === undefined) throw this.#refusal('no Authorization')
    const credentials = readCredentials(text)
    if (!credentials.ok) throw this.#refusal(`Authorization: ${credentials.fault.code}`)
    if (!this.#isTrue(credentials.value, request)) throw this.#refusal('Authorization of nobody known here')
    if (credentials.value.scheme === 'basic') return
    const { nonce, proof } = credentials.value
    const count = proof === undefined ? undefined : parseInt(proof.count, 16)
    if (!this.#nonces.use(nonce, count)) throw this.#refusal('the nonce has expired', true)
  }

  #isTrue(credentials: Credentials, { method, url }: RtspRequest): boolean {
    const password = this.#passwords.get(credentials.user)
    const known = password ?? '' // as much work for a name that does not exist
    const isRight =
      credentials.scheme === 'basic'
        ? isSame(credentials.password, known)
        : isSame(credentials.response, digestResponse(credentials, method, known, hashText)) && isFor(credentials, url)
    return isRight && password !== undefined
  }

  /** The strongest first. ffmpeg knows MD5 only and answers the last digest, so that one stands after SHA-256. */
  #refusal(message: string, stale = false): RtspRefusal {
    const nonce = this.#nonces.issue()
    const digests = digestAlgorithms.map((algorithm) =>
      writeChallenge({ scheme: 'digest', algorithm, realm: REALM, nonce, stale }),
    )
    const challenges = [...digests, writeChallenge({ scheme: 'basic', realm: REALM })]
    return new RtspRefusal(401, message, { 'www-authenticate': challenges })
  }
}

/** live555 signs the address of the whole for each of its tracks. */
function isFor({ uri, realm }: DigestCredentials, url: string): boolean {
  if (realm !== REALM) return false
  if (uri === url) return true
  const [signed, asked] = [readRtspAddress(uri), readRtspAddress(url)]
  return signed !== undefined && signed.videoId === asked?.videoId && signed.linkId === asked.linkId
}

/** In a time that tells nothing of where they differ. */
function isSame(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}
