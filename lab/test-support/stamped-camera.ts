import { join } from 'node:path'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { repositoryFolder } from './shared-files.ts'

const SECONDS_BETWEEN_FLASHES = 2

/** Gives the page a camera, or a screen, and a microphone: pictures of 1280×720 that carry the frame code of the civil time at which they are drawn
 *  (as a channel's own encoder burns it in), and every two seconds a white flash below it with a click. To be called before the page is
 *  opened. */
export async function useStampedCamera(page: Page, framesPerSecond = 30): Promise<void> {
  const { outputFiles } = await build({
    stdin: {
      contents: `const framesPerSecond = ${framesPerSecond}\n${source}`,
      resolveDir: join(repositoryFolder, 'lab/test-support'),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'iife',
  })
  await page.addInitScript(outputFiles[0]?.text ?? '')
}

const source = `
import { encodeFrameCode, frameCodeGrid } from '../../protocol/frame-code.ts'

const { columns, rows, pictureWidthShare, pictureHeightShare } = frameCodeGrid
const [width, height] = [1280, 720]

function camera() {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d', { alpha: false })
  const [cellWidth, cellHeight] = [(width * pictureWidthShare) / columns, (height * pictureHeightShare) / rows]
  const draw = () => {
    const unixMs = Date.now()
    context.fillStyle = '#345'
    context.fillRect(0, 0, width, height)
    context.fillStyle = '#c84'
    context.fillRect((unixMs / 4) % width, 400, 80, 80)
    encodeFrameCode(Math.floor(unixMs) % 2 ** 24).forEach((bit, cell) => {
      context.fillStyle = bit ? '#fff' : '#000'
      context.fillRect((cell % columns) * cellWidth, Math.floor(cell / columns) * cellHeight, cellWidth, cellHeight)
    })
    context.fillStyle = flashes() ? '#fff' : '#000'
    context.fillRect(0, 500, 200, 200)
  }
  setInterval(draw, 1000 / framesPerSecond)
  draw()
  return canvas.captureStream(framesPerSecond).getVideoTracks()
}

let audio
const flashes = () => audio !== undefined && audio.currentTime % ${SECONDS_BETWEEN_FLASHES} < 0.1

function microphone() {
  audio = new AudioContext({ sampleRate: 48000 })
  const click = audio.createBuffer(1, audio.sampleRate * ${SECONDS_BETWEEN_FLASHES}, audio.sampleRate)
  click.getChannelData(0).forEach((_, at, samples) => {
    samples[at] = at < 0.1 * audio.sampleRate ? 0.6 * Math.sin((2 * Math.PI * 1000 * at) / audio.sampleRate) : 0
  })
  const out = audio.createMediaStreamDestination()
  const clicks = Object.assign(audio.createBufferSource(), { buffer: click, loop: true })
  clicks.connect(out)
  clicks.start(Math.ceil(audio.currentTime / ${SECONDS_BETWEEN_FLASHES}) * ${SECONDS_BETWEEN_FLASHES})
  return out.stream.getAudioTracks()
}

navigator.mediaDevices.getUserMedia = async (wish) => {
  const sounds = wish.audio ? microphone() : []
  return new MediaStream([...(wish.video ? camera() : []), ...sounds])
}
navigator.mediaDevices.getDisplayMedia = async () => new MediaStream(camera())
`
