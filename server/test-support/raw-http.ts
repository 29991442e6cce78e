import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import type { TestContext } from 'vitest'

export type RawAnswer = {
  readonly status: number
  readonly head: string
  readonly body: Buffer
  readonly headMs: number // on the process's clock: the head had come
  readonly endMs: number // so had the last byte
}

type Asking = { readonly method: string; resolve(answer: RawAnswer): void; reject(error: Error): void }

/** One real connection whose requests a test writes by itself; answers come in their order. */
export class RawHttp {
  readonly socket: Socket
  readonly #asking: Asking[] = []
  #chunks: Buffer[] = [] // of the answer that is coming, and what has come behind it
  #chunkBytes = 0
  #head: Head | undefined // of the answer that is coming
  wireBytes = 0 // that have come, heads and bodies

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#asking.splice(0).forEach(({ reject }) => reject(new Error('the connection closed'))))
  }

  static async open(context: Pick<TestContext, 'onTestFinished'>, port: number): Promise<RawHttp> {
    const socket = connect(port, '127.0.0.1')
    context.onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    return new RawHttp(socket)
  }

  /** Sends a request at once, whatever is still under way, and gives its answer. */
  ask(path: string, headers: readonly string[] = [], method = 'GET', version = '1.1'): Promise<RawAnswer> {
    const lines = [`${method} ${path} HTTP/${version}`, 'Host: 127.0.0.1', ...headers]
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    return new Promise((resolve, reject) => this.#asking.push({ method, resolve, reject }))
  }

  #read(bytes: Buffer): void {
    this.wireBytes += bytes.length
    this.#chunkBytes += bytes.length
    this.#chunks.push(bytes)
    while (this.#readAnswer());
  }

  #readAnswer(): boolean {
    const [first] = this.#asking
    if (first === undefined) return false
    this.#head ??= readHead(Buffer.concat(this.#chunks), first.method)
    const { text, status, sizeBytes, bodyBytes, atMs } = this.#head ?? NO_HEAD
    if (this.#chunkBytes < sizeBytes + bodyBytes) return false
    const received = Buffer.concat(this.#chunks)
    this.#chunks = [received.subarray(sizeBytes + bodyBytes)]
    this.#chunkBytes = received.length - sizeBytes - bodyBytes
    this.#head = undefined
    this.#asking.shift()
    const body = received.subarray(sizeBytes, sizeBytes + bodyBytes)
    first.resolve({ status, head: text, body, headMs: atMs, endMs: performance.now() })
    return true
  }
}

type Head = {
  readonly text: string
  readonly status: number
  readonly sizeBytes: number
  readonly bodyBytes: number
  readonly atMs: number
}
const NO_HEAD: Head = { text: '', status: 0, sizeBytes: Infinity, bodyBytes: 0, atMs: 0 }

function readHead(received: Buffer, method: string): Head | undefined {
  const sizeBytes = received.indexOf('\r\n\r\n') + 4
  if (sizeBytes < 4) return undefined
  const text = received.subarray(0, sizeBytes).toString('latin1')
  const status = Number(text.split(' ', 2)[1])
  const isBodiless = method === 'HEAD' || status === 204 || status === 304
  const bodyBytes = isBodiless ? 0 : Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0)
  return { text, status, sizeBytes, bodyBytes, atMs: performance.now() }
}
