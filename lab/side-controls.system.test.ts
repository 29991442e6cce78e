import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loopChannel } from './live-latency.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { inLongRun } from './test-support/long-run.ts'
import { untilPage, untilSides } from './test-support/page-state.ts'
import { runClient } from './test-support/run-client.ts'
import { ServedClip } from './test-support/served-clip.ts'

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 12, size: '640x360' }) // two variants
}, 120_000)
afterAll(() => clip?.stop())

test('the controls of both sides do what they say, and the page says which comparison runs', async (context) => {
  needs(context, 'chromium')
  needs(context, 'node-datachannel')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const page = await clip.openPage(context, '?side=both')
  await untilSides(page, ({ hls, udp }) => hls.phase === 'playing' && udp.phase === 'playing')
  const comparison = page.locator('.comparison')
  const element = <Value>(of: (video: HTMLVideoElement) => Value): Promise<Value> =>
    page.evaluate(`(${of.toString()})(document.querySelector('video'))`)

  expect(await comparison.innerText()).toBe('HLS with ABR against UDP fixed at 360p')
  await page.getByLabel('Variant of UDP').selectOption('240p')
  await page.getByLabel('Variant of HLS').selectOption('360p')
  expect(await comparison.innerText()).toBe('HLS fixed at 360p against UDP fixed at 240p')
  await page.getByLabel('Variant of HLS').selectOption('240p')
  expect(await comparison.innerText()).toBe('Both fixed at 240p: the same pictures, two transports')
  const fetched = await untilSides(page, ({ hls }) => hls.segments.some(({ path }) => path.includes('/240p/')))
  expect(fetched.hls.phase).not.toBe('failed')

  await page.getByLabel('Speed of HLS').selectOption('1.5')
  await expect.poll(() => element(({ playbackRate }) => playbackRate)).toBe(1.5)
  await page.getByLabel('Volume').fill('0.3')
  expect(await element(({ volume, muted }) => ({ volume, muted }))).toEqual({ volume: 0.3, muted: false })
  await page.getByRole('button', { name: 'Sound off' }).click()
  expect(await element(({ muted }) => muted)).toBe(true)

  expect(await letGoAt(page.getByRole('slider', { name: 'Position' }), 7)).toBe('0:07 of 0:12')

  await page.getByRole('button', { name: 'Full screen, UDP alone' }).click()
  const alone = (): Promise<string | undefined> =>
    page.evaluate(() => document.fullscreenElement?.closest<HTMLElement>('[data-side]')?.dataset['side'])
  await expect.poll(alone).toBe('udp')
  await page.keyboard.press('f')
  await expect.poll(alone).toBe(undefined)

  await page.getByText('Download', { exact: true }).click()
  for (const [name, type] of [
    ['Source file', 'video/mp4'],
    ['HLS package', 'application/zip'],
    ['HLS playlist', 'application/vnd.apple.mpegurl'],
  ] as const) {
    const address = await page.getByRole('link', { name }).getAttribute('href')
    const { status, headers } = await fetch(new URL(address ?? '', clip.weir.url), { method: 'HEAD' })
    expect([name, status, headers.get('content-type')]).toEqual([name, 200, type])
  }
})

/** What the bar tells right after it was let go at a place: the page draws in microtasks, and nothing comes between. */
function letGoAt(bar: Locator, seconds: number): Promise<string | null> {
  return bar.evaluate(async (input: HTMLInputElement, value) => {
    input.value = value
    for (const type of ['input', 'change']) {
      input.dispatchEvent(new Event(type, { bubbles: true }))
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
    }
    return input.getAttribute('aria-valuetext')
  }, String(seconds))
}

test('UDP over a WebSocket says so', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const page = await clip.openPage(context, '?side=udp&udp=ws')
  await untilPage(page, ({ phase }) => phase === 'playing')
  const caption = await page.locator('[data-pane=udp] .stage-caption').innerText()
  expect(caption).toContain('UDP to the gateway, TCP on the last hop')
})

// Registered in the long run alone.
if (inLongRun) {
  test('a channel is shown by both sides, each near its edge, without what only a video has', async (context) => {
    needs(context, 'chromium')
    needs(context, 'node-datachannel')
    if (clip === undefined) return needs(context, 'ffmpeg')
    const { id } = await loopChannel(clip.weir.url, clip.videoId)
    const { page } = await openChromium(context, { flags: ['--autoplay-policy=no-user-gesture-required'] })
    await page.goto(`${clip.weir.url}/compare/${id}?side=both&inStep=true`)
    await untilSides(page, ({ hls, udp }) => hls.phase === 'playing' && udp.phase === 'playing')
    for (const name of ['Hold in step', 'Speed of HLS']) expect(await page.getByLabel(name).count()).toBe(0)
    expect(await page.locator('.apart, .downloads').count()).toBe(0)
    const { hls, udp } = await untilSides(page, (now) => now.hls.positionSeconds > 10 && now.hls.phase === 'playing')
    expect(hls.measures['stallSeconds']).toBeLessThan(1) // a hold would jump to where there is nothing, again and again
    expect(udp.measures['frozenFrames']).toBe(0)
    expect(udp.positionSeconds).toBeGreaterThan(8)
  })

  test('the addresses of the page cross its link, and it tells what the server sees of who plays them', async (context) => {
    needs(context, 'chromium')
    const [ffprobe, ffmpeg] = [needs(context, 'ffprobe'), needs(context, 'ffmpeg')]
    if (clip === undefined) return
    const link = await clip.makeLink({ downlink: {} })
    const page = await clip.openPage(context, `?side=hls&link=${link.id}`)
    await untilPage(page, ({ phase }) => phase === 'playing')
    await page.getByText('Open it in another player').click()
    const panel = page.locator('.external-players')
    const [hls = '', rtsp = ''] = await panel.locator('.address-panel .address code').allInnerTexts()
    expect([hls, rtsp].map((address) => address.includes(`/link/${link.id}/`))).toEqual([true, true])
    await panel.locator('.qr-code path').first().waitFor()

    const seen = page.getByRole('region', { name: 'What the server sees of them' })
    const overRtsp = runClient(ffmpeg, ['-v', 'error', '-i', rtsp, '-c', 'copy', '-f', 'null', '-'], {
      timeoutMs: 40_000,
    })
    await expect.poll(() => seen.innerText(), { timeout: 20_000 }).toMatch(/RTSP\s+\d+ packets/)
    const overHls = await runClient(ffprobe, ['-v', 'error', '-show_entries', 'format=duration', hls], {
      timeoutMs: 40_000,
    })
    expect(overHls).toMatchObject({ status: 0, stderr: '' })
    await expect.poll(() => seen.innerText(), { timeout: 20_000 }).toMatch(/HLS\s+\d+ requests/)
    expect(await seen.innerText()).toMatch(/The server takes [\d.]+ % of a core/)
    expect((await overRtsp).status).toBe(0)
  })
}
