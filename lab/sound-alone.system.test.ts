import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { getVideo } from '../server/test-support/weir-client.ts'
import { needs } from './test-support/clients.ts'
import { ServedClip } from './test-support/served-clip.ts'

const SECONDS = 9
const WAIT = { timeout: 15_000, interval: 100 }

function makeSound(ffmpeg: string, folder: string): string {
  const path = join(folder, 'clip.m4a')
  execFileSync(ffmpeg, ['-v', 'error', '-y', '-f', 'lavfi', '-i', `sine=500:d=${SECONDS}`, path])
  return path
}

test('a file of sound alone plays on the compare page to its end, which says that there is no picture', async (context) => {
  needs(context, 'chromium')
  const ffprobe = needs(context, 'ffprobe')
  const clip = await ServedClip.startWith(makeSound, SECONDS)
  if (clip === undefined) return needs(context, 'ffmpeg')
  context.onTestFinished(() => clip.stop())
  const { url } = clip.weir
  const { urls } = await getVideo(url, clip.videoId)
  expect(urls).toEqual({ hls: `/hls/${clip.videoId}/master.m3u8` })
  const overRtsp = [`${clip.weir.rtspUrl}/${clip.videoId}`]
  expect(() => execFileSync(ffprobe, ['-v', 'error', ...overRtsp], { stdio: 'pipe' })).toThrow('404')

  const page = await clip.openPage(context, '?side=udp')
  await expect.poll(() => page.url(), WAIT).toContain('side=hls')
  await page.goto(`${url}/compare/${clip.videoId}?side=both`)
  const crashes: string[] = []
  page.on('pageerror', ({ message }) => crashes.push(message))
  const hls = page.locator('[data-side="hls"] .stage')
  const phase = () => hls.getAttribute('data-phase')
  await expect.poll(phase, WAIT).toBe('playing')
  const words = () => page.locator('.stage-word').allTextContents()
  expect(await words()).toEqual(['No picture: this is sound alone', 'No picture: sound alone is played over HLS'])
  expect(await page.locator('[role="alert"]').count()).toBe(0)
  await expect.poll(phase, WAIT).toBe('ended')
  const played = await page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)
  expect(Math.abs(played - SECONDS)).toBeLessThan(0.1)
  expect(await page.locator('[role="alert"]').count()).toBe(0)
  expect(crashes).toEqual([])
})
