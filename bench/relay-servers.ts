import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { fetchOutline } from '../lab/test-support/fetch-outline.ts'
import { sharedFolder } from '../lab/test-support/shared-files.ts'
import { startWeir, type WeirProcess } from '../lab/test-support/weir-process.ts'
import { addClip } from './noisy-clip.ts'

/** Of the picture: with 128 of sound, and 3 % for MPEG-TS, the clip takes about 3400. */
export const VIDEO_KILOBITS_PER_SECOND = 3148

export type LoadedWeir = WeirProcess & {
  readonly videoUrl: string // rtsp, of the best variant
  readonly variantUrl: string // http, its folder
}

/** A library of one clip, made by the server itself; gives the path of its best variant, below `/hls/`. */
export async function makeLibrary(mediaFolder: string, clip: Buffer): Promise<string> {
  const weir = await startWeir({ mediaFolder })
  const { id, bestVariant } = await addClip(weir.url, clip)
  await weir.stop()
  return `${id}/${bestVariant}`
}

/** The server as it is shipped, with a library of its own that is a copy. */
export async function startWeirWith(
  library: { readonly mediaFolder: string; readonly path: string },
  env: NodeJS.ProcessEnv,
): Promise<LoadedWeir> {
  const mediaFolder = `${library.mediaFolder}-${randomUUID()}`
  cpSync(library.mediaFolder, mediaFolder, { recursive: true })
  const weir = await startWeir({ mediaFolder, env })
  const variantUrl = `${weir.url}/hls/${library.path}`
  return { ...weir, videoUrl: `${weir.rtspUrl}/${library.path}`, variantUrl }
}

/** The transport stream that all get: the segments, one behind the other. */
export async function wholeStream(variantUrl: string): Promise<Buffer> {
  const outline = await fetchOutline(variantUrl)
  const segments: Buffer[] = []
  for (const { uri } of outline.segments) {
    segments.push(Buffer.from(await (await fetch(`${variantUrl}/${uri}`)).arrayBuffer()))
  }
  return Buffer.concat(segments)
}

export type Peer = { readonly url: string; readonly pid: number; stop(): Promise<void> }

const PEER_START_MS = 30_000 // its first start scans GStreamer's plugins

/** gst-rtsp-server with one shared presentation of the stream; undefined where Python's GStreamer is not installed. */
export async function startGstPeer(folder: string, stream: Buffer, port: number): Promise<Peer | undefined> {
  const [python, script] = ['/usr/bin/python3', join(sharedFolder, 'tools/gst-rtsp-peer.py')]
  if (!existsSync(python) || !existsSync(script) || !hasGstRtspServer(python)) return undefined
  const file = join(folder, 'peer.ts')
  writeFileSync(file, stream)
  const child = trackChild(spawn(python, [script, file, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] }))
  await Promise.race([once(child.stdout, 'data'), sleep(PEER_START_MS, undefined, { ref: false })])
  return {
    url: `rtsp://127.0.0.1:${port}/v`,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

function hasGstRtspServer(python: string): boolean {
  const program = 'import gi; gi.require_version("GstRtspServer", "1.0"); from gi.repository import GstRtspServer'
  try {
    execFileSync(python, ['-c', program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export type Load = {
  readonly packetsPerSecond: number
  readonly megabitsPerSecond: number
  readonly lost: number
  readonly latenessMs: { readonly p50: number | null; readonly p99: number | null }
  readonly serverCpuMicrosecondsPerPacket: number
}

/** Viewers by RTSP and UDP in a process of their own, for so many seconds; what the server's process took meanwhile. */
export async function watch(url: string, viewers: number, seconds: number, serverPid: number): Promise<Load> {
  const script = join(sharedFolder, 'tools/rtsp-load.mjs')
  const args = [script, url, viewers, seconds, serverPid].map(String)
  const child = trackChild(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }))
  let printed = ''
  for await (const text of child.stdout.setEncoding('utf8')) printed += String(text)
  return JSON.parse(printed) as Load
}
