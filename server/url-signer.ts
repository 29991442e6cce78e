import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

const KEY_BYTES = 32
/** Expiry, in seconds of Unix time to the base 36, and the code of HMAC-SHA-256 in base64url (RFC 4648 section 5). */
const TOKEN = /^([0-9a-z]{1,10})\.([A-Za-z0-9_-]{43})$/

export type TokenReading = { readonly validUntilUnixMs: number } | 'forged' | 'expired'

/** Makes and checks the tokens of signed addresses. A token is of one video and until one moment; both are in its code (RFC
 *  2104, RFC 6234), by a key that HKDF (RFC 5869) makes of the secret for nothing else. */
export class UrlSigner {
  readonly #key: Buffer

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'weir signed addresses 1', KEY_BYTES))
  }

  sign(video: string, expiresUnixSeconds: number): string {
    const expiry = expiresUnixSeconds.toString(36)
    return `${expiry}.${this.#codeOf(expiry, video)}`
  }

  /** Compared in a time that tells nothing of the right code; of a forged token nothing else is looked at. */
  read(token: string, video: string, nowUnixMs: number): TokenReading {
    const [, expiry, code] = TOKEN.exec(token) ?? []
    if (expiry === undefined || code === undefined) return 'forged'
    if (!timingSafeEqual(Buffer.from(code), Buffer.from(this.#codeOf(expiry, video)))) return 'forged'
    const validUntilUnixMs = Number.parseInt(expiry, 36) * 1000 // s to ms
    return nowUnixMs < validUntilUnixMs ? { validUntilUnixMs } : 'expired'
  }

  #codeOf(expiry: string, video: string): string {
    return createHmac('sha256', this.#key).update(`${expiry}/${video}`).digest('base64url')
  }
}
