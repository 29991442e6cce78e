import { readHlsAddress } from './hls-address.ts'
import { Refusal } from './refusal.ts'
import { UrlSigner } from './url-signer.ts'

/** What is refused without a token: nothing, the keys of encrypted segments, or all. */
export type TokenDemand = 'nothing' | 'keys' | 'all'

export type HlsAccessOptions = {
  readonly secret: string | undefined // without one nothing is signed
  readonly demand: TokenDemand
  readonly nowUnixMs: () => number
}

/** A request that may be answered: what of its address the origin sees, and until when the answer may be kept. */
export type Admitted = { readonly path: string; readonly validUntilUnixMs?: number }

export const OPEN_TO_ALL: HlsAccessOptions = { secret: undefined, demand: 'nothing', nowUnixMs: Date.now }

/** Addresses that are listed change this often, so that caches may share what was got by them; each is good for as long
 *  again, at least. */
const LISTED_SECONDS = 12 * 3600

/** Who may have files of `/hls/`: whoever asks, or who was given a signed address. */
export class HlsAccess {
  readonly #options: HlsAccessOptions
  readonly #signer: UrlSigner | undefined

  constructor(options: HlsAccessOptions = OPEN_TO_ALL) {
    this.#options = options
    this.#signer = options.secret === undefined ? undefined : new UrlSigner(options.secret)
  }

  /** Whether a token is needed to watch. */
  get isDemanded(): boolean {
    return this.#options.demand !== 'nothing'
  }

  /** Throws the refusal. */
  admit(address: string): Admitted {
    const decided = this.#decide(address)
    if (decided instanceof Refusal) throw decided
    return decided
  }

  /** Undefined where `admit` throws. */
  admitted(address: string): Admitted | undefined {
    const decided = this.#decide(address)
    return decided instanceof Refusal ? undefined : decided
  }

  #decide(address: string): Admitted | Refusal {
    const { path, token } = readHlsAddress(address)
    if (token === undefined) {
      const { demand } = this.#options
      if (demand === 'nothing' || (demand === 'keys' && !path.endsWith('.key'))) return { path }
      return new Refusal('signature-missing', 'expected /hls/~<token>/<video>/…, got an address without a token')
    }
    if (this.#signer === undefined) return new Refusal('signing-off', 'this server has no hlsSecret')
    const video = path.split('/', 3)[2] ?? ''
    const reading = this.#signer.read(token, video, this.#options.nowUnixMs())
    if (reading === 'forged') return new Refusal('signature-wrong', 'the token was not made here, or for another video')
    if (reading === 'expired') return new Refusal('signature-expired', 'the time of this token is over')
    return { path, ...reading }
  }

  /** The folder of a video as the library lists it: signed where nothing else would be answered. Ends without a slash. */
  folderOf(video: string): string {
    if (!this.isDemanded || this.#signer === undefined) return `/hls/${video}`
    const period = Math.floor(this.#options.nowUnixMs() / 1000 / LISTED_SECONDS) // ms to s
    return this.#folder(this.#signer, video, (period + 2) * LISTED_SECONDS)
  }

  /** The same for so many seconds from now. Throws `signing-off`. */
  signedFolder(expiresInSeconds: number): { readonly expiresUnixMs: number; folderOf(video: string): string } {
    const signer = this.#signer
    if (signer === undefined) throw new Refusal('signing-off', 'this server has no hlsSecret')
    const expiresUnixSeconds = Math.floor(this.#options.nowUnixMs() / 1000) + expiresInSeconds // ms to s
    return {
      expiresUnixMs: expiresUnixSeconds * 1000, // s to ms
      folderOf: (video) => this.#folder(signer, video, expiresUnixSeconds),
    }
  }

  #folder(signer: UrlSigner, video: string, expiresUnixSeconds: number): string {
    return `/hls/~${signer.sign(video, expiresUnixSeconds)}/${video}`
  }
}

/** What `Cache-Control` says of an answer by a token: nobody keeps it longer than the token is good. */
export function keptUntil(cacheControl: string, validUntilUnixMs: number | undefined, nowUnixMs: number): string {
  if (validUntilUnixMs === undefined) return cacheControl
  const mostSeconds = Math.max(0, Math.floor((validUntilUnixMs - nowUnixMs) / 1000)) // ms to s
  return cacheControl.replace(
    /max-age=(\d+)/,
    (_, seconds: string) => `max-age=${Math.min(Number(seconds), mostSeconds)}`,
  )
}
