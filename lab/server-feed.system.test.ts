import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Video } from '../protocol/weir-api.ts'
import { makeClip } from '../server/test-support/clips.ts'
import { postFile, untilStatus } from '../server/test-support/weir-client.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { startWeir } from './test-support/weir-process.ts'

/** The best first, as the page tries them. */
const roads = ['websocket', 'server-sent-events', 'long-polling', 'polling'] as const
const AWAY_MS = 5000

/** As a proxy does that lets some of it through. */
async function bar(page: Page, barred: readonly string[]): Promise<void> {
  if (barred.includes('websocket')) await page.routeWebSocket(/\/api\/events\/ws/, (socket) => socket.close())
  await page.route(/\/api\/events\?/, async (route) => {
    const { accept = '' } = route.request().headers()
    const isStream = accept.includes('text/event-stream')
    const isLong = route.request().url().includes('wait=')
    const isBarred = (isStream && barred.includes('server-sent-events')) || (isLong && barred.includes('long-polling'))
    await (isBarred ? route.abort() : route.continue())
  })
}

async function rename(url: string, id: string, title: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${url}/api/videos/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ title }) })
  expect(answer.status).toBe(200)
}

for (const [index, road] of roads.entries()) {
  test(`a page that hears of the server by ${road} knows all that happened when the server comes back after 5 s`, async (context) => {
    needs(context, 'chromium')
    const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: 1 }))
    const mediaFolder = temporaryFolder(context)
    const first = await startWeir({ mediaFolder })
    const { id } = (await (await postFile(first.url, clip, 'one.mp4')).json()) as Video
    await untilStatus(first.url, id, ['ready'])
    const { page } = await openChromium(context)
    await bar(page, roads.slice(0, index))
    await page.goto(first.url)
    await page.locator(`main[data-feed="${road}"]`).waitFor({ timeout: 30_000 })
    await rename(first.url, id, 'before')
    await page.getByText('before').first().waitFor()

    await first.stop()
    await page.waitForTimeout(AWAY_MS)
    const again = await startWeir({ mediaFolder, args: ['--port', new URL(first.url).port] })
    await rename(again.url, id, 'while away')
    const other = (await (await postFile(again.url, clip, 'two.mp4')).json()) as Video
    await untilStatus(again.url, other.id, ['ready'])
    await page.getByText('while away').first().waitFor({ timeout: 30_000 })
    await page.getByText('two', { exact: true }).first().waitFor()
    await rename(again.url, id, 'after')
    await page.getByText('after').first().waitFor()
    expect(await page.locator('.video-card').count()).toBe(2)
  })
}
