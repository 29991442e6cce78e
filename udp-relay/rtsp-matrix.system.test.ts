import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs, type ClientName } from '../lab/test-support/clients.ts'
import { unexpectedLines } from '../lab/test-support/harmless-lines.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { freeMulticast } from './test-support/free-multicast.ts'
import { CLIP_FRAMES, makePackageClip } from './test-support/package-clip.ts'

type Transport = 'udp' | 'tcp' | 'multicast'
type Task = 'to the end' | 'from 3 s' | 'with a digest'
type Row = { readonly client: ClientName; readonly transport: Transport; readonly task: Task }

const clip = makePackageClip()
const LIMIT = { timeoutMs: 30_000 }
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
  ffmpeg: (url, { transport }, file) => [
    ...['-v', 'error', '-rtsp_transport', libavName(transport), '-i', url],
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
}

function libavName(transport: Transport): string {
  return transport === 'multicast' ? 'udp_multicast' : transport
}

const mpvHarmless = /^\[recorder\]|^Invalid video timestamp/ // as in rtsp-clients.system.test.ts

// gst-launch cannot seek, ffmpeg counts off what it sought before, and a stream for all begins for nobody anew.
const rows: readonly [Row, ...Row[]] = [
  { client: 'ffmpeg', transport: 'tcp', task: 'with a digest' },
  ...(['udp', 'tcp', 'multicast'] as const).flatMap((transport) =>
    (['ffprobe', 'ffmpeg', 'mpv', 'gst-launch-1.0'] as const)
      .filter((client) => transport !== 'multicast' || client !== 'mpv') // mpv has no option for it
      .flatMap((client) => [
        { client, transport, task: 'to the end' } as const,
        { client, transport, task: 'with a digest' } as const,
        ...(transport !== 'multicast' && (client === 'ffprobe' || client === 'mpv')
          ? [{ client, transport, task: 'from 3 s' } as const]
          : []),
      ])
      .filter(({ client, task }) => !(client === 'ffmpeg' && transport === 'tcp' && task === 'with a digest')),
  ),
]

for (const row of matrix(rows)) {
  const { client, transport, task } = row
  test.concurrent(`${client} receives every frame over ${transport} ${task}`, async (context) => {
    const [path, ffprobe] = [needs(context, client), needs(context, 'ffprobe')]
    const users = task === 'with a digest' ? { ann: 'secret' } : {}
    const relay = await startClipRelay(context, clip, { users, multicast: await freeMulticast() })
    const url = task === 'with a digest' ? relay.url.replace('rtsp://', 'rtsp://ann:secret@') : relay.url
    const file = join(temporaryFolder(context), 'picture.h264')
    const { status, stdout, stderr } = await runClient(path, argsOf[client]?.(url, row, file) ?? [], LIMIT)
    const said = client === 'ffprobe' ? stderr : stdout + stderr
    const lines = unexpectedLines(client, said).filter((line) => client !== 'mpv' || !mpvHarmless.test(line))
    expect({ status, lines }).toEqual({ status: 0, lines: [] })
    expect(client === 'ffprobe' ? Number.parseInt(stdout, 10) : await countFrames(ffprobe, file)).toBe(framesOf(task))
    expectCleanEnd(relay.log, transport)
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
