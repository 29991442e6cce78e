import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { startWeir } from '../lab/test-support/weir-process.ts'
import { planH264Copy } from '../segmenter/copy-survey.ts'
import { copyArguments, encodeArguments, type EncodePlan } from '../segmenter/encode.ts'
import { inspectSource, measureSource } from '../segmenter/inspect.ts'
import { readMp4Index } from '../segmenter/mp4-index.ts'
import { planThumbnails } from '../segmenter/thumbnail-plan.ts'
import { planPackage } from '../segmenter/package-plan.ts'
import type { PackageWishes } from '../segmenter/package.ts'
import { findTools } from '../segmenter/tools.ts'
import { bundledProgram } from './bundled.ts'
import type { SegmenterFigures, SegmenterJob } from './segmenter-child.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-segmenter-'))
export const removeAll = (): void => rmSync(folder, { recursive: true, force: true })
const tools = await findTools(process.env)

const program = await bundledProgram('segmenter-child.ts')

let runs = 0
const newFolder = (): string => join(folder, `run${(runs += 1)}`)

async function inChild(job: SegmenterJob): Promise<SegmenterFigures> {
  const child = trackChild(fork(program, { execArgv: ['--expose-gc'] }))
  child.send(job)
  const [figures] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [SegmenterFigures | number]
  if (typeof figures === 'number') throw new Error(`the run ended with exit code ${figures}`)
  rmSync(job.out, { recursive: true, force: true })
  return figures
}

/** Makes a package in a process of its own. */
export function weirRun(source: string, wishes: PackageWishes = {}): Promise<SegmenterFigures> {
  return inChild({ kind: 'weir', source, out: newFolder(), wishes })
}

/** The same for what it needs of memory. */
export function weirMemoryRun(source: string): Promise<SegmenterFigures> {
  return inChild({ kind: 'weir', source, out: newFolder(), wishes: {}, withMemory: true })
}

/** The one ffmpeg command line for the files of that package. */
export async function bareRun(source: string, withCopy: boolean): Promise<SegmenterFigures> {
  const facts = await inspectSource(source, { tools })
  if (!('video' in facts)) throw new Error('the clip has no pictures')
  const index = await readMp4Index(source)
  const plan = planPackage(source, facts, await measureSource(source, facts, { tools }))
  const planned = withCopy ? await planH264Copy({ plan, facts, index }, { tools }) : plan
  if (typeof planned === 'string') throw new Error(`the clip cannot be copied: ${planned}`)
  const encoded = planned.rungs.map(({ name }) => name)
  const copied = planned.copy === undefined ? {} : { copied: planned.copy.name }
  return inChild({ kind: 'bare', args: bareArguments(planned), out: newFolder(), encoded, ...copied })
}

function bareArguments(plan: EncodePlan): string[] {
  const encoding = encodeArguments(plan)
  const copying = plan.copy === undefined ? [] : copyArguments(plan, plan.copy)
  const afterInput = (args: readonly string[]): number => args.indexOf('-i') + 2
  const stills = stillArguments(plan)
  return [
    ...encoding.slice(0, afterInput(encoding)),
    ...stills.inputs,
    ...encoding.slice(afterInput(encoding)),
    ...copying.slice(afterInput(copying)),
    ...stills.outputs,
  ]
}

/** The poster and the sheet of thumbnails, as cheaply as one command line has them: from a seek, from keyframes alone. */
function stillArguments({ sourcePath, durationSeconds, cuts }: EncodePlan) {
  const keyframes = cuts.keyframeSeconds.map((startSeconds) => ({
    startSeconds,
    uri: '',
    offsetBytes: 0,
    sizeBytes: 0,
  }))
  const size = { widthPixels: 1280, heightPixels: 720 }
  const { columns, rows, widthPixels, heightPixels } = planThumbnails({ keyframes, durationSeconds, ...size })
  const sheet = `scale=${widthPixels}:${heightPixels},setsar=1,format=yuvj420p,tile=${columns}x${rows}`
  return {
    inputs: ['-ss', `${durationSeconds / 10}`, '-t', '0.1', '-i', sourcePath, '-skip_frame', 'nokey', '-i', sourcePath],
    outputs: [
      ...stillOutput('[1:v]scale=640:-2,setsar=1,format=yuvj420p', '4', 'poster.jpg'),
      ...stillOutput(`[2:v]${sheet}`, '5', 'thumbnails.jpg'),
    ],
  }
}

