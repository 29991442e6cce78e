import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Video } from '../protocol/weir-api.ts'
import { postFile, untilStatus } from '../server/test-support/weir-client.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { startWeir } from './test-support/weir-process.ts'

const TONE_HZ = 1_000
const CLIP_SECONDS = 10
const SAMPLE_RATE_HZ = 48_000
const MOST_APART_SECONDS = 0.04

/** Black and silent, but for a white picture and a tone in the first tenth of each second. */
function makeFlashClip(ffmpeg: string, path: string): void {
  const picture = `color=black:s=320x180:r=30:d=${CLIP_SECONDS},drawbox=c=white:t=fill:enable='lt(mod(t,1),0.099)'`
  const sound = `aevalsrc='0.5*sin(2*PI*${TONE_HZ}*t)*lt(mod(t,1),0.1)':s=${SAMPLE_RATE_HZ}:d=${CLIP_SECONDS}`
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound]
  execFileSync(ffmpeg, ['-v', 'error', ...inputs, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac', path])
}

/** Runs in the page before its own scripts: what goes to the loudspeaker goes to `heard` as well. */
function tapSound(): void {
  const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode
  Reflect.set(AudioNode.prototype, 'connect', function (this: AudioNode, to: AudioNode) {
    if (to instanceof AudioDestinationNode && to.context instanceof AudioContext) {
      const tap = to.context.createMediaStreamDestination()
      connect.call(this, tap)
      Reflect.set(window, 'heard', tap.stream)
    }
    return connect.call(this, to)
  })
}

/** Records the canvas and the sound from the first picture to the end of the video; gives WebM, base64. */
function record(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const phase = (): string | undefined => (Reflect.get(window, 'weir') as { phase: string } | undefined)?.phase
    const when = (isSo: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => (isSo() ? resolve() : void requestAnimationFrame(look))
        look()
      })
    await when(() => phase() === 'playing' && Reflect.get(window, 'heard') !== undefined)
    const canvas = document.querySelector('canvas') as HTMLCanvasElement
    const heard = Reflect.get(window, 'heard') as MediaStream
    const stream = new MediaStream([...canvas.captureStream().getTracks(), ...heard.getTracks()])
    const recorder = new MediaRecorder(stream, { mimeType: 'video/webm;codecs=vp8,opus' })
    const parts: Blob[] = []
    recorder.ondataavailable = ({ data }) => parts.push(data)
    const stopped = new Promise((resolve) => (recorder.onstop = resolve))
    recorder.start(200)
    await when(() => phase() === 'ended')
    recorder.stop()
    await stopped
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
    return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''))
  })
}

/** When the picture turns white. */
function flashesOf(ffmpeg: string, recording: string): number[] {
  const filter = 'scale=1:1:flags=area,format=gray,showinfo'
  const { stderr } = spawnSync(ffmpeg, ['-copyts', '-i', recording, '-vf', filter, '-f', 'null', '-'], {
    encoding: 'utf8',
  })
  const frames = [...stderr.matchAll(/pts_time:([\d.]+).*?mean:\[(\d+)/g)].map(([, seconds, mean]) => ({
    seconds: Number(seconds),
    isWhite: Number(mean) > 128,
  }))
  return frames.flatMap(({ seconds, isWhite }, index) =>
    isWhite && frames[index - 1]?.isWhite === false ? [seconds] : [],
  )
}

/** When the tone begins, and its frequency by the times it crosses zero. */
function beepsOf(ffmpeg: string, ffprobe: string, recording: string, folder: string) {
  const first = ['-v', 'error', '-select_streams', 'a', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0']
  const startSeconds = Number.parseFloat(execFileSync(ffprobe, [...first, recording], { encoding: 'utf8' }))
  const raw = join(folder, 'sound.f32')
  const toRaw = ['-af', 'aresample=async=1', '-ac', '1', '-ar', `${SAMPLE_RATE_HZ}`, '-f', 'f32le']
  execFileSync(ffmpeg, ['-v', 'error', '-y', '-i', recording, '-vn', ...toRaw, raw])
  const bytes = readFileSync(raw)
  const samples = new Float32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4))
  const beeps: { readonly seconds: number; readonly frequencyHz: number }[] = []
  let lastLoud = -Infinity
  samples.forEach((value, at) => {
    if (Math.abs(value) < 0.1) return
    const isNew = at - lastLoud > SAMPLE_RATE_HZ / 5
    lastLoud = at
    if (isNew) beeps.push({ seconds: startSeconds + at / SAMPLE_RATE_HZ, frequencyHz: frequencyAt(samples, at) })
  })
  return beeps
}

/** Over 40 ms that begin 20 ms after the onset. */
function frequencyAt(samples: Float32Array, onset: number): number {
  const part = samples.subarray(onset + SAMPLE_RATE_HZ / 50, onset + (SAMPLE_RATE_HZ * 3) / 50)
  const rising = part.reduce((count, value, at) => count + (value >= 0 && (part[at - 1] ?? 1) < 0 ? 1 : 0), 0)
  return (rising * SAMPLE_RATE_HZ) / part.length
}

test('over UDP the tone is the one that was encoded, and begins within 40 ms of its picture', async (context) => {
  const [ffmpeg, ffprobe] = [needs(context, 'ffmpeg'), needs(context, 'ffprobe')]
  needs(context, 'chromium')
  const folder = temporaryFolder(context)
  const clip = join(folder, 'flash.mp4')
  makeFlashClip(ffmpeg, clip)
  const { url } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { id } = (await (await postFile(url, readFileSync(clip), 'flash.mp4')).json()) as Video
  await untilStatus(url, id, ['ready'])

  const { page } = await openChromium(context, { flags: ['--autoplay-policy=no-user-gesture-required'] })
  await page.addInitScript(tapSound)
  await page.goto(`${url}/compare/${id}?side=udp`)
  const recording = join(folder, 'recording.webm')
  writeFileSync(recording, Buffer.from(await record(page), 'base64'))

  const flashes = flashesOf(ffmpeg, recording)
  const beeps = beepsOf(ffmpeg, ffprobe, recording, folder)
  expect(flashes.length).toBeGreaterThanOrEqual(CLIP_SECONDS - 3)
  for (const { frequencyHz } of beeps.slice(1)) expect(Math.abs(frequencyHz - TONE_HZ)).toBeLessThan(30)
  const apart = flashes.map((flash) => Math.min(...beeps.map(({ seconds }) => Math.abs(seconds - flash))))
  const median = apart.toSorted((a, b) => a - b)[Math.floor(apart.length / 2)]
  expect(median, `apart by ${apart.map((seconds) => seconds.toFixed(3)).join(' ')} s`).toBeLessThan(MOST_APART_SECONDS)
})
