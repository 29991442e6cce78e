import {
  readNptRange,
  readRtpInfo,
  readSessionHeader,
  readTransport,
  writeNptRange,
  writeTransport,
  type RtpInfo,
} from '../protocol/rtsp-headers.ts'
import { readSdp, type PresentationDescription, type SdpTrack } from '../protocol/sdp.ts'
import { controlUrl } from './receiver-address.ts'
import type { ReceiverConnection } from './receiver-connection.ts'
import { ReceiverFailure } from './receiver-failure.ts'
import type { ReceiverWay } from './receiver-way.ts'

const MIN_KEEP_ALIVE_MS = 500
const TEARDOWN_MS = 2000 // for an answer that changes nothing any more

/** What the answer to PLAY told. */
export type PlayAnswer = {
  /** Of each track, as far as it is told. */
  readonly starts: readonly (RtpInfo | undefined)[]
  /** From where it plays; undefined: the server does not say. */
  readonly startSeconds: number | undefined
}

/** A client's way through RFC 2326 section 10: each request in its turn, and what the answers told. */
export class ReceiverConversation {
  readonly #connection: ReceiverConnection
  readonly #url: string
  #baseUrl: string
  #sessionUrl: string
  #session: { readonly id: string; readonly timeoutSeconds: number } | undefined
  #keepAliveMethod = 'OPTIONS'

  constructor(connection: ReceiverConnection, url: string) {
    this.#connection = connection
    this.#url = url
    this.#baseUrl = url
    this.#sessionUrl = url
  }

  /** How often the server wants to hear of us, halved; one that tells a timeout of 0 is not flooded. */
  get keepAliveMs(): number {
    return Math.max(MIN_KEEP_ALIVE_MS, ((this.#session?.timeoutSeconds ?? 60) * 1000) / 2)
  }

  /** OPTIONS, unless it is left out, and DESCRIBE. Rejects with ReceiverFailure. */
  async describe({ leavesOutOptions = false } = {}): Promise<PresentationDescription> {
    if (!leavesOutOptions) await this.#askOptions()
    const described = await this.#connection.request('DESCRIBE', this.#url, { accept: 'application/sdp' })
    const read = readSdp(Buffer.from(described.body).toString())
    if (!read.ok) throw new ReceiverFailure('bad-answer', 'the server describes the presentation in no SDP')
    this.#baseUrl = described.headers.get('content-base') ?? described.headers.get('content-location') ?? this.#url
    this.#sessionUrl = controlUrl(this.#baseUrl, read.value.controlUrl)
    return read.value
  }

  async #askOptions(): Promise<void> {
    const options = await this.#connection.request('OPTIONS', this.#url)
    if (/\bGET_PARAMETER\b/.test(options.headers.get('public') ?? '')) this.#keepAliveMethod = 'GET_PARAMETER'
  }

  /** SETUP of one track. Rejects with ReceiverFailure. */
  async setUp({ controlUrl: control, repair }: SdpTrack, way: ReceiverWay): Promise<void> {
    const offer = { ...way.offer, ...(repair === undefined ? {} : { profile: 'AVPF' as const }) }
    const url = controlUrl(this.#baseUrl, control)
    const answer = await this.#connection.request('SETUP', url, {
      ...this.#sessionHeader(),
      transport: writeTransport(offer),
    })
    const [transport] = readTransport(answer.headers.get('transport') ?? '')
    const session = answer.headers.get('session')
    if (transport === undefined || session === undefined) {
      throw new ReceiverFailure('bad-answer', 'the server answers SETUP without Transport or Session')
    }
    if (transport.lowerTransport !== offer.lowerTransport) {
      throw new ReceiverFailure(
        'bad-answer',
        `the server answers ${offer.lowerTransport} with ${transport.lowerTransport}`,
      )
    }
    this.#session = readSessionHeader(session)
    way.agree(transport)
  }

  /** PLAY from that second of the video; without it from where the server is, or from where it was paused (RFC 2326 section
   *  10.5). Rejects with ReceiverFailure. */
  async play(tracks: readonly SdpTrack[], startSeconds: number | undefined): Promise<PlayAnswer> {
    const answer = await this.#connection.request('PLAY', this.#sessionUrl, {
      ...this.#sessionHeader(),
      ...(startSeconds === undefined ? {} : { range: writeNptRange({ startSeconds }) }),
    })
    const told = readRtpInfo(answer.headers.get('rtp-info') ?? '')
    const range = readNptRange(answer.headers.get('range') ?? '')
    return {
      startSeconds: range.ok ? range.value.startSeconds : undefined,
      starts: tracks.map(({ controlUrl: control }) => {
        const url = controlUrl(this.#baseUrl, control)
        return told.find((info) => controlUrl(this.#baseUrl, info.url) === url || info.url === control)
      }),
    }
  }

  /** Rejects with ReceiverFailure. */
  async pause(): Promise<void> {
    await this.#connection.request('PAUSE', this.#sessionUrl, this.#sessionHeader())
  }

  async keepAlive(): Promise<void> {
    await this.#connection.request(this.#keepAliveMethod, this.#sessionUrl, this.#sessionHeader())
  }

  /** Waits a little for the answer, and does not mind which. */
  async tearDown(): Promise<void> {
    if (this.#session === undefined) return
    const answered = this.#connection
      .request('TEARDOWN', this.#sessionUrl, this.#sessionHeader())
      .catch(() => undefined)
    let timer: NodeJS.Timeout | undefined
    const tired = new Promise((resolve) => (timer = setTimeout(resolve, TEARDOWN_MS)))
    await Promise.race([answered, tired])
    clearTimeout(timer)
  }

  #sessionHeader(): Record<string, string> {
    return this.#session === undefined ? {} : { session: this.#session.id }
  }
}
