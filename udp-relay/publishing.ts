import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import type { Logger } from 'pino'
import { readSessionHeader, writeSessionHeader, writeTransport } from '../protocol/rtsp-headers.ts'
import type { RtspRequest } from '../protocol/rtsp-message.ts'
import { readAnnouncement } from './announcement.ts'
import { LIVE_ID, STREAM_NAME, type LivePresentations } from './live-presentations.ts'
import { plainAddress } from './plain-address.ts'
import { PublisherSession } from './publisher-session.ts'
import type { RtpPorts } from './rtp-ports.ts'
import type { Exchange } from './rtsp-methods.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import { readRtspAddress } from './rtsp-url.ts'
import type { SendTimer } from './send-timer.ts'
import { chooseTransport } from './transport-offer.ts'

export type PublishingOptions = {
  readonly live: LivePresentations
  readonly ports: RtpPorts
  readonly timer: SendTimer
  readonly logger: Logger
  readonly timeoutSeconds: number
  /** Names and passwords are asked for; else only this machine may publish. */
  readonly isGuarded: boolean
}

const MAX_PUBLISHERS = 64
const SWEEP_MS = 1000

/** Those who publish: ANNOUNCE to `rtsp://host/live/<name>`, SETUP of each track, RECORD. */
export class Publishing {
  readonly #options: PublishingOptions
  readonly #sessions = new Map<string, PublisherSession>() // by id
  readonly #sweeper: NodeJS.Timeout

  constructor(options: PublishingOptions) {
    this.#options = options
    this.#sweeper = setInterval(() => {
      for (const session of this.#sessions.values()) session.endIfGone(options.timeoutSeconds * 1000) // s to ms
    }, SWEEP_MS)
  }

  /** Answers what a publisher asks; false for what is a viewer's. Throws RtspRefusal. */
  async answer(exchange: Exchange): Promise<boolean> {
    const { request } = exchange
    if (request.method === 'ANNOUNCE') await this.#announce(exchange)
    else {
      const session = this.#sessionOf(exchange)
      if (session === undefined && request.method !== 'RECORD') return false
      if (session === undefined) throw new RtspRefusal(454, 'RECORD without a session')
      session.touch()
      exchange.onSession(session.id)
      await this.#carryOut(exchange, session)
    }
    return true
  }

  has(id: string): boolean {
    return this.#sessions.has(id)
  }

  close(): void {
    clearInterval(this.#sweeper)
    for (const session of [...this.#sessions.values()]) session.end('closing')
  }

  async #announce({ request, viewer, respond, onSession }: Exchange): Promise<void> {
    const { live, ports, timer, logger, isGuarded } = this.#options
    const name = streamNameOf(request)
    if (!isGuarded && !isLoopback(viewer.address)) throw new RtspRefusal(403, 'publishing from afar needs rtspUsers')
    if (name === undefined) throw new RtspRefusal(404, `ANNOUNCE of ${request.url.slice(0, 100)}`)
    if (live.has(name)) throw new RtspRefusal(403, `${name} is being published`, {}, 'Name in Use')
    if (this.#sessions.size >= MAX_PUBLISHERS) throw new RtspRefusal(453, 'too many publishers')
    const announcement = readAnnouncement(Buffer.from(request.body).toString())
    const id = randomBytes(8).toString('hex') // 64 bits that nobody guesses
    const onEnded = (): void => {
      this.#sessions.delete(id)
      live.remove(name)
    }
    const session = new PublisherSession({ id, name, publisher: viewer, announcement, ports, timer, logger, onEnded })
    this.#sessions.set(id, session)
    live.add(name, session.segments)
    onSession(id)
    await respond({ headers: {} })
  }

  async #carryOut({ request, viewer, channels, respond }: Exchange, session: PublisherSession): Promise<void> {
    const { timeoutSeconds } = this.#options
    const headers = { session: writeSessionHeader({ id: session.id, timeoutSeconds }) }
    switch (request.method) {
      case 'SETUP': {
        const context = {
          address: viewer.address,
          mode: 'RECORD',
          allowsMulticast: false,
          allowsFeedback: false,
        } as const
        const offer = chooseTransport(request.headers.get('transport'), context)
        const transport = await session.setUp(readRtspAddress(request.url)?.trackIndex, offer, channels)
        return respond({ headers: { ...headers, transport: writeTransport(transport) } })
      }
      case 'RECORD':
        session.record()
        return respond({ headers })
      case 'PAUSE':
        session.pause()
        return respond({ headers })
      case 'TEARDOWN':
        session.end('teardown')
        return respond({ headers: { session: session.id } })
      case 'GET_PARAMETER':
      case 'SET_PARAMETER':
      case 'OPTIONS':
        return respond({ headers })
      default:
        throw new RtspRefusal(455, `${request.method} of a publisher`)
    }
  }

  /** By its id; before the first SETUP, which tells that, by the stream's name. */
  #sessionOf({ request, viewer }: Exchange): PublisherSession | undefined {
    const text = request.headers.get('session')
    if (text !== undefined) {
      const session = this.#sessions.get(readSessionHeader(text).id)
      return session?.publisher.address === viewer.address ? session : undefined
    }
    if (request.method !== 'SETUP' || !/mode="?(record|receive)/i.test(request.headers.get('transport') ?? '')) {
      return undefined
    }
    const name = streamNameOf(request)
    return [...this.#sessions.values()].find(
      (session) => session.name === name && session.publisher.address === viewer.address,
    )
  }
}

function streamNameOf({ url }: RtspRequest): string | undefined {
  const address = readRtspAddress(url)
  if (address?.videoId !== LIVE_ID || address.linkId !== undefined) return undefined
  return address.variant !== undefined && STREAM_NAME.test(address.variant) ? address.variant : undefined
}

function isLoopback(address: string): boolean {
  const plain = plainAddress(address)
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}
