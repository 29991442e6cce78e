import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'vitest'

export type SmallHls = {
  readonly url: string // without a slash at the end
  readonly requests: string[] // method and path, and the range where there is one
  readonly connections: () => number
}

type Answer = { readonly status?: number; readonly body: string | Buffer; readonly headers?: Record<string, string> }

/** A server of hand-made playlists and of segments that are bytes only; `answers` by path, undefined: 404. */
export async function serveSmallHls(
  context: TestContext,
  answers: (path: string, request: IncomingMessage) => Answer | 'never' | undefined,
): Promise<SmallHls> {
  const requests: string[] = []
  const sockets = new Set<unknown>()
  const server = createServer((request, response) => {
    const { url = '', method, headers, socket } = request
    sockets.add(socket)
    requests.push(headers.range === undefined ? `${method} ${url}` : `${method} ${url} ${headers.range}`)
    answer(response, answers(url, request))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests, connections: () => sockets.size }
}

function answer(response: ServerResponse, found: Answer | 'never' | undefined): void {
  if (found === 'never') return
  if (found === undefined) return void response.writeHead(404).end()
  response.writeHead(found.status ?? 200, found.headers).end(found.body)
}

/** A media playlist of segments of that duration. */
export function mediaList(
  durationsSeconds: readonly number[],
  { first = 0, ended = true, extra = '', name = 's' } = {},
): string {
  const target = Math.max(1, ...durationsSeconds.map(Math.ceil))
  const lines = durationsSeconds.flatMap((seconds, index) => [`#EXTINF:${seconds},`, `${name}${first + index}.ts`])
  return [
    '#EXTM3U',
    `#EXT-X-TARGETDURATION:${target}`,
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    ...(extra === '' ? [] : [extra]),
  ]
    .concat(lines, ended ? ['#EXT-X-ENDLIST'] : [], '')
    .join('\n')
}
