import type { Answer, Store, Wish } from './store.ts'

export type HttpLimits = {
  readonly timeoutMs: number // of one request, to its last byte
  readonly maxRequests: number // of the whole run
  readonly maxRedirects: number // of one request
}

/** Resources over HTTP. Compression is accepted, as players do; `Authorization` and cookies are not sent. */
export function httpStore(limits: HttpLimits, userAgent: string, signal?: AbortSignal): Store {
  let requests = 0
  const request = async (url: URL, wish: Wish): Promise<Answer> => {
    let at = url
    for (let redirects = 0; redirects <= limits.maxRedirects; redirects += 1) {
      if (at.protocol !== 'http:' && at.protocol !== 'https:')
        return { ok: false, why: `no http address: ${at.protocol}` }
      requests += 1
      if (requests > limits.maxRequests) return { ok: false, why: `more than ${limits.maxRequests} requests` }
      const timeout = AbortSignal.timeout(limits.timeoutMs)
      const response = await fetch(at, {
        redirect: 'manual',
        headers: { 'User-Agent': userAgent, ...rangeHeader(wish), ...wish.headers },
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      })
      const location = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || response.status === 304 || location === null) {
        return answerOf(response, at, wish)
      }
      await response.body?.cancel()
      at = new URL(location, at)
    }
    return { ok: false, why: `more than ${limits.maxRedirects} redirects` }
  }
  return {
    isHttp: true,
    async read(url, wish) {
      try {
        return await request(url, wish)
      } catch (error) {
        signal?.throwIfAborted()
        return { ok: false, why: reasonOf(error, limits.timeoutMs) }
      }
    },
  }
}

function rangeHeader({ range }: Wish): Record<string, string> {
  if (range === undefined) return {}
  const { offsetBytes, lengthBytes } = range
  return { Range: `bytes=${offsetBytes}-${lengthBytes === Infinity ? '' : offsetBytes + lengthBytes - 1}` }
}

async function answerOf(response: Response, url: URL, wish: Wish): Promise<Answer> {
  const { status } = response
  if (status !== 200 && status !== 206 && status !== 304) {
    await response.body?.cancel()
    return { ok: false, why: `status ${status}` }
  }
  const body = await readBody(response, wish)
  if (body === undefined) return { ok: false, why: `larger than the limit of ${wish.maxBytes} bytes` }
  const headers = new Map(response.headers)
  const told = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1]
  const wholeBytes = status === 200 ? body.wholeBytes : told === undefined ? undefined : Number(told)
  return { ok: true, url, status, bytes: body.bytes, wholeBytes, headers }
}

type Body = { readonly bytes: Uint8Array; readonly wholeBytes: number | undefined }

/** No more than what is wished for is kept. A server that does not know ranges sends all: the range is cut out as it comes, a rule
 *  tells, and what follows it is not waited for. undefined: more than the limit. */
async function readBody(response: Response, { maxBytes, range }: Wish): Promise<Body | undefined> {
  const isCut = range !== undefined && response.status === 200
  const { offsetBytes, lengthBytes } = isCut ? range : { offsetBytes: 0, lengthBytes: Infinity }
  const kept: Uint8Array[] = []
  let keptBytes = 0
  let passedBytes = 0
  const reader = response.body?.getReader()
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    const chunk = read.value as Uint8Array
    const wanted = chunk.subarray(
      Math.max(0, offsetBytes - passedBytes),
      Math.max(0, offsetBytes + lengthBytes - passedBytes),
    )
    passedBytes += chunk.length
    if (wanted.length > 0) kept.push(wanted)
    keptBytes += wanted.length
    if (keptBytes > maxBytes) {
      await reader?.cancel()
      return undefined
    }
    if (passedBytes > offsetBytes + lengthBytes) {
      await reader?.cancel()
      return { bytes: Buffer.concat(kept), wholeBytes: undefined }
    }
  }
  return { bytes: Buffer.concat(kept), wholeBytes: passedBytes }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no whole answer within ${timeoutMs / 1000} s`
  const cause = error.cause instanceof Error ? error.cause : error
  return 'code' in cause ? `${String(cause.code)}` : cause.message
}
