import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { TestContext } from 'vitest'
import { openChromium } from './chromium.ts'
import type { Play, Played } from './hls-programs.ts'

const packages = createRequire(import.meta.url)

/** A player's script, and how it is started in a page: text, since it is compiled for no page of ours. */
export type PagePlayer = { readonly script?: string; readonly start: string }

export const pagePlayers = {
  'hls.js': {
    script: 'hls.js/dist/hls.js',
    start: `
      const hls = new Hls()
      hls.on(Hls.Events.ERROR, (_, { details, error, fatal }) => complain('hls.js: ' + details + (fatal ? ', fatal ' : ' ') + error))
      hls.loadSource(url)
      hls.attachMedia(video)`,
  },
  'Shaka Player': {
    script: 'shaka-player/dist/shaka-player.compiled.js',
    start: `
      shaka.polyfill.installAll()
      const player = new shaka.Player()
      player.addEventListener('error', ({ detail }) => complain('Shaka Player: ' + detail.code + ' ' + detail.data))
      await player.attach(video)
      await player.load(url)`,
  },
  'video.js': {
    script: 'video.js/dist/video.js',
    start: `
      const player = videojs(video, { html5: { vhs: { overrideNative: true } } })
      player.on('error', () => complain('video.js: ' + player.error().message))
      player.src({ src: url, type: 'application/x-mpegURL' })`,
  },
  'the browser itself': { start: 'video.src = url' },
} satisfies Record<string, PagePlayer>

/** Players that are scripts of a page, in a browser of their own: a whole video from start to end. */
export const hlsPages = playersThat(`
  const ended = new Promise((resolve) => video.addEventListener('ended', resolve))
  await video.play()
  await ended
  // hls.js and Shaka Player begin their timeline of a transport stream with its first decode time.
  const seconds = video.duration - video.buffered.start(0)
  return { pictures: video.getVideoPlaybackQuality().totalVideoFrames, seconds }`)

/** The same players watch what is live for so long. */
export function livePages(seconds: number): typeof hlsPages {
  return playersThat(watching(seconds))
}

/** One that is started in a way of its own does. */
export function livePage(player: PagePlayer, seconds: number): Play {
  return playOnPage(player, watching(seconds))
}

function watching(seconds: number): string {
  return `
    const place = () => ({ atSeconds: video.currentTime, pictures: video.getVideoPlaybackQuality().totalVideoFrames })
    const until = async (isSo) => {
      while (!isSo()) await new Promise(requestAnimationFrame)
    }
    await video.play()
    await until(() => video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA && place().pictures > 25) // begun, and in place
    const first = place()
    await until(() => video.currentTime >= first.atSeconds + ${seconds})
    const last = place()
    return { pictures: last.pictures - first.pictures, seconds: last.atSeconds - first.atSeconds }`
}

function playersThat(play: string): Record<keyof typeof pagePlayers, Play> {
  const each = Object.entries(pagePlayers).map(([name, player]) => [name, playOnPage(player, play)])
  return Object.fromEntries(each) as Record<keyof typeof pagePlayers, Play>
}

function playOnPage({ script, start }: PagePlayer, play: string): Play {
  return async (context, url) => {
    const statements = `${start}\n${play}`
    const { result, complaints } = await runOnPage<Omit<Played, 'complaints'>>(context, url, script, statements)
    return { ...result, complaints }
  }
}

const LIMIT_MS = 30_000
const PAGE = '<!doctype html><link rel="icon" href="data:,"><script src="player.js"></script><video></video>'

/** Runs statements with `url`, `video` and `complain` on a page at the media's own origin, after a script of an npm
 *  package; gives what they return, and what page, element and console complained of. */
export async function runOnPage<Result>(
  context: TestContext,
  url: string,
  script: string | undefined,
  statements: string,
): Promise<{ readonly result: Result; readonly complaints: readonly string[] }> {
  const { page } = await openChromium(context, { flags: ['--autoplay-policy=no-user-gesture-required'] })
  const consoled: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) consoled.push(message.text())
  })
  page.on('pageerror', ({ message }) => consoled.push(message))
  const address = new URL('/a-page-of-this-test/', url).href
  const text = script === undefined ? '' : await readFile(packages.resolve(script), 'utf8')
  await page.route(`${address}**`, (route) => {
    const isScript = route.request().url().endsWith('player.js')
    return route.fulfill({ contentType: isScript ? 'text/javascript' : 'text/html', body: isScript ? text : PAGE })
  })
  await page.goto(address)
  const { result, complaints } = await page.evaluate<{ result: Result; complaints: string[] }>(`(async () => {
    const url = ${JSON.stringify(url)}
    const video = document.querySelector('video')
    const complaints = []
    const complain = (text) => complaints.push(text)
    const failed = new Promise((resolve) => {
      video.addEventListener('error', () => resolve(complain('the element: ' + video.error?.message)))
      setTimeout(() => resolve(complain('no end, at ' + video.currentTime)), ${LIMIT_MS})
    })
    const result = await Promise.race([(async () => { ${statements} })(), failed])
    return { result: result ?? {}, complaints }
  })()`)
  return { result, complaints: [...consoled, ...complaints] }
}
