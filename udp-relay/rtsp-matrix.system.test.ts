import { join } from 'node:path'
import { expect, test, vi, type TestContext } from 'vitest'
import { needs, type ClientName } from '../lab/test-support/clients.ts'
import { gstEnd } from '../lab/test-support/gst-launch.ts'
import { unexpectedLines } from '../lab/test-support/harmless-lines.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import { runClient, type ClientRun } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startReceiver } from './receiver.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { freeMulticast } from './test-support/free-multicast.ts'
import { startGstClient } from './test-support/gst-client.ts'
import { needsGstPython } from './test-support/gst-python.ts'
import { CLIP_FRAMES, makePackageClip } from './test-support/package-clip.ts'
import { needsVlcRtsp } from './test-support/vlc.ts'

type Transport = 'udp' | 'tcp' | 'multicast'
type Task = 'to the end' | 'from 3 s' | 'with a digest'
type Row = { readonly client: ClientName; readonly transport: Transport; readonly task: Task }

const clip = makePackageClip()
const LIMIT = { timeoutMs: 30_000 }
const LONG = { timeout: 20_000 }
const GOP_FRAMES = 50
/** A seek to 3 s begins at the keyframe of 2 s. */
const framesOf = (task: Task): number => (task === 'from 3 s' ? CLIP_FRAMES - GOP_FRAMES : CLIP_FRAMES)

/** Each writes the picture's frames as they came into `file`. */
const argsOf: Partial<Record<ClientName, (url: string, row: Row, file: string) => readonly string[]>> = {
  ffprobe: (url, { transport, task }) => {
    const count = ['-v', 'error', '-select_streams', 'v', '-count_packets', '-show_entries', 'stream=nb_read_packets']
    const seek = task === 'from 3 s' ? ['-read_intervals', '3%'] : []
    return ['-rtsp_transport', libavName(transport), ...seek, ...count, '-of', 'csv=p=0', url]
  },
  ffmpeg: (url, { transport, task }, file) => [
    ...[
      '-v',
      'error',
      '-rtsp_transport',
      libavName(transport),
      ...(task === 'from 3 s' ? ['-copyts', '-ss', '3'] : []),
      '-i',
      url,
    ],
    ...['-map', '0:v', '-c', 'copy', '-f', 'h264', file],
  ],
  mpv: (url, { transport, task }, file) => [
    ...[
      '--no-config',
      '--msg-level=all=warn',
      '--term-status-msg=',
      '--vo=null',
      '--aid=no',
      `--stream-record=${file}`,
    ],
    ...(task === 'from 3 s' ? ['--start=3'] : []),
    ...[`--rtsp-transport=${libavName(transport)}`, url],
  ],
  'gst-launch-1.0': (url, { transport }, file) => {
    const protocols = transport === 'multicast' ? 'udp-mcast' : transport
    const source = `rtspsrc location=${url} protocols=${protocols} multicast-iface=lo name=s`
    const byteStream = 'video/x-h264,stream-format=byte-stream,alignment=au'
    const video = `application/x-rtp,media=video ! rtph264depay ! h264parse ! ${byteStream}`
    const sound = 's. ! application/x-rtp,media=audio ! fakesink'
    return ['-q', ...`${source} s. ! ${video} ! filesink location=${file} ${sound}`.split(' ')]
  },
  cvlc: vlcArgs,
}

/** As a transport stream: it puts no sound into elementary ones. */
function vlcArgs(url: string, { transport, task }: Row, file: string): readonly string[] {
  const over = { udp: [], tcp: ['--rtsp-tcp'], multicast: ['--rtsp-mcast'] }[transport]
  const from = task === 'from 3 s' ? ['--start-time=3'] : []
  return [...over, ...from, `--sout=#std{access=file,mux=ts,dst=${file}}`, url, 'vlc://quit']
}

function libavName(transport: Transport): string {
  return transport === 'multicast' ? 'udp_multicast' : transport
}

const mpvHarmless = /^\[recorder\]|^Invalid video timestamp/ // as in rtsp-clients.system.test.ts

const clients = ['ffprobe', 'ffmpeg', 'mpv', 'gst-launch-1.0', 'cvlc'] as const
const transports = ['udp', 'tcp', 'multicast'] as const

// A stream for all begins for nobody anew: there is no seek in it. mpv has no option for multicast. gst-launch is told
// nothing while it plays: GStreamer seeks and pauses below.
const rows: readonly [Row, ...Row[]] = [
  { client: 'ffmpeg', transport: 'tcp', task: 'with a digest' },
  ...transports
    .flatMap((transport) =>
      clients
        .filter((client) => transport !== 'multicast' || client !== 'mpv')
        .flatMap((client) => [
          { client, transport, task: 'to the end' } as const,
          { client, transport, task: 'with a digest' } as const,
          ...(transport === 'multicast' || client === 'gst-launch-1.0'
            ? []
            : [{ client, transport, task: 'from 3 s' } as const]),
        ]),
    )
    .filter(({ client, transport, task }) => `${client} ${transport} ${task}` !== 'ffmpeg tcp with a digest'),
]

for (const row of matrix(rows)) {
  const { client, transport, task } = row
  test.concurrent(`${client} receives every frame over ${transport} ${task}`, async (context) => {
    const path = client === 'cvlc' ? await needsVlcRtsp(context) : needs(context, client)
    const ffprobe = needs(context, 'ffprobe')
    const relay = await open(context, task)
    const file = join(temporaryFolder(context), 'picture.h264')
    const run = await runClient(path, argsOf[client]?.(relay.url, row, file) ?? [], LIMIT)
    expect(endOf(client, run)).toEqual({ status: 0, lines: [] })
    expect(client === 'ffprobe' ? Number.parseInt(run.stdout, 10) : await countFrames(ffprobe, file)).toBe(
      framesOf(task),
    )
    expectCleanEnd(relay.log, transport)
  })
}

