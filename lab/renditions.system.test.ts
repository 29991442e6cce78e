import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lintUrl } from '../segmenter/lint/lint.ts'
import { getVideo } from '../server/test-support/weir-client.ts'
import { needs } from './test-support/clients.ts'
import { pagePlayers, runOnPage } from './test-support/hls-pages.ts'
import { ServedClip } from './test-support/served-clip.ts'

const SECONDS = 12
const TONES_HZ = { English: 500, Deutsch: 2000 } as const

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

const ways = {
  clear: { WEIR_SINGLE_FILES: 'true' },
  'signed and encrypted': {
    WEIR_HLS_SECRET: 'a-secret-of-the-tests',
    WEIR_SIGNED_URLS: 'demanded',
    WEIR_ENCRYPT_HLS: 'true',
    WEIR_SEGMENTS_PER_KEY: '2',
  },
} as const
type Way = keyof typeof ways

const clips: Partial<Record<Way, ServedClip | undefined>> = {}
beforeAll(async () => {
  for (const way of Object.keys(ways) as Way[]) {
    clips[way] = await ServedClip.startWith(makeClip, SECONDS, {
      WEIR_SEGMENTS: 'fmp4',
      WEIR_SINGLE_FILES: 'true',
      ...ways[way],
    })
  }
}, 120_000)
afterAll(async () => {
  for (const clip of Object.values(clips)) await clip?.stop()
})

/** The address of a multivariant playlist, as the library lists it. */
async function addressOf({ weir, videoId }: ServedClip, name: string): Promise<string> {
  const { urls } = await getVideo(weir.url, videoId)
  return new URL(name, new URL(urls.hls ?? '', weir.url)).href
}

/** How a player tells the names of its sounds and subtitles, and how the German ones are chosen. */
const choices = {
  'hls.js': {
    menus: `[hls.audioTracks, hls.subtitleTracks].map((tracks) => tracks.map(({ lang }) => lang))`,
    choose: `Object.assign(hls, { audioTrack: 1, subtitleTrack: 0 })`,
  },
  'Shaka Player': {
    menus: `[player.getAudioTracks(), player.getTextTracks()].map((tracks) => tracks.map(({ language }) => language))`,
    choose: `
      player.selectAudioTrack(player.getAudioTracks().find(({ language }) => language === 'de'))
      player.selectTextTrack(player.getTextTracks()[0])`,
  },
}

/** What was asked for before the choice is called off. */
const PASSING = /^hls\.js: (?:aborted|bufferAppendNoProgress|bufferSeekOverHole|bufferStalledError) /

for (const [player, master, way] of [
  ['hls.js', 'master.m3u8', 'clear'],
  ['hls.js', 'master-fmp4.m3u8', 'clear'],
  ['hls.js', 'master-single.m3u8', 'clear'],
  ['hls.js', 'master-fmp4-single.m3u8', 'clear'],
  ['Shaka Player', 'master-fmp4.m3u8', 'clear'],
  ['Shaka Player', 'master-fmp4-single.m3u8', 'clear'],
  ['hls.js', 'master.m3u8', 'signed and encrypted'],
  ['hls.js', 'master-fmp4.m3u8', 'signed and encrypted'],
  ['Shaka Player', 'master-fmp4.m3u8', 'signed and encrypted'],
] as const) {
  test(`${player} offers the languages and subtitles of ${master}, and plays them, ${way}`, async (context) => {
    const clip = clips[way]
    if (clip === undefined) return needs(context, 'ffmpeg')
    const { script, start } = pagePlayers[player]
    const url = await addressOf(clip, master)
    const { result, complaints } = await runOnPage(context, url, script, chooseGerman({ start, ...choices[player] }))
    expect(complaints.filter((text) => !PASSING.test(text))).toEqual([])
    const heardHz = Object.values(TONES_HZ)
    expect(result).toEqual({ menus: [['en', 'de'], ['de']], heardHz, words: ['Guten Tag'] })
  })
}

/** Chosen before it begins. In mid-play Shaka Player 5.2.12 does not come from the sound that is inside a transport stream to one
 *  apart: it appends the packed audio with error 3018 (transmuxing failed), and asks for no picture any more. */
for (const [language, hz] of [
  ['en', TONES_HZ.English],
  ['de', TONES_HZ.Deutsch],
] as const) {
  test(`Shaka Player plays master.m3u8 from start to end in the language ${language}`, async (context) => {
    const { clear } = clips
    if (clear === undefined) return needs(context, 'ffmpeg')
    const { script, start } = pagePlayers['Shaka Player']
    const url = await addressOf(clear, 'master.m3u8')
    const preferred = `player.configure({ preferredAudio: [{ language: '${language}' }] })\n      await player.load`
    const chosen = start.replace('await player.load', preferred)
    const { result, complaints } = await runOnPage<Played>(context, url, script, playAll(chosen, hz))
    expect(complaints).toEqual([])
    expect(Math.abs(result.seconds - SECONDS)).toBeLessThan(0.1)
    expect(result.pictures).toBeGreaterThanOrEqual(SECONDS * 25)
  })
}

test('weir lint decrypts the packed audio, too, and finds nothing wrong', async (context) => {
  const clip = clips['signed and encrypted']
  if (clip === undefined) return needs(context, 'ffmpeg')
  for (const [master, playlists] of [
    ['master.m3u8', 4],
    ['master-fmp4.m3u8', 5],
  ] as const) {
    const result = await lintUrl(new URL(await addressOf(clip, master)), 'test', { ffprobe: undefined })
    expect(result).toMatchObject({ findings: [], playlists })
  }
})

type Played = { readonly pictures: number; readonly seconds: number }

/** To the end; the tone has to be heard on the way. */
function playAll(start: string, hz: number): string {
  return `
    ${LISTEN}
    const ended = new Promise((resolve) => video.addEventListener('ended', resolve))
    ${start}
    await video.play()
    await until(() => heard() === ${hz})
    await ended
    const seconds = video.duration - video.buffered.start(0)
    return { pictures: video.getVideoPlaybackQuality().totalVideoFrames, seconds }`
}

/** The loudest tone that comes out of the element, to 100 Hz; 0: silence. */
const LISTEN = `
    const sound = new AudioContext()
    const analyser = new AnalyserNode(sound, { fftSize: 8192 })
    sound.createMediaElementSource(video).connect(analyser)
    const levels = new Float32Array(analyser.frequencyBinCount)
    const heard = () => {
      analyser.getFloatFrequencyData(levels)
      const loudest = levels.indexOf(Math.max(...levels))
      return Number.isFinite(levels[loudest]) ? Math.round((loudest * sound.sampleRate) / analyser.fftSize / 100) * 100 : 0
    }
    const until = async (isSo) => {
      while (!isSo()) await new Promise(requestAnimationFrame)
    }`

function chooseGerman({ start, menus, choose }: Record<'start' | 'menus' | 'choose', string>): string {
  return `
    const words = () =>
      [...video.textTracks].flatMap(({ activeCues }) => [...(activeCues ?? [])].map(({ text }) => text))
    ${LISTEN}
    ${start}
    await video.play()
    const heardHz = []
    await until(() => heard() === ${TONES_HZ.English})
    heardHz.push(heard())
    const menus = ${menus}
    ${choose}
    await until(() => heard() === ${TONES_HZ.Deutsch})
    heardHz.push(heard())
    await until(() => words().length > 0)
    return { menus, heardHz, words: words() }`
}
