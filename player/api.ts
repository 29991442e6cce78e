import type { Problem } from '../protocol/weir-api.ts'
import { fetchApart } from './fetch-apart.ts'
import { asSentence } from './format.ts'
import { requestWords } from './words.ts'

/** A refusal of the server, or no answer at all; the message is for people. */
export class RequestError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export const isNoAnswer = (error: unknown): boolean => error instanceof RequestError && error.code === 'no-answer'

/** What the server said was wrong; RFC 9457 bodies speak for themselves. */
export async function refusalOf(response: Response): Promise<RequestError> {
  const text = await response.text().catch(() => '')
  try {
    const problem = JSON.parse(text) as Problem
    return new RequestError(problem.code, asSentence(problem.detail || problem.title))
  } catch {
    return new RequestError('unexpected-answer', requestWords.unexpected(response.status, response.statusText))
  }
}

/** One JSON request. Throws RequestError, with code `no-answer` when the server cannot be reached. */
export async function requestJson<T>(method: string, path: string, body?: unknown): Promise<T> {
  return requestJsonBy((init) => fetch(path, init), method, body)
}

/** The same for what may happen while a player plays: it disturbs none (fetch-apart.ts). */
export async function requestJsonApart<T>(method: string, path: string, body?: unknown): Promise<T> {
  return requestJsonBy((init) => fetchApart(path, init), method, body)
}

async function requestJsonBy<T>(
  ask: (init: RequestInit) => Promise<Response>,
  method: string,
  body: unknown,
): Promise<T> {
  const init: RequestInit = { method }
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' }
    init.body = JSON.stringify(body)
  }
  const response = await ask(init).catch(() => {
    throw new RequestError('no-answer', requestWords.noAnswer)
  })
  if (!response.ok) throw await refusalOf(response)
  return (response.status === 204 ? undefined : await response.json()) as T
}
