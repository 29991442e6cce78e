import type { IncomingMessage, ServerResponse } from 'node:http'
import { ByteFifo } from './byte-fifo.ts'

/** The way of a response's bytes: says how many there are, and may say "no more for now". */
export type ByteWay = {
  /** False: wait for `drain`. The bytes are taken in any case. */
  send(bytes: number): boolean
  /** There are no more. */
  end(): void
  /** The client's system has taken some of what waited for it. */
  taken(): void
}

const FRAMING_BYTES = 16 // more than Node adds to a chunk of a chunked body

type Chunk = string | Uint8Array
type Callback = (error?: Error | null) => void

/** A response whose bytes are held back until they are told as arrived. The one who answers uses the very
 *  `ServerResponse` that he got, Express too: `write`, `end` and `flushHeaders` are taken over, as compression
 *  middleware does. Its head counts with the bytes that Node will write, its body as it is handed in. */
export class HeldResponse {
  readonly #response: ServerResponse
  readonly #way: ByteWay
  readonly #real: Pick<ServerResponse, 'write' | 'end' | 'flushHeaders'>
  readonly #body = new ByteFifo() // not yet written to the client
  #headBytes = 0 // still on their way
  #arrivedBodyBytes = 0 // and not yet written
  #isHeadWritten = false
  #phase: 'new' | 'head-sent' | 'ended' | 'complete' = 'new'

  constructor(response: ServerResponse, way: ByteWay) {
    this.#response = response
    this.#way = way
    this.#real = {
      write: response.write.bind(response),
      end: response.end.bind(response),
      flushHeaders: response.flushHeaders.bind(response),
    }
    this.#takeOver()
  }

  /** All its bytes have arrived and are written. */
  get isComplete(): boolean {
    return this.#phase === 'complete'
  }

  /** What has arrived and still is in this process: the client does not take it. */
  get untakenBytes(): number {
    return this.#arrivedBodyBytes + this.#response.writableLength
  }

  /** The client has had the beginning, and when so many more bytes have come to it, some of those sent are still on their way. */
  isMidBodyAfter(bytes: number): boolean {
    return this.#isHeadWritten && bytes < this.#body.sizeBytes - this.#arrivedBodyBytes
  }

  /** There is room again for whom `write` answered false. */
  drain(): void {
    if (!this.#response.destroyed) this.#response.emit('drain')
  }

  /** The client has gone. Node tells it to the response that holds the socket; one that waits for its turn would never hear. */
  abort(): void {
    const { destroyed, socket } = this.#response
    this.#response.destroy()
    if (!destroyed && socket === null) this.#response.emit('close')
  }

  /** So many more bytes have come to the client, of which those of this response are written. Gives how many they were. */
  arrive(bytes: number): number {
    const ofHead = Math.min(bytes, this.#headBytes)
    const ofBody = Math.min(bytes - ofHead, this.#body.sizeBytes - this.#arrivedBodyBytes)
    this.#headBytes -= ofHead
    this.#arrivedBodyBytes += ofBody
    this.#write()
    return ofHead + ofBody
  }

  #takeOver(): void {
    const response = this.#response
    response.flushHeaders = () => void this.#sendWithHead(0)
    response.write = ((chunk: Chunk, ...rest: unknown[]) => this.#accept(chunk, rest)) as ServerResponse['write']
    response.end = ((...given: unknown[]) => {
      this.#end(given)
      return response
    }) as ServerResponse['end']
  }

  #accept(chunk: Chunk, rest: readonly unknown[]): boolean {
    const bytes = bytesOf(chunk, rest[0])
    const callback = rest.find((argument) => typeof argument === 'function') as Callback | undefined
    if (callback !== undefined) process.nextTick(callback)
    const bodyBytes = isBodiless(this.#response) ? 0 : bytes.length
    if (bodyBytes > 0) this.#body.push(bytes)
    return this.#sendWithHead(bodyBytes)
  }

  #end(given: readonly unknown[]): void {
    if (this.#phase === 'ended' || this.#phase === 'complete') return
    const [chunk, ...rest] = given
    const callback = given.find((argument) => typeof argument === 'function') as Callback | undefined
    if (callback !== undefined) this.#response.once('finish', callback)
    const body = typeof chunk === 'string' || chunk instanceof Uint8Array ? bytesOf(chunk, rest[0]) : Buffer.alloc(0)
    // As Node does: whose whole body comes with the end tells its length.
    const tellsLength = !this.#response.headersSent && !this.#response.hasHeader('Content-Length')
    if (tellsLength && !isBodiless(this.#response)) this.#response.setHeader('Content-Length', body.length)
    this.#accept(body, [])
    this.#phase = 'ended'
    this.#way.end()
    this.#write()
  }

  /** The head leaves with the first bytes of the body, as Node sends it: they share a segment. */
  #sendWithHead(bodyBytes: number): boolean {
    if (this.#phase !== 'new') return bodyBytes === 0 || this.#way.send(bodyBytes)
    this.#phase = 'head-sent'
    if (!this.#response.headersSent) this.#response.writeHead(this.#response.statusCode)
    this.#headBytes = headBytesOf(this.#response)
    return this.#way.send(this.#headBytes + bodyBytes)
  }

  /** Writes what has arrived, in one go. The response is never given as much as would make it ask for a pause: its own
   *  `drain` would wake who waits for the link's. */
  #write(): void {
    const response = this.#response
    if (this.#phase === 'new' || this.#headBytes > 0 || this.isComplete || response.destroyed) return
    response.cork()
    this.#writeHead()
    while (this.#arrivedBodyBytes > 0) {
      const room = response.writableHighWaterMark - FRAMING_BYTES - response.writableLength
      if (room <= 0) break
      const bytes = this.#body.take(Math.min(room, this.#arrivedBodyBytes))
      this.#arrivedBodyBytes -= bytes.length
      this.#real.write(bytes, this.#onTaken)
    }
    response.uncork()
    if (this.#phase !== 'ended' || this.#body.sizeBytes > 0) return
    this.#phase = 'complete'
    this.#real.end()
  }

  #writeHead(): void {
    if (this.#isHeadWritten) return
    this.#isHeadWritten = true
    this.#real.flushHeaders()
  }

  readonly #onTaken = (): void => {
    if (this.#arrivedBodyBytes === 0) return // it takes all that comes
    this.#write()
    this.#way.taken()
  }
}

function bytesOf(chunk: Chunk, encoding: unknown): Buffer {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
}

/** RFC 9110 section 6.4.1. */
function isBodiless({ req, statusCode }: ServerResponse): boolean {
  return req.method === 'HEAD' || statusCode === 204 || statusCode === 304
}

/** Status line, headers and the empty line as Node has put them together (latin1: a character a byte). Node keeps the
 *  text in a field without a public name; loggers such as morgan read it, too. */
function headBytesOf(response: ServerResponse): number {
  return (response as ServerResponse & { readonly _header: string })._header.length
}

/** The bytes of a request's head as they came, but for spaces around values. */
export function requestBytesOf({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): number {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`)
  return lines.reduce((bytes, line) => bytes + line.length + 2, 2) // each line and the empty one end in CR LF
}
