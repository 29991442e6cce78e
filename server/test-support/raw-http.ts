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
  #received = Buffer.alloc(0)
  #headMs = 0
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
    this.#received = Buffer.concat([this.#received, bytes])
    while (this.#readAnswer()) this.#headMs = 0
  }

  #readAnswer(): boolean {
    const [first] = this.#asking
    const headBytes = this.#received.indexOf('\r\n\r\n') + 4
    if (first === undefined || headBytes < 4) return false
    if (this.#headMs === 0) this.#headMs = performance.now()
    const head = this.#received.subarray(0, headBytes).toString('latin1')
    const status = Number(head.split(' ', 2)[1])
    const told = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
    const bodyBytes = first.method === 'HEAD' || status === 204 || status === 304 ? 0 : told
    if (this.#received.length < headBytes + bodyBytes) return false
    const body = this.#received.subarray(headBytes, headBytes + bodyBytes)
    this.#received = this.#received.subarray(headBytes + bodyBytes)
    this.#asking.shift()
    first.resolve({ status, head, body, headMs: this.#headMs, endMs: performance.now() })
    return true
  }
}
