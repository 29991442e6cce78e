import {
  readRtpInfo,
  readSessionHeader,
  readTransport,
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

  /** OPTIONS and DESCRIBE. Rejects with ReceiverFailure. */
  async describe(): Promise<PresentationDescription> {
    const options = await this.#connection.request('OPTIONS', this.#url)
    if (/\bGET_PARAMETER\b/.test(options.headers.get('public') ?? '')) this.#keepAliveMethod = 'GET_PARAMETER'
    const described = await this.#connection.request('DESCRIBE', this.#url, { accept: 'application/sdp' })
    const read = readSdp(Buffer.from(described.body).toString())
    if (!read.ok) throw new ReceiverFailure('bad-answer', 'the server describes the presentation in no SDP')
    this.#baseUrl = described.headers.get('content-base') ?? described.headers.get('content-location') ?? this.#url
    this.#sessionUrl = controlUrl(this.#baseUrl, read.value.controlUrl)
    return read.value
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

  /** PLAY from the beginning, or from where the server is (RFC 2326 section 10.5: without a Range); gives where each track
   *  starts, for those of which it is told. */
  async play(tracks: readonly SdpTrack[], fromNow: boolean): Promise<(RtpInfo | undefined)[]> {
    const answer = await this.#connection.request('PLAY', this.#sessionUrl, {
      ...this.#sessionHeader(),
      ...(fromNow ? {} : { range: 'npt=0.000-' }),
    })
    const told = readRtpInfo(answer.headers.get('rtp-info') ?? '')
    return tracks.map(({ controlUrl: control }) => {
      const url = controlUrl(this.#baseUrl, control)
      return told.find((info) => controlUrl(this.#baseUrl, info.url) === url || info.url === control)
    })
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
