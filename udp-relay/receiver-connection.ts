import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import {
  encodeInterleavedFrame,
  encodeRtspMessage,
  RtspReader,
  type RtspRequest,
  type RtspResponse,
} from '../protocol/rtsp-message.ts'
import { Authorization, type Credentials } from './receiver-credentials.ts'
import { ReceiverFailure } from './receiver-failure.ts'

export type ConnectionOptions = {
  readonly host: string
  readonly port: number
  /** Over TLS; 'unchecked': whoever has the certificate. Absent: in the clear. */
  readonly tls?: 'checked' | 'unchecked' | undefined
  readonly userAgent: string
  readonly credentials: Credentials | undefined
  readonly timeoutMs: number // of the connection, and of each answer
  readonly onAnswer?: (() => void) | undefined
  readonly onInterleaved: (channel: number, payload: Uint8Array) => void
  /** The server has closed it, or it broke; not told after `close`. */
  readonly onLost: (why: string) => void
}

type Waiting = { readonly resolve: (response: RtspResponse) => void; readonly reject: (error: Error) => void }

/** A client's RTSP connection: requests with their answers, and interleaved packets both ways. */
export class ReceiverConnection {
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  readonly #authorization: Authorization | undefined
  readonly #reader = new RtspReader()
  readonly #waiting = new Map<string, Waiting>() // by CSeq
  #cSeq = 0
  #isClosed = false
  /** The shortest way of a request and its answer so far: an upper bound of the round trip. */
  roundTripMs = Infinity

  private constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.#authorization = options.credentials && new Authorization(options.credentials)
    socket.setNoDelay(true)
    socket.on('data', (bytes) => this.#take(bytes))
    socket.on('error', (error) => this.#lose(error.message))
    socket.on('close', () => this.#lose('the server closed the connection'))
  }

  /** Rejects with ReceiverFailure `unreachable`, or `untrusted`. */
  static open(options: ConnectionOptions): Promise<ReceiverConnection> {
    const { host, port, tls, timeoutMs } = options
    return new Promise((resolve, reject) => {
      const socket = tls === undefined ? connect({ host, port }) : connectSecurely(options)
      const fail = (why: string): void => {
        socket.destroy()
        reject(new ReceiverFailure('unreachable', `${host}:${port} cannot be reached: ${why}`))
      }
      const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs)
      const onError = (error: NodeJS.ErrnoException): void => {
        clearTimeout(timer)
        if (isTlsProblem(error)) reject(new ReceiverFailure('untrusted', untrusted(options, error)))
        else fail(speaksNoTls(error) ? 'there is no TLS' : error.message)
      }
      socket.once('error', onError)
      socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
        clearTimeout(timer)
        socket.off('error', onError)
        resolve(new ReceiverConnection(socket, options))
      })
    })
  }

  get localAddress(): string {
    return this.#socket.localAddress ?? ''
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress ?? ''
  }

  /** The answer of a server that agrees, with a password if it wants one. Rejects with ReceiverFailure. */
  async request(method: string, url: string, headers: Readonly<Record<string, string>> = {}): Promise<RtspResponse> {
    let response = await this.#ask(method, url, headers)
    while (response.status === 401 && this.#authorization?.accept(response.headers.get('www-authenticate') ?? '')) {
      response = await this.#ask(method, url, headers)
    }
    if (response.status >= 200 && response.status < 300) return response
    const { status, reason } = response
    throw new ReceiverFailure('refused', `the server answers ${status} ${reason} to ${method}`, { status })
  }

  sendInterleaved(channel: number, payload: Uint8Array): void {
    this.#socket.write(encodeInterleavedFrame(channel, payload))
  }

  close(): void {
    this.#isClosed = true
    this.#failAll('the connection is closed')
    this.#socket.destroy()
  }

  async #ask(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<RtspResponse> {
    this.#cSeq += 1
    const cSeq = String(this.#cSeq)
    const authorization = this.#authorization?.header(method, url)
    const fields = new Map([
      ['cseq', cSeq],
      ['user-agent', this.#options.userAgent],
      ...(authorization === undefined ? [] : [['authorization', authorization] as const]),
      ...Object.entries(headers),
    ])
    const startMs = performance.now()
    const answered = this.#awaitAnswer(cSeq, method)
    const request: RtspRequest = {
      kind: 'request',
      method,
      url,
      version: '1.0',
      headers: fields,
      body: new Uint8Array(0),
    }
    this.#socket.write(encodeRtspMessage(request))
    const response = await answered
    this.#options.onAnswer?.()
    this.roundTripMs = Math.min(this.roundTripMs, performance.now() - startMs)
    return response
  }

  #awaitAnswer(cSeq: string, method: string): Promise<RtspResponse> {
    const { timeoutMs } = this.#options
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new ReceiverFailure('unreachable', 'the connection is closed'))
      const timer = setTimeout(() => {
        this.#waiting.delete(cSeq)
        reject(new ReceiverFailure('unreachable', `no answer to ${method} within ${timeoutMs} ms`))
      }, timeoutMs)
      const settle =
        <T>(act: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer)
          act(value)
        }
      this.#waiting.set(cSeq, { resolve: settle(resolve), reject: settle(reject) })
    })
  }

  #take(bytes: Uint8Array): void {
    for (const event of this.#reader.push(bytes)) {
      if (event.kind === 'interleaved') this.#options.onInterleaved(event.channel, event.payload)
      else if (event.kind === 'response') this.#settle(event)
      else if (event.kind === 'request') this.#decline(event)
      else if (event.fatal) this.#socket.destroy(new Error('the server sends what is no RTSP'))
    }
  }

  #settle(response: RtspResponse): void {
    const cSeq = response.headers.get('cseq') ?? ''
    this.#waiting.get(cSeq)?.resolve(response)
    this.#waiting.delete(cSeq)
  }

  /** A server may ask too (RFC 2326 section 10); there is nothing that we do for it. */
  #decline({ headers }: RtspRequest): void {
    const cSeq = headers.get('cseq')
    const fields = new Map(cSeq === undefined ? [] : [['cseq', cSeq] as const])
    const body = new Uint8Array(0)
    const response = {
      kind: 'response',
      version: '1.0',
      status: 501,
      reason: 'Not Implemented',
      headers: fields,
      body,
    } as const
    this.#socket.write(encodeRtspMessage(response))
  }

  #lose(why: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#failAll(why)
    this.#options.onLost(why)
  }

  #failAll(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new ReceiverFailure('unreachable', why))
    this.#waiting.clear()
  }
}

/** The server's name is asked for (SNI), which RFC 6066 section 3 does not allow an address to be. */
function connectSecurely({ host, port, tls }: ConnectionOptions): Socket {
  const named = isIP(host) === 0 ? { servername: host } : {}
  return connectTls({ host, port, ...named, rejectUnauthorized: tls === 'checked' })
}

/** OpenSSL's verdict on a chain, or Node's on the name in it; all else is the connection's. */
function isTlsProblem({ code = '' }: NodeJS.ErrnoException): boolean {
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' || /CERT|SIGNED|ISSUER|CRL|CA_/.test(code)
}

function speaksNoTls({ code = '' }: NodeJS.ErrnoException): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_')
}

function untrusted({ host, port }: ConnectionOptions, { message }: Error): string {
  return `the certificate of ${host}:${port} is not to be trusted: ${message}`
}
