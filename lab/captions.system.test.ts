import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCaptionedClip } from './test-support/captioned-clip.ts'
import { needs } from './test-support/clients.ts'
import { ServedClip } from './test-support/served-clip.ts'

const TEXTS = ['FIRST WORDS', 'AND THEN SOME', 'THE LAST ONES']
const SECONDS = 2 * TEXTS.length
const WAIT = { timeout: 10_000, interval: 50 }

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.startWith((ffmpeg, folder) => makeCaptionedClip(ffmpeg, folder, TEXTS), SECONDS)
}, 120_000)
afterAll(() => clip?.stop())

test('closed captions of a source are in its package, and HLS shows them while they are chosen', async (context) => {
  needs(context, 'chromium')
  if (clip === undefined) return needs(context, 'ffmpeg')
  const page = await clip.openPage(context, '?side=hls')
  const menu = page.getByRole('combobox', { name: 'Captions' })
  await menu.waitFor()
  expect(await menu.locator('option').allTextContents()).toEqual(['No captions', 'English'])
  const showing = () =>
    page.evaluate(() => {
      const tracks = Array.from(document.querySelector('video')!.textTracks).filter(({ mode }) => mode === 'showing')
      const cues = tracks.flatMap(({ activeCues }) => Array.from(activeCues ?? []) as VTTCue[])
      return { tracks: tracks.length, texts: cues.map(({ text }) => text.trim()) }
    })
  expect(await showing()).toEqual({ tracks: 0, texts: [] })

  await menu.selectOption('English')
  await expect.poll(showing, WAIT).toEqual({ tracks: 1, texts: [TEXTS[1]] })
  await expect.poll(showing, WAIT).toEqual({ tracks: 1, texts: [TEXTS[2]] })

  await menu.selectOption('No captions')
  expect(await showing()).toEqual({ tracks: 0, texts: [] })
})
