import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi, type TestContext } from 'vitest'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { needs } from '../lab/test-support/clients.ts'
import { inLongRun, matrix } from '../lab/test-support/long-run.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { weirProgram } from '../lab/test-support/weir-process.ts'
import { startClipRelay } from '../udp-relay/test-support/clip-relay.ts'
import { needsGstPython } from '../udp-relay/test-support/gst-python.ts'
import { startGstServer } from '../udp-relay/test-support/gst-server.ts'
import { CLIP_FRAMES, makePackageClip } from '../udp-relay/test-support/package-clip.ts'

const clip = makePackageClip()
const SOON = { timeout: 20_000 }
const FRAME_SECONDS = 1 / 25

const pullArgs = (args: readonly string[]): string[] => [
  ...weirProgram(),
  ...['relay', 'pull', '--rtsp-port', '0', '--rtp-port', '0', ...args],
]

/** `weir relay pull` in a process of its own; gives the address that it prints. */
async function startPull(context: TestContext, ...args: readonly string[]) {
  const folder = temporaryFolder(context)
  const env = { ...process.env, INIT_CWD: folder }
  const child = trackChild(
    spawn(process.execPath, pullArgs(args), { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  context.onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`weir ended with ${code}: ${said}`)))
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      const printed = /^Relay: (rtsp:\S+)/m.exec(said)?.[1]
      if (printed !== undefined) resolve(printed)
    })
  })
  const end = async (signal: 'SIGTERM' | 'SIGINT'): Promise<number | null> => {
    const exited = once(child, 'exit') as Promise<[number | null]>
    child.kill(signal)
    return (await exited)[0]
  }
  return { url, end, said: () => said }
}

/** The times of the packets of picture and sound in a file, in s, sorted. */
async function timesIn(ffprobe: string, file: string): Promise<{ readonly video: number[]; readonly audio: number[] }> {
  const entries = ['-show_entries', 'packet=codec_type,pts_time', '-of', 'json']
  const { stdout } = await runClient(ffprobe, ['-v', 'error', ...entries, file], { timeoutMs: 10_000 })
  const { packets } = JSON.parse(stdout) as { packets: { codec_type: string; pts_time: string }[] }
  const timesOf = (type: string): number[] => {
    const times = packets.filter(({ codec_type }) => codec_type === type).map(({ pts_time }) => Number(pts_time))
    return times.sort((a, b) => a - b)
  }
  return { video: timesOf('video'), audio: timesOf('audio') }
}

for (const transport of matrix(['udp', 'tcp'])) {
  test.concurrent(`a loop crosses two relays over ${transport}, every picture at its time`, async (context) => {
    const [ffmpeg, ffprobe] = [needs(context, 'ffmpeg'), needs(context, 'ffprobe')]
    const file = join(temporaryFolder(context), 'copy.mp4')
    const source = await startClipRelay(context, clip)
    const first = await startPull(context, `${source.url}?live=loop`, '--transport', transport)
    expect(first.url).toMatch(/^rtsp:\/\/127\.0\.0\.1:\d+\/live\/clip$/)
    const second = await startPull(context, first.url, '--name', 'again', '--transport', transport)
    expect(second.url).toMatch(/\/live\/again$/)
    await vi.waitFor(() => expect(second.said()).toContain('the pulled stream plays'), SOON)
    const frames = CLIP_FRAMES + 50 // over a seam at least
    const input = ['-v', 'error', '-rtsp_transport', transport, '-i', second.url]
    const copied = await runClient(ffmpeg, [...input, '-c', 'copy', '-frames:v', String(frames), file], {
      timeoutMs: 60_000,
    })
    expect(copied).toEqual({ status: 0, stdout: '', stderr: '' })
    const { video, audio } = await timesIn(ffprobe, file)
    expect(video).toHaveLength(frames)
    const steps = video.slice(1).map((time, at) => time - (video[at] as number))
    for (const step of steps.slice(1)) expect(step).toBeCloseTo(FRAME_SECONDS, 3) // the first has no time of its own
    expect(Math.abs((video.at(-1) ?? 0) - (audio.at(-1) ?? 0))).toBeLessThan(0.3)
    expect(await second.end('SIGTERM')).toBe(0)
    expect(await first.end('SIGINT')).toBe(130)
    await vi.waitFor(() => expect(source.sessions.count).toBe(0)) // the goodbye was said
  })
}

if (inLongRun) {
  test.concurrent('a stream of gst-rtsp-server is served again, every picture of it, in step with its sound', async (context) => {
    needsGstPython(context, 'GstRtspServer')
    const [ffmpeg, ffprobe] = [needs(context, 'ffmpeg'), needs(context, 'ffprobe')]
    const folder = temporaryFolder(context)
    const [video, copy] = [join(folder, 'source.ts'), join(folder, 'copy.mp4')]
    writeFileSync(video, Buffer.concat(clip.segments))
    const launch = `filesrc location=${video} ! tsdemux name=d d. ! queue ! h264parse ! rtph264pay name=pay0 pt=96
    d. ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97`
    const port = await startGstServer(context, launch, ['digest'])
    const { url, said } = await startPull(context, `rtsp://weir:secret@127.0.0.1:${port}/v`)
    expect(said()).not.toContain('secret')
    await vi.waitFor(() => expect(said()).toContain('the pulled stream plays'), SOON)
    const copied = await runClient(ffmpeg, ['-v', 'error', '-i', url, '-c', 'copy', copy], { timeoutMs: 60_000 })
    expect(copied).toEqual({ status: 0, stdout: '', stderr: '' })
    const times = await timesIn(ffprobe, copy)
    expect(times.video).toHaveLength(CLIP_FRAMES)
    expect(Math.abs((times.video.at(-1) ?? 0) - (times.audio.at(-1) ?? 0))).toBeLessThan(0.4) // by arrival; its RTP-Info is 0.7 s off
  })
}

test.concurrent('weir relay pull names what is wrong: 2 for arguments, 1 for a source that will never do', async (context) => {
  const folder = temporaryFolder(context)
  const run = (...args: string[]) =>
    runClient(process.execPath, pullArgs(args), { timeoutMs: 60_000, cwd: folder, env: { INIT_CWD: folder } })
  const bad = await run('http://host/x', '--name', 'a/b')
  expect(bad.status).toBe(2)
  expect(bad.stderr.trim().split('\n')).toEqual([
    'weir: <url> must be rtsp://host[:port]/… or rtsps://…, got http://host/x',
    'weir: --name must be 1 to 64 letters, digits, _ or -, got "a/b"',
  ])
  const source = await startClipRelay(context, clip)
  const hopeless = await run(`${source.url}?payload=mp2t`)
  expect(hopeless.status).toBe(1)
  expect(hopeless.stderr).toContain('weir: the server offers no H.264, which alone can be served again, but MP2T')
})
