import { RequestError, refusalOf } from './api.ts'
import { fetchApart } from './fetch-apart.ts'
import { webSocketAddress } from './server-socket.ts'
import { requestWords } from './words.ts'

/** How a page tells the server what its viewers saw. */
export type RunLine = {
  /** One at a time. Resolves with the server's civil time once it has taken the JSON lines, all of them. Rejects with a
   *  RequestError: a refusal's code, or `no-answer`; then the line is lost, and another has to be opened. */
  send(lines: string): Promise<number>
  close(): void
}

type Answer = { readonly serverUnixMs: number }

const OPENING_MS = 3000
const ANSWER_MS = 10_000
const CLOSE_POLICY_VIOLATION = 1008 // RFC 6455 section 7.4.1; the reason is a refusal's code

/** Over a WebSocket, which no player's request meets; over HTTP where there is no way for one. */
export async function openRunLine(runId: string): Promise<RunLine> {
  const path = `/api/runs/${runId}/events`
  const socket = new WebSocket(webSocketAddress(`${path}/ws`))
  try {
    await opened(socket)
    return lineOver(socket)
  } catch {
    socket.close()
    return { send: (lines) => post(path, lines), close: () => {} }
  }
}

function opened(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onclose = reject
    setTimeout(reject, OPENING_MS)
  })
}

function lineOver(socket: WebSocket): RunLine {
  let closed: RequestError | undefined
  let onClosed = (_why: RequestError): void => {}
  socket.onclose = ({ code, reason }) => {
    closed = code === CLOSE_POLICY_VIOLATION ? refusedFor(reason) : noAnswer()
    onClosed(closed)
  }
  const send = async (lines: string): Promise<number> => {
    if (closed !== undefined) throw closed
    socket.send(lines)
    const timer = setTimeout(() => socket.close(), ANSWER_MS)
    const answer = new Promise<string>((resolve, reject) => {
      socket.onmessage = ({ data }: MessageEvent<string>) => resolve(data)
      onClosed = reject
    })
    return (JSON.parse(await answer.finally(() => clearTimeout(timer))) as Answer).serverUnixMs
  }
  return { send, close: () => socket.close() }
}

async function post(path: string, body: string): Promise<number> {
  const response = await fetchApart(path, { method: 'POST', body }).catch(() => {
    throw noAnswer()
  })
  if (!response.ok) throw await refusalOf(response)
  return ((await response.json()) as Answer).serverUnixMs
}

const noAnswer = (): RequestError => new RequestError('no-answer', requestWords.noAnswerToRun)
const refusedFor = (code: string): RequestError => new RequestError(code, requestWords.runRefused(code))
