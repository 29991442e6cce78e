import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import type { LinkSummary, Video } from '../protocol/weir-api.ts'
import { makeClip } from '../server/test-support/clips.ts'
import { postFile, untilStatus } from '../server/test-support/weir-client.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { requestsOf, type TracedRequest } from './test-support/request-trace.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { startWeir } from './test-support/weir-process.ts'

const profile = {
  downlink: { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 20 },
  uplink: { oneWayDelayMs: 20 },
}

/** What pitfalls and RFC 9112 say of a link's connections, worked out by hand from the trace alone: the first request of
 *  a real connection for the link opens a virtual one with one handshake, the later ones use it, and a restart of the
 *  link forgets them all. */
function predict(trace: readonly TracedRequest[], linkId: string): LinkSummary<unknown>['tcp']['http'] {
  let requests = 0
  let connections = new Set<number>()
  for (const { connection, method, path } of trace) {
    if (method === 'POST' && path === `/api/links/${linkId}/restart`) {
      requests = 0
      connections = new Set()
    }
    if (!path.startsWith(`/link/${linkId}/hls/`)) continue
    requests += 1
    connections.add(connection)
  }
  return { connections: connections.size, handshakes: connections.size, requests }
}

/** What a page with two players does, in the browser; at once it asks for more than the six connections that it has. */
const MIXED = `async ({ a, b, files }) => {
  const load = async (path) => (await fetch(path)).arrayBuffer()
  for (const file of files) await Promise.all([load(a + file), load(b + file), load('/api/health')])
  await Promise.all([...files, ...files].map((file, index) => load((index % 2 ? a : b) + file)))
  await Promise.all([load(a + files[0]), load('/api/videos'), load(a + files[1]), load(b + files[1])])
}`
const AFTER_RESTART = `async ({ a, b, files, linkA }) => {
  await fetch(linkA + '/restart', { method: 'POST' })
  for (const file of files) await Promise.all([fetch(a + file), fetch('/api/health'), fetch(b + file)])
}`

test('Chromium’s requests on two links make the connections and handshakes that follow from its real connections', async (context) => {
  needs(context, 'chromium')
  const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: 6 }))
  const weir = await startWeir({ mediaFolder: temporaryFolder(context), env: { WEIR_LOG_LEVEL: 'debug' } })
  const { id } = (await (await postFile(weir.url, clip, 'clip.mp4')).json()) as Video
  const { variants } = await untilStatus(weir.url, id, ['ready'])
  const [a, b] = [await makeLink(weir.url), await makeLink(weir.url)]

  const { page } = await openChromium(context)
  await page.goto(weir.url) // with its own API requests and its feed
  const variant = variants[0]?.name ?? ''
  const files = ['master.m3u8', `${variant}/index.m3u8`, `${variant}/00000.ts`, `${variant}/00001.ts`]
  const given = { a: `/link/${a}/hls/${id}/`, b: `/link/${b}/hls/${id}/`, linkA: `/api/links/${a}`, files }
  const run = (script: string) => page.evaluate(`(${script})(${JSON.stringify(given)})`)
  const expectPredicted = async (link: string, requests: number) => {
    await vi.waitFor(async () => {
      const http = await httpOf(weir.url, link)
      expect(http).toEqual(predict(requestsOf(weir.log()), link))
      expect(http.requests).toBe(requests)
    })
  }
  await run(MIXED)
  await expectPredicted(a, 4 + 4 + 2)
  await expectPredicted(b, 4 + 4 + 1)
  await run(AFTER_RESTART)
  await expectPredicted(a, 4)
  await expectPredicted(b, 4 + 4 + 1 + 4)
})

async function makeLink(url: string): Promise<string> {
  const body = JSON.stringify({ profile })
  const answer = await fetch(`${url}/api/links`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  })
  return ((await answer.json()) as LinkSummary<unknown>).id
}

async function httpOf(url: string, link: string): Promise<LinkSummary<unknown>['tcp']['http']> {
  return ((await (await fetch(`${url}/api/links/${link}`)).json()) as LinkSummary<unknown>).tcp.http
}
