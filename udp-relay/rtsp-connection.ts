import type { Logger } from 'pino'
import { encodeRtspMessage, RtspReader, type RtspEvent, type RtspRequest } from '../protocol/rtsp-message.ts'
import { rtspResponse } from '../protocol/rtsp-response.ts'
import { ConnectionBytes } from './connection-bytes.ts'
import type { ViewerSocket } from './http-tunnel.ts'
import { InterleavedChannels } from './interleaved-channels.ts'
import { answer, refusalOf, type RelayParts, type RtspReply } from './rtsp-methods.ts'
import { reasonOf, RtspRefusal, type RtspStatus } from './rtsp-refusal.ts'

export type ConnectionOptions = RelayParts & {
  readonly socket: ViewerSocket
  readonly logger: Logger
  readonly onClosed: () => void
}

/** One RTSP connection: requests are answered one after the other (RFC 2326 section 9.1). */
export class RtspConnection {
  readonly address: string
  readonly #options: ConnectionOptions
  readonly #bytes: ConnectionBytes
  readonly #channels: InterleavedChannels
  readonly #reader = new RtspReader()
  readonly #sessionIds = new Set<string>()
  #lastRequestMs = performance.now()

  constructor(options: ConnectionOptions) {
    const { socket, links, onClosed } = options
    this.#options = options
    this.address = socket.remoteAddress ?? ''
    this.#bytes = new ConnectionBytes({
      socket,
      links,
      onArrived: (bytes) => this.#take(bytes),
      onClosed: () => {
        this.#channels.close()
        onClosed()
      },
    })
    this.#channels = new InterleavedChannels(this.#bytes)
  }

  close(): void {
    this.#bytes.destroy()
  }

  /** Ends a connection that asks nothing and belongs to no viewer. One that sends half a request is no better. */
  closeIfIdle(idleMs: number): void {
    for (const id of this.#sessionIds) if (!this.#isOpen(id)) this.#sessionIds.delete(id)
    const isIdle = performance.now() - this.#lastRequestMs > idleMs
    if (isIdle && this.#sessionIds.size === 0) this.close()
  }

  #isOpen(sessionId: string): boolean {
    const { sessions, publishing } = this.#options
    return sessions.has(sessionId) || publishing.has(sessionId)
  }

  async #take(bytes: Uint8Array): Promise<void> {
    try {
      for (const event of this.#reader.push(bytes)) await this.#handle(event)
    } catch (error) {
      this.#options.logger.debug({ err: error, viewer: this.address }, 'RTSP connection broke')
      throw error
    }
  }

  /** Responses are of no use here, and cost nothing. */
  async #handle(event: RtspEvent): Promise<void> {
    if (event.kind === 'interleaved') {
      this.#channels.take(event.channel, event.payload)
    } else if (event.kind === 'request') {
      this.#lastRequestMs = performance.now()
      await this.#answer(event)
    } else if (event.kind === 'fault') {
      await this.#write(400, event.cSeq, { headers: {} })
      if (event.fatal) this.#bytes.end()
    }
  }

  async #answer(request: RtspRequest): Promise<void> {
    const { socket, logger } = this.#options
    const viewer = { address: this.address, localAddress: socket.localAddress ?? '', ...this.#bytes.binding }
    const cSeq = request.headers.get('cseq')
    let isAnswered = false
    const respond = (reply: RtspReply, status: RtspStatus = 200, reason?: string): Promise<void> => {
      isAnswered = true
      return this.#write(status, cSeq, reply, reason)
    }
    try {
      const onSession = (id: string): void => void this.#sessionIds.add(id)
      await answer({ request, viewer, channels: this.#channels, respond, onSession }, this.#options)
    } catch (error) {
      if (isAnswered) throw error
      const refusal = refusalOf(error) ?? new RtspRefusal(500, 'our own mistake')
      const facts = { viewer: this.address, method: request.method, status: refusal.status }
      if (refusal.status === 500) logger.error({ ...facts, err: error }, 'RTSP request failed')
      else logger.debug({ ...facts, why: refusal.message }, 'RTSP request refused')
      await respond({ headers: refusal.headers }, refusal.status, refusal.reason)
    }
  }

  /** Every reply has the request's CSeq (section 12.17). Resolves when it has left. */
  #write(
    status: RtspStatus,
    cSeq: string | undefined,
    { headers, body = '' }: RtspReply,
    reason = reasonOf(status),
  ): Promise<void> {
    const answer = { status, reason, cSeq, date: new Date().toUTCString(), headers, body: Buffer.from(body) }
    return this.#bytes.write(encodeRtspMessage(rtspResponse(answer)))
  }
}
