import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { Base64Stream } from '../protocol/base64-stream.ts'

/** What an RTSP connection needs of what carries it. */
export type ViewerSocket = Duplex & {
  readonly remoteAddress?: string | undefined
  readonly localAddress?: string | undefined
  setNoDelay(noDelay: boolean): unknown
}

const BAD_BASE64 = 'RTSP/1.0 400 Bad Request\r\n\r\n'

/** RTSP within HTTP, as QuickTime began it: what we say goes on behind the answer to a GET, as it is; what the client says
 *  comes as the body of a POST, in base64, whatever length its head claims. The GET's connection is the tunnel: it lives
 *  as long as that. The POST may be closed, and another one goes on with it. */
export class HttpTunnel extends Duplex {
  readonly remoteAddress: string | undefined
  readonly localAddress: string | undefined
  readonly #get: Socket
  #post: Socket | undefined
  #hasEnded = false

  constructor(get: Socket, post: Socket) {
    super()
    this.remoteAddress = get.remoteAddress
    this.localAddress = get.localAddress
    this.#get = get
    get.on('error', () => {}) // 'close' follows
    // Both have often been closed at once: what the POST brought last is read before.
    get.on('close', () => setImmediate(() => this.destroy()))
    get.on('end', () => setImmediate(() => this.#endReading()))
    get.resume() // more than its head there is not to say on it
    this.attach(post)
  }

  /** Goes on with another POST. */
  attach(post: Socket): void {
    this.#post?.destroy()
    this.#post = post
    const base64 = new Base64Stream()
    post.on('error', () => {})
    post.on('data', (bytes) => {
      const read = base64.push(bytes)
      if (this.#hasEnded) return
      if (!read.ok) this.#refuse()
      else if (read.value.length > 0 && !this.push(read.value)) post.pause()
    })
    post.on('end', () => post.end())
    post.resume()
  }

  setNoDelay(noDelay: boolean): void {
    this.#get.setNoDelay(noDelay)
  }

  override _read(): void {
    this.#post?.resume()
  }

  override _write(bytes: Uint8Array, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#get.write(bytes, done)
  }

  /** What one turn of the process sends leaves in one call. */
  override _writev(parts: { readonly chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this.#get.write(Buffer.concat(parts.map(({ chunk }) => chunk)), done)
  }

  override _final(done: () => void): void {
    this.#get.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#get.destroy()
    this.#post?.destroy()
    done(error)
  }

  /** Nobody knows any more what the client says. */
  #refuse(): void {
    this.write(BAD_BASE64)
    this.#endReading()
  }

  #endReading(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.push(null)
  }
}
