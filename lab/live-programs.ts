import type { SideSpec } from '../simulation/experiment.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { onPath } from './executables.ts'
import { runPlayer } from './player-process.ts'
import { LabMissing } from './validate-lab.ts'

export type ProgramOptions = {
  readonly url: string // HLS or RTSP, through the side's link
  readonly spec: SideSpec
  readonly variant: { readonly name: string; readonly bitsPerSecond: number } // of RTSP; HLS programs choose for themselves
  readonly durationMs: number
  readonly signal: AbortSignal
  readonly tell: (event: ViewerEvent) => void
}

export type ProgramEnd = { readonly hasEnded: boolean; readonly seen: SeenOfProgram }

/** What can be seen of a program from outside; absent: nothing came. */
export type SeenOfProgram = {
  readonly firstMs?: number // performance.now() of its first output
  readonly lastMs?: number
  readonly outputBytes?: number
}

const DEFAULT_JITTER_BUFFER_MS = 200

/** ffmpeg reads at the pace of the video and passes its pictures on: seen are the first of them, their bytes, the last. It has no
 *  playhead: what it makes of a stall is not seen. Rejects with LabMissing. */
export async function watchWithFfmpeg({ url, spec, durationMs, signal, tell }: ProgramOptions): Promise<ProgramEnd> {
  const path = needed('ffmpeg', 'apt-get install ffmpeg')
  const transport = spec.kind === 'hls' ? [] : ['-rtsp_transport', spec.kind === 'udp' ? 'udp' : 'tcp']
  const pace = spec.kind === 'hls' ? ['-re'] : []
  const input = ['-nostdin', '-v', 'error', ...pace, ...transport, '-i', url]
  const output = ['-map', '0:v:0', '-c', 'copy', '-flush_packets', '1', '-f', 'framecrc', 'pipe:1']
  const seen: { -readonly [key in keyof SeenOfProgram]: SeenOfProgram[key] } = {}
  tell({ kind: 'play-asked', atMs: performance.now() })
  const { hasEnded } = await runPlayer({
    path,
    args: [...input, ...output],
    durationMs,
    signal,
    onLine(line, nowMs) {
      const sizeBytes = Number(/^0,(?:\s*-?\d+,){3}\s*(\d+),/.exec(line)?.[1] ?? NaN)
      if (Number.isNaN(sizeBytes)) return // of the head
      seen.firstMs ??= nowMs
      seen.lastMs = nowMs
      seen.outputBytes = (seen.outputBytes ?? 0) + sizeBytes
    },
  })
  return { hasEnded, seen }
}

/** GStreamer decodes, and tells of each picture at its time: startup, freezes, and by the pictures' times the playhead. Rejects
 *  with LabMissing. */
export async function watchWithGStreamer({ url, spec, ...options }: ProgramOptions): Promise<ProgramEnd> {
  const path = needed('gst-launch-1.0', 'apt-get install gstreamer1.0-tools gstreamer1.0-libav')
  const { durationMs, signal, tell, variant } = options
  const { jitterBufferMs = DEFAULT_JITTER_BUFFER_MS } = spec.kind === 'udp' || spec.kind === 'rtp-over-tcp' ? spec : {}
  const protocols = spec.kind === 'udp' ? 'udp' : 'tcp'
  const screen = 'queue ! videoconvert ! fakesink name=screen sync=true silent=false'
  const pipeline =
    spec.kind === 'hls'
      ? `uridecodebin uri=${url} name=d d. ! ${screen} d. ! queue ! audioconvert ! fakesink sync=true`
      : `rtspsrc location=${url} protocols=${protocols} latency=${jitterBufferMs} ! application/x-rtp,media=video ! decodebin ! ${screen}`
  const seen: { -readonly [key in keyof SeenOfProgram]: SeenOfProgram[key] } = {}
  tell({ kind: 'play-asked', atMs: performance.now() })
  const { hasEnded } = await runPlayer({
    path,
    args: ['-v', ...pipeline.split(' ')],
    durationMs,
    signal,
    onLine(line, nowMs) {
      const positionSeconds = pictureSeconds(line)
      if (positionSeconds === undefined) return
      if (seen.firstMs === undefined)
        tell({ kind: 'variant-shown', atMs: nowMs, variant: variant.name, bitsPerSecond: variant.bitsPerSecond })
      seen.firstMs ??= nowMs
      seen.lastMs = nowMs
      tell({ kind: 'frame-shown', atMs: nowMs, state: 'intact' })
      tell({ kind: 'playhead', atMs: nowMs, positionSeconds })
    },
  })
  if (hasEnded) tell({ kind: 'ended', atMs: seen.lastMs ?? performance.now() })
  return { hasEnded, seen }
}

/** `…screen: last-message = chain ******* (screen:sink) (345600 bytes, dts: none, pts: 0:00:01.440000000, …` */
function pictureSeconds(line: string): number | undefined {
  const [, hours, minutes, seconds] = /last-message = chain .* pts: (\d+):(\d\d):(\d\d\.\d+)/.exec(line) ?? []
  return seconds === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

function needed(name: string, get: string): string {
  const path = onPath(name)
  if (path === undefined) throw new LabMissing(`${name} (${get})`)
  return path
}
