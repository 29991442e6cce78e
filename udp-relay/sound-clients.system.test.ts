import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { needs, type ClientName } from '../lab/test-support/clients.ts'
import { gstEnd } from '../lab/test-support/gst-launch.ts'
import { unexpectedLines } from '../lab/test-support/harmless-lines.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startReceiver } from './receiver.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { countPackets } from './test-support/count-packets.ts'
import { freeMulticast } from './test-support/free-multicast.ts'
import { makeSoundClip, SOUND_SECONDS } from './test-support/sound-clip.ts'
import { needsVlcRtsp } from './test-support/vlc.ts'

const clip = makeSoundClip()
const UNITS = clip.outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
const UNITS_A_SECOND = 44_100 / 1024
const LIMIT = { timeoutMs: 30_000 }

type Transport = 'udp' | 'tcp' | 'multicast'
type Row = { readonly client: ClientName; readonly transport: Transport; readonly startSeconds?: number }

/** Each writes the access units as they came into `file`. */
const argsOf: Partial<Record<ClientName, (url: string, row: Row, file: string) => readonly string[]>> = {
  ffmpeg: (url, { transport, startSeconds }, file) => [
    ...['-v', 'error', '-rtsp_transport', transport === 'multicast' ? 'udp_multicast' : transport],
    ...(startSeconds === undefined ? [] : ['-copyts', '-ss', String(startSeconds)]),
    ...['-i', url, '-c', 'copy', '-f', 'adts', file],
  ],
  mpv: (url, { transport, startSeconds }, file) => [
    ...['--no-config', '--msg-level=all=warn', '--term-status-msg=', '--ao=pcm', `--ao-pcm-file=${file}.wav`],
    ...(startSeconds === undefined ? [] : [`--start=${startSeconds}`]),
    ...[`--stream-record=${file}`, `--rtsp-transport=${transport}`, url],
  ],
  'gst-launch-1.0': (url, { transport }, file) => {
    const sound = 'application/x-rtp,media=audio ! rtpmp4gdepay ! aacparse ! audio/mpeg,stream-format=adts'
    return ['-q', ...`rtspsrc location=${url} protocols=${transport} ! ${sound} ! filesink location=${file}`.split(' ')]
  },
  cvlc: (url, { transport }, file) => {
    const over = transport === 'tcp' ? ['--rtsp-tcp'] : []
    return [...over, `--sout=#std{access=file,mux=ts,dst=${file}}`, url, 'vlc://quit']
  },
}

const mpvHarmless = /^\[recorder\]/

const rows = (['ffmpeg', 'mpv', 'gst-launch-1.0', 'cvlc'] as const).flatMap((client) =>
  (['udp', 'tcp'] as const).map((transport): Row => ({ client, transport })),
)
const others: readonly Row[] = [
  { client: 'ffmpeg', transport: 'multicast' },
  { client: 'ffmpeg', transport: 'udp', startSeconds: 3 },
  { client: 'mpv', transport: 'tcp', startSeconds: 3 },
]

for (const row of [...rows, ...others]) {
  const { client, transport, startSeconds = 0 } = row
  test.concurrent(`${client} receives every access unit of sound alone over ${transport} from ${startSeconds} s`, async (context) => {
    const path = client === 'cvlc' ? await needsVlcRtsp(context) : needs(context, client)
    const ffprobe = needs(context, 'ffprobe')
    const { url, log } = await startClipRelay(context, clip, { multicast: await freeMulticast() })
    const file = join(temporaryFolder(context), client === 'cvlc' ? 'sound.ts' : 'sound.aac')
    const run = await runClient(path, argsOf[client]?.(url, row, file) ?? [], LIMIT)
    const lines = unexpectedLines(client, run.stdout + run.stderr).filter((line) => !mpvHarmless.test(line))
    expect(client === 'gst-launch-1.0' ? gstEnd(run) : { status: run.status, lines }).toEqual({ status: 0, lines: [] })
    const [counted = 0] = await countPackets(ffprobe, file)
    expect(Math.abs(counted - (UNITS - Math.floor(startSeconds * UNITS_A_SECOND)))).toBeLessThanOrEqual(
      startSeconds === 0 ? 0 : 1,
    )
    expect(log.filter(({ msg }) => msg === 'RTSP session ended')).toMatchObject([
      { transport: transport === 'tcp' ? 'interleaved' : transport, reason: 'teardown', droppedPackets: 0 },
    ])
  })
}

test.concurrent('ffprobe finds one stream of AAC in sound alone', async (context) => {
  const ffprobe = needs(context, 'ffprobe')
  const { url } = await startClipRelay(context, clip)
  const asked = ['-v', 'error', '-show_entries', 'stream=codec_name,sample_rate,channels', '-of', 'csv=p=0', url]
  expect(await runClient(ffprobe, asked, LIMIT)).toEqual({ status: 0, stdout: 'aac,44100,2\n', stderr: '' })
})

for (const transport of ['udp', 'tcp'] as const) {
  test.concurrent(`our receiver plays sound alone over ${transport}, with its measures and none of pictures`, async (context) => {
    const { url } = await startClipRelay(context, clip)
    const receiver = await startReceiver({ url, transport, jitterBufferMs: 200, userAgent: 'weir tests' })
    expect(await receiver.ended).toEqual({ reason: 'bye' })
    await receiver.close()
    const { measures, positionSeconds } = receiver.figures()
    expect(measures).toMatchObject({ isSoundAlone: true, receivedPackets: UNITS, lostPackets: 0, stallCount: 0 })
    expect(measures.startupMs).toBeGreaterThan(150)
    expect(Math.abs(measures.watchedMs / 1000 - SOUND_SECONDS)).toBeLessThan(0.1)
    expect(positionSeconds).toBeGreaterThan(SOUND_SECONDS - 0.1)
  })
}

test.concurrent('what is looped is heard without an end, and what sound alone has not is refused', async (context) => {
  const { url } = await startClipRelay(context, clip)
  const receiver = await startReceiver({ url: `${url}?live=loop`, jitterBufferMs: 200, userAgent: 'weir tests' })
  await vi.waitFor(() => expect(receiver.figures().measures.receivedPackets).toBeGreaterThan(UNITS + 20), {
    timeout: 20_000,
  })
  await receiver.close()
  expect(receiver.figures().measures.lostPackets).toBe(0)
  const refused = startReceiver({ url: `${url}?payload=mp2t`, jitterBufferMs: 200, userAgent: 'weir tests' })
  await expect(refused).rejects.toThrow('404')
})
