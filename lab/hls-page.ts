import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { livePace } from '../stream/live-pace.ts'

const HLS_SCRIPT = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js')

/** Plays an address with hls.js and the settings in a bare page of the same origin, which is shown as one `video`, and keeps it near the
 *  edge as our own page does. */
export async function playWithHls(page: Page, address: string, settings: object): Promise<void> {
  await page.goto(new URL('/api/health', address).href)
  await page.evaluate(readFileSync(HLS_SCRIPT, 'utf8'))
  await page.evaluate(`globalThis.livePace = ${livePace.toString()}`)
  await page.evaluate(
    ({ address, settings }) => {
      document.body.innerHTML = '<video muted autoplay playsinline style="width:640px"></video>'
      const Hls = Reflect.get(window, 'Hls') as typeof import('hls.js').default
      const hls = new Hls({ enableWorker: false, ...settings })
      const told: string[] = []
      Reflect.set(window, 'told', told)
      Reflect.set(window, 'hls', hls)
      hls.on(Hls.Events.ERROR, (_, { details, fatal }) => void told.push(`${details}${fatal ? ' fatal' : ''}`))
      hls.loadSource(address)
      hls.attachMedia(document.querySelector('video')!)
      const video = document.querySelector('video')!
      void video.play()
      const pace = Reflect.get(window, 'livePace') as typeof livePace
      setInterval(() => {
        const { buffered, currentTime } = video
        const bufferSeconds = buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime
        video.playbackRate = pace(hls.latency - (hls.targetLatency ?? hls.latency), bufferSeconds)
      }, 250)
    },
    { address, settings },
  )
}

/** What hls.js had to say of errors, in order. */
export function toldByHls(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => Reflect.get(window, 'told') as string[])
}
