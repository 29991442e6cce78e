import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { needs } from './test-support/clients.ts'
import { untilPage } from './test-support/page-state.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { inLongRun } from './test-support/long-run.ts'
import { requestsOf, type TracedRequest } from './test-support/request-trace.ts'

const RUNS = inLongRun ? 5 : 1
const CLIP_SECONDS = inLongRun ? 30 : 12
const PLAYED_MS = inLongRun ? 20_000 : 5000 // in which HLS has fetched all of it

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: CLIP_SECONDS, size: '320x180' }, { WEIR_LOG_LEVEL: 'debug' })
}, 120_000)
afterAll(() => clip?.stop())

/** Both sides over a link with a round trip of 300 ms, recorded by the server. */
async function openBoth(context: TestContext, served: ServedClip) {
  const far = { oneWayDelayMs: 150 }
  const link = await served.makeLink({ seed: 1, downlink: { ...far, rateBitsPerSecond: 10_000_000 }, uplink: far })
  const page = await served.openPage(context, `?side=both&link=${link.id}`)
  await untilPage(page, ({ segments }) => segments?.length > 0)
  return { link, page }
}

/** From HLS's first request on, by the server's log: the real connections that it has, and everybody else's requests. */
function sinceHls(log: string, linkId: string) {
  const isHls = ({ path }: TracedRequest): boolean => path.startsWith(`/link/${linkId}/`)
  const trace = requestsOf(log)
  const since = trace.slice(trace.findIndex(isHls))
  return {
    connections: new Set(since.filter(isHls).map(({ connection }) => connection)),
    others: since.filter((request) => !isHls(request)),
  }
}

const nameOf = ({ method, path }: TracedRequest): string => `${method} ${path}`

async function changeNetwork(page: Page): Promise<void> {
  await page.getByRole('slider', { name: 'Loss' }).focus()
  await page.keyboard.press('ArrowRight')
}

for (let run = 1; run <= RUNS; run += 1) {
  test(`HLS has one connection, and its socket for itself, while both sides play, are recorded, and somebody changes the network (run ${run})`, async (context) => {
    needs(context, 'chromium')
    needs(context, 'node-datachannel')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const served = clip
    const { link, page } = await openBoth(context, served)
    await page.waitForTimeout(PLAYED_MS)
    await changeNetwork(page) // while the socket that was used last is idle: nothing else would be chosen
    const patch = `PATCH /api/links/${link.id}`
    await expect.poll(() => requestsOf(served.weir.log()).map(nameOf)).toContain(patch)
    await page.waitForTimeout(500) // what it may bring

    const { connections, others } = sinceHls(served.weir.log(), link.id)
    expect(others.filter(({ connection }) => connections.has(connection))).toEqual([])
    const ofApi = others.filter(({ path }) => path.startsWith('/api/'))
    expect(ofApi.map(nameOf)).toEqual([patch])

    const { http } = (await link.get()).tcp
    expect(http).toMatchObject({ connections: 1, handshakes: 1 }) // hls.js asks for one thing after the other
    expect(http.requests).toBeGreaterThan(3)
  })
}
