import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { repositoryFolder } from './test-support/shared-files.ts'

const SECONDS = 12
const TONES_HZ = { English: 500, Deutsch: 2000 } as const
const WAIT = { timeout: 15_000, interval: 100 }

function makeClip(ffmpeg: string, folder: string): string {
  const words = join(folder, 'words.srt')
  writeFileSync(words, `1\n00:00:00,100 --> 00:00:${SECONDS - 1},000\nGuten Tag\n`)
  const path = join(folder, 'clip.mkv')
  const tones = Object.values(TONES_HZ).flatMap((hz) => ['-f', 'lavfi', '-i', `sine=${hz}:d=${SECONDS}`])
  execFileSync(ffmpeg, [
    ...['-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc2=s=160x90:r=25:d=${SECONDS}`, ...tones, '-i', words],
    ...['-map', '0', '-map', '1', '-map', '2', '-map', '3', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
    ...['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=ger', '-metadata:s:s:0', 'language=ger', path],
  ])
  return path
}

test('hls.js in Chromium offers the languages and subtitles of a source, and plays them', async (context) => {
  needs(context, 'chromium')
  const clip = await ServedClip.startWith(makeClip, SECONDS)
  if (clip === undefined) return needs(context, 'ffmpeg')
  context.onTestFinished(() => clip.stop())
  const { page } = await openChromium(context, { flags: ['--autoplay-policy=no-user-gesture-required'] })
  await page.addScriptTag({ path: join(repositoryFolder, 'node_modules/hls.js/dist/hls.min.js') })
  const problems = await page.evaluateHandle((address) => {
    type Player = {
      on(event: string, act: (name: string, data: unknown) => void): void
      loadSource(url: string): void
      attachMedia(media: HTMLMediaElement): void
      renderTextTracksNatively: boolean
    }
    const video = document.body.appendChild(document.createElement('video'))
    const hls = new (Reflect.get(window, 'Hls') as new () => Player)()
    const fatal: unknown[] = []
    hls.on('hlsError', (_, data) => fatal.push(data))
    hls.loadSource(address)
    hls.attachMedia(video)
    const sound = new AudioContext()
    const analyser = new AnalyserNode(sound, { fftSize: 8192 })
    sound.createMediaElementSource(video).connect(analyser)
    void video.play()
    Object.assign(window, { hls, video, analyser })
    return fatal
  }, `${clip.weir.url}/hls/${clip.videoId}/master.m3u8`)
  const loudestHz = () =>
    page.evaluate(() => {
      const analyser = Reflect.get(window, 'analyser') as AnalyserNode
      const levels = new Float32Array(analyser.frequencyBinCount)
      analyser.getFloatFrequencyData(levels)
      const loudest = levels.indexOf(Math.max(...levels))
      const hz = (loudest * analyser.context.sampleRate) / analyser.fftSize
      return Number.isFinite(Math.max(...levels)) ? Math.round(hz / 100) * 100 : 0
    })
  const menus = () =>
    page.evaluate(() => {
      type Track = { readonly name: string; readonly lang: string }
      const { audioTracks, subtitleTracks } = Reflect.get(window, 'hls') as {
        audioTracks: Track[]
        subtitleTracks: Track[]
      }
      return [audioTracks, subtitleTracks].map((tracks) => tracks.map(({ name, lang }) => `${name} ${lang}`))
    })
  await expect.poll(menus, WAIT).toEqual([['English en', 'Deutsch de'], ['Deutsch de']])
  await expect.poll(loudestHz, WAIT).toBe(TONES_HZ.English)
  await page.evaluate(() => Object.assign(Reflect.get(window, 'hls') as object, { audioTrack: 1, subtitleTrack: 0 }))
  await expect.poll(loudestHz, WAIT).toBe(TONES_HZ.Deutsch)
  const words = () =>
    page.evaluate(() => {
      const { textTracks } = Reflect.get(window, 'video') as HTMLVideoElement
      return [...textTracks].flatMap(({ activeCues }) => [...(activeCues ?? [])].map((cue) => (cue as VTTCue).text))
    })
  await expect.poll(words, WAIT).toEqual(['Guten Tag'])
  expect(await problems.evaluate((list) => list.length)).toBe(0)
})
