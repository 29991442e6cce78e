import type { LinkProfile } from '../link/profile.ts'
import type { LinkSummary, Problem } from '../protocol/weir-api.ts'

const ANSWER_MS = 10_000

/** A server that answered, and not with what was asked for. */
export class LinkRefused extends Error {
  override readonly name = 'LinkRefused'
}

/** A link at a Weir origin, made for one who watches. */
export class MadeLink {
  readonly id: string
  readonly #address: string

  private constructor(origin: string, id: string) {
    this.id = id
    this.#address = `${origin}/api/links/${id}`
  }

  /** `origin` without a slash at the end. Rejects with LinkRefused. */
  static async make(
    origin: string,
    wanted: { readonly preset: string } | { readonly profile: LinkProfile },
  ): Promise<MadeLink> {
    const { id } = await ask<LinkSummary<LinkProfile>>(`${origin}/api/links`, 'POST', wanted)
    return new MadeLink(origin, id)
  }

  get(): Promise<LinkSummary<LinkProfile>> {
    return ask(this.#address, 'GET')
  }

  get recordAddress(): string {
    return `${this.#address}/record.jsonl`
  }

  /** One that has gone already is gone. */
  async remove(): Promise<void> {
    await ask(this.#address, 'DELETE').catch((error: unknown) => {
      if (!(error instanceof LinkRefused)) throw error
    })
  }
}

async function ask<Answer>(address: string, method: string, body?: object): Promise<Answer> {
  const json = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(address, { method, ...json, signal: AbortSignal.timeout(ANSWER_MS) }).catch(
    (error: unknown) => {
      throw new LinkRefused(`${address} does not answer: ${reasonOf(error)}`)
    },
  )
  const text = await response.text()
  const answer = parsed(text)
  if (!response.ok) throw new LinkRefused(`${method} ${address} was answered ${response.status}: ${detailOf(answer)}`)
  if (text !== '' && answer === undefined) throw new LinkRefused(`${address} is of no Weir: its answer is no JSON`)
  return answer as Answer
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

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message
}
