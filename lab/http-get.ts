import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { GetFailure, HttpBody, type GetOptions, type Got } from './http-body.ts'

export { GetFailure, type GetOptions, type Got } from './http-body.ts'

const MAX_REDIRECTS = 5
const REDIRECTS = [301, 302, 303, 307, 308]

/** Fetches as a player in a browser does: over one connection to each server that is kept, one request after the other; behind a
 *  given-up request the connection is closed. */
export class HttpGetter {
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent }
  readonly #userAgent: string

  constructor({ userAgent, acceptsAnyCertificate = false }: { userAgent: string; acceptsAnyCertificate?: boolean }) {
    const kept = { keepAlive: true, maxSockets: 1 }
    this.#agents = {
      http: new HttpAgent(kept),
      https: new HttpsAgent({ ...kept, rejectUnauthorized: !acceptsAnyCertificate }),
    }
    this.#userAgent = userAgent
  }

  /** Follows redirects. Rejects with GetFailure. */
  async get(url: URL, options: GetOptions): Promise<Got> {
    const deadlineMs = performance.now() + options.timeoutMs
    let at = url
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const answer = await this.#askTwice(at, options, deadlineMs)
      if (!(answer instanceof URL)) return answer
      at = answer
    }
    throw new GetFailure('bad-redirect', `more than ${MAX_REDIRECTS} redirects`)
  }

  close(): void {
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }

  /** A kept connection may have been closed by the server just when the request left: then it did not come, and is made again. */
  async #askTwice(url: URL, options: GetOptions, deadlineMs: number): Promise<Got | URL> {
    try {
      return await this.#ask(url, options, deadlineMs)
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error
      return this.#ask(url, options, deadlineMs)
    }
  }

  #ask(url: URL, options: GetOptions, deadlineMs: number): Promise<Got | URL> {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      return Promise.reject(new GetFailure('bad-redirect', `no http address: ${url.protocol}`))
    }
    const isSecure = url.protocol === 'https:'
    const { range, signal } = options
    if (signal?.aborted === true) return Promise.reject(new GetFailure('cancelled', 'it was given up'))
    const askedMs = performance.now()
    return new Promise((resolve, reject) => {
      const settings = {
        agent: isSecure ? this.#agents.https : this.#agents.http,
        headers: { 'User-Agent': this.#userAgent, Accept: '*/*', ...rangeHeader(range), ...encodingHeader(options) },
      }
      const request = isSecure ? requestHttps(url, settings) : requestHttp(url, settings)
      const body = new HttpBody(options, askedMs)
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', cancel)
        try {
          settle()
        } catch (error) {
          reject(error) // of a body that is none
        }
      }
      const fail = (kind: GetFailure['kind'], why: string, status?: number): void =>
        end(() => {
          reject(new GetFailure(kind, why, { ...body.come, ...(status === undefined ? {} : { status }) }))
          request.destroy()
        })
      const cancel = (): void => fail('cancelled', 'it was given up')
      const timer = setTimeout(
        () => fail('time-out', `no whole answer within ${options.timeoutMs / 1000} s`),
        Math.max(0, deadlineMs - askedMs),
      )
      signal?.addEventListener('abort', cancel)
      request.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = request.reusedSocket && body.isUntouched && error.code === 'ECONNRESET'
        if (isStale) end(() => reject(new StaleConnection()))
        else fail('network', wordsOf(error))
      })
      request.on('response', (response) => {
        const location = locationOf(response, url)
        if (location !== undefined) {
          response.resume()
          return end(() => resolve(location))
        }
        const { statusCode = 0 } = response
        if (statusCode !== 200 && statusCode !== 206) return fail('status', `status ${statusCode}`, statusCode)
        body.take(response, {
          ended: () => end(() => resolve(body.got(url))),
          enough: () => {
            end(() => resolve(body.got(url)))
            request.destroy()
          },
          failed: fail,
        })
      })
      request.end()
    })
  }
}

/** The server had closed the kept connection. */
class StaleConnection extends Error {}

function rangeHeader(range: GetOptions['range']): Record<string, string> {
  if (range === undefined) return {}
  return { Range: `bytes=${range.offsetBytes}-${range.offsetBytes + range.lengthBytes - 1}` }
}

/** Media gain nothing by it. */
function encodingHeader({ keepsBody, range }: GetOptions): Record<string, string> {
  return keepsBody && range === undefined ? { 'Accept-Encoding': 'gzip' } : {}
}

function locationOf({ statusCode = 0, headers }: IncomingMessage, base: URL): URL | undefined {
  if (!REDIRECTS.includes(statusCode) || headers.location === undefined) return undefined
  return URL.canParse(headers.location, base) ? new URL(headers.location, base) : undefined
}

const CERTIFICATE = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_VERIFY/

function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === undefined) return message
  return CERTIFICATE.test(code) ? `${code} (--insecure takes it all the same)` : code
}