function endOf(
  client: ClientName,
  run: ClientRun,
): { readonly status: number | null; readonly lines: readonly string[] } {
  if (client === 'gst-launch-1.0') return gstEnd(run)
  const { status, stdout, stderr } = run
  const said = client === 'ffprobe' ? stderr : stdout + stderr
  return { status, lines: unexpectedLines(client, said).filter((line) => client !== 'mpv' || !mpvHarmless.test(line)) }
}

async function open(context: TestContext, task: Task | Order) {
  const users = task === 'with a digest' ? { ann: 'secret' } : {}
  const relay = await startClipRelay(context, clip, { users, multicast: await freeMulticast() })
  return { ...relay, url: task === 'with a digest' ? relay.url.replace('rtsp://', 'rtsp://ann:secret@') : relay.url }
}

const receiverTasks = ['with a digest', 'to the end', 'from 3 s', 'paused'] as const

// It has no option for multicast.
for (const [transport, task] of matrix<readonly [Exclude<Transport, 'multicast'>, (typeof receiverTasks)[number]]>([
  ['tcp', 'with a digest'],
  ['tcp', 'to the end'],
  ['tcp', 'from 3 s'],
  ['tcp', 'paused'],
  ...receiverTasks.map((task) => ['udp', task] as const),
])) {
  test.concurrent(`our receiver receives every frame over ${transport} ${task}`, async (context) => {
    const { url, log, sessions } = await open(context, task)
    const startSeconds = task === 'from 3 s' ? 3 : 0
    const receiver = await startReceiver({ url, transport, startSeconds, jitterBufferMs: 200, userAgent: 'weir tests' })
    if (task === 'paused') {
      await vi.waitFor(() => expect(receiver.figures().positionSeconds).toBeGreaterThan(0.5), LONG)
      await receiver.pause()
      const { seconds = 0, sentPackets } = sessions.list()[0] ?? {}
      await vi.waitFor(() => expect(sessions.list()[0]?.seconds).toBeGreaterThan(seconds + 0.5), LONG)
      expect(sessions.list()[0]).toMatchObject({ phase: 'ready', sentPackets })
      await receiver.resume()
    }
    expect(await receiver.ended).toEqual({ reason: 'bye' })
    await receiver.close()
    const { measures } = receiver.figures()
    const intactFrames = task === 'paused' ? CLIP_FRAMES : framesOf(task)
    expect(measures).toMatchObject({ intactFrames, damagedFrames: 0, frozenFrames: 0, lostPackets: 0 })
    expectCleanEnd(log, transport)
  })
}

type Order = 'paused' | 'sought'

// GStreamer alone can be told from outside: libavformat has av_read_pause, which ffmpeg, ffprobe and mpv never call, and a
// paused mpv or VLC behind its own cache is no concern of the relay's.
for (const [transport, order] of matrix<readonly [Exclude<Transport, 'multicast'>, Order]>([
  ['udp', 'paused'],
  ['tcp', 'paused'],
  ['udp', 'sought'],
  ['tcp', 'sought'],
])) {
  test.concurrent(`GStreamer's rtspsrc, ${order} in mid-play over ${transport}, receives every frame`, async (context) => {
    needsGstPython(context, 'Gst')
    const { url, log, sessions } = await open(context, order)
    const client = startGstClient(context, url, transport)
    const seen = () => sessions.list()[0]
    await client.said('began')
    await vi.waitFor(() => expect(seen()?.positionSeconds).toBeGreaterThan(0.5), LONG)
    if (order === 'paused') {
      client.tell('pause')
      await vi.waitFor(() => expect(seen()?.phase).toBe('ready'), LONG)
      const { seconds = 0, sentPackets } = seen() ?? {}
      await vi.waitFor(() => expect(seen()?.seconds).toBeGreaterThan(seconds + 0.5), LONG)
      expect(seen()).toMatchObject({ phase: 'ready', sentPackets })
      client.tell('play')
    } else {
      client.tell('seek 3')
    }
    const [, frames, lost] = /^frames (\d+) lost (\d+)$/.exec(await client.said('frames')) ?? []
    const wanted = order === 'paused' ? CLIP_FRAMES : framesOf('from 3 s')
    // It throws away what it reads in the moment of its pause: at most a picture for each packet that it counts as lost.
    expect(Number(frames) + (order === 'paused' ? Number(lost) : 0)).toBeGreaterThanOrEqual(wanted)
    expect(Number(frames)).toBeLessThanOrEqual(wanted)
    await vi.waitFor(() => expect(sessions.count).toBe(0), LONG)
    expectCleanEnd(log, transport)
  })
}

async function countFrames(ffprobe: string, file: string): Promise<number> {
  const args = ['-v', 'error', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file]
  const { stdout } = await runClient(ffprobe, args, LIMIT)
  return Number.parseInt(stdout, 10)
}

/** The relay's own account: over this transport, said goodbye, nothing dropped. */
function expectCleanEnd(log: readonly Record<string, unknown>[], transport: Transport): void {
  const ends = log.filter(({ msg }) => msg === 'RTSP session ended')
  const kind = transport === 'tcp' ? 'interleaved' : transport
  expect(ends.map(({ transport: by, reason, droppedPackets }) => ({ by, reason, droppedPackets }))).toEqual(
    ends.map(() => ({ by: kind, reason: 'teardown', droppedPackets: 0 })),
  )
  expect(ends.length).toBeGreaterThan(0)
}