function stillOutput(filters: string, quality: string, file: string): string[] {
  const coding = ['-frames:v', '1', '-c:v', 'mjpeg', '-q:v', quality, '-f', 'mjpeg']
  return ['-filter_complex', `${filters}[${file}]`, '-map', `[${file}]`, ...coding, file]
}

function ffmpeg(...args: readonly string[]): void {
  execFileSync(tools.ffmpeg.path, ['-nostdin', '-v', 'error', '-y', ...args], { cwd: folder })
}

const LOOP_SECONDS = 64 // 3,000 access units of 48 kHz, so that sound has no seam

/** A clip of any length that can be copied, with a keyframe each 2 s: one minute, again and again. */
export function loopedClip(name: string, minutes: number, size: string): string {
  const picture = `testsrc2=s=${size}:r=25:d=${LOOP_SECONDS}`
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '50', '-bf', '0']
  ffmpeg('-f', 'lavfi', '-i', picture, ...codec, 'loop.mp4')
  ffmpeg('-f', 'lavfi', '-i', `sine=r=48000:d=${LOOP_SECONDS - 0.03}`, '-c:a', 'aac', 'loop.aac')
  const loops = Math.round((60 * minutes) / LOOP_SECONDS)
  const sound = readFileSync(join(folder, 'loop.aac'))
  writeFileSync(join(folder, 'sound.aac'), Buffer.concat(Array.from({ length: loops }, () => sound)))
  const inputs = ['-stream_loop', `${loops - 1}`, '-i', 'loop.mp4', '-i', 'sound.aac']
  ffmpeg(
    ...inputs,
    '-map',
    '0:v',
    '-map',
    '1:a',
    '-c',
    'copy',
    '-bsf:a',
    'aac_adtstoasc',
    '-movflags',
    '+faststart',
    name,
  )
  return join(folder, name)
}

/** A clip whose picture is as busy as filmed ones are. */
export function busyClip(seconds: number): string {
  const picture = `testsrc2=s=1280x720:r=25:d=${seconds},noise=alls=12:allf=t`
  const rate = ['-b:v', '2500k', '-maxrate', '2500k', '-bufsize', '2500k', '-g', '50', '-sc_threshold', '0']
  const codec = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-pix_fmt',
    'yuv420p',
    ...rate,
    '-c:a',
    'aac',
    '-b:a',
    '128k',
  ]
  ffmpeg('-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=r=48000:d=${seconds}`, ...codec, `busy${seconds}.mp4`)
  return join(folder, `busy${seconds}.mp4`)
}

const POLL_MS = 10
const LIMIT_MS = 60_000

/** From the last byte of an upload to the first segment that a player gets by the copied variant's playlist; seconds. */
export async function uploadToPlaySeconds(source: string, variant: string): Promise<number> {
  const weir = await startWeir({ mediaFolder: mkdtempSync(join(folder, 'media')) })
  try {
    const { lastByteMs, id } = await upload(`${weir.url}/api/videos?title=clip`, source)
    for (;;) {
      const playlist = await fetch(`${weir.url}/hls/${id}/${variant}/index.m3u8`)
      const uri = playlist.ok ? /^\d+\.ts$/m.exec(await playlist.text())?.[0] : undefined
      if (uri !== undefined) {
        const segment = await fetch(`${weir.url}/hls/${id}/${variant}/${uri}`)
        if (!segment.ok) throw new Error(`${uri} is listed, and not there: ${segment.status}`)
        await segment.arrayBuffer()
        return (performance.now() - lastByteMs) / 1000
      }
      if (performance.now() - lastByteMs > LIMIT_MS) throw new Error('the copied variant did not come')
      await sleep(POLL_MS)
    }
  } finally {
    await weir.stop()
  }
}

function upload(url: string, path: string): Promise<{ readonly lastByteMs: number; readonly id: string }> {
  return new Promise((resolve, reject) => {
    let lastByteMs = NaN
    const headers = { 'Content-Type': 'video/mp4', 'Content-Length': statSync(path).size }
    const sending = request(url, { method: 'POST', headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const text = Buffer.concat(parts).toString()
        if (response.statusCode === 201) resolve({ lastByteMs, id: (JSON.parse(text) as { id: string }).id })
        else reject(new Error(text))
      })
    })
    sending.on('error', reject)
    sending.on('finish', () => (lastByteMs = performance.now()))
    createReadStream(path).pipe(sending)
  })
}
