import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LinkProfile } from '../link/profile.ts'
import type { LinkSummary, Problem } from '../protocol/weir-api.ts'

const ANSWER_MS = 10_000
const MAX_ANSWER_BYTES = 5_000_000

/** A server that answered, and not with what was asked for; or none. */
export class LinkRefused extends Error {
  override readonly name = 'LinkRefused'
}

export type LinkOptions = { readonly acceptsAnyCertificate?: boolean }

/** A link at a Weir origin, made for one who watches. */
export class MadeLink {
  readonly id: string
  readonly #address: string
  readonly #options: LinkOptions

  private constructor(origin: string, id: string, options: LinkOptions) {
    this.id = id
    this.#address = `${origin}/api/links/${id}`
    this.#options = options
  }

  /** `origin` without a slash at the end. Rejects with LinkRefused. */
  static async make(origin: string, profile: LinkProfile, options: LinkOptions = {}): Promise<MadeLink> {
    const address = `${origin}/api/links`
    const made = await ask<Partial<LinkSummary<LinkProfile>>>(address, 'POST', options, { profile })
    if (typeof made?.id !== 'string') throw new LinkRefused(`${address} is of no Weir: it made no link`)
    return new MadeLink(origin, made.id, options)
  }

  get(): Promise<LinkSummary<LinkProfile>> {
    return ask(this.#address, 'GET', this.#options)
  }

  get recordAddress(): string {
    return `${this.#address}/record.jsonl`
  }

  /** One that has gone already is gone. */
  async remove(): Promise<void> {
    await ask(this.#address, 'DELETE', this.#options).catch((error: unknown) => {
      if (!(error instanceof LinkRefused)) throw error
    })
  }
}

async function ask<Answer>(address: string, method: string, options: LinkOptions, body?: object): Promise<Answer> {
  const { status, text } = await exchange(address, method, options, body)
  const answer = parsed(text)
  if (status >= 300) throw new LinkRefused(`${method} ${address} was answered ${status}: ${detailOf(answer)}`)
  if (text !== '' && answer === undefined) throw new LinkRefused(`${address} is of no Weir: its answer is no JSON`)
  return answer as Answer
}

/** Over a connection of its own, which is closed after it. */
function exchange(
  address: string,
  method: string,
  { acceptsAnyCertificate = false }: LinkOptions,
  body: object | undefined,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new LinkRefused(`${address} does not answer: ${why}`))
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const settings = { method, headers, agent: false as const, signal: AbortSignal.timeout(ANSWER_MS) }
    const isSecure = address.startsWith('https:')
    const asking = isSecure
      ? requestHttps(address, { ...settings, rejectUnauthorized: !acceptsAnyCertificate })
      : requestHttp(address, settings)
    asking.on('error', (error: NodeJS.ErrnoException) => {
      fail(error.name === 'AbortError' ? `nothing within ${ANSWER_MS / 1000} s` : (error.code ?? error.message))
    })
    asking.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        text += piece
        if (text.length > MAX_ANSWER_BYTES) asking.destroy(new Error('it is too large'))
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', (error) => fail(error.message))
    })
    asking.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function detailOf(answer: unknown): string {
  const { detail, title } = (answer ?? {}) as Partial<Problem>
  return detail ?? title ?? 'it is of no Weir'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
