import { expect, test, type TestContext } from 'vitest'
import { needs, type ClientName } from '../lab/test-support/clients.ts'
import { unexpectedLines } from '../lab/test-support/harmless-lines.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { decodeRtcp, type ReportBlock } from '../protocol/rtcp.ts'
import { decodeRtp, sequenceDistance } from '../protocol/rtp.ts'
import { startReceiver } from '../udp-relay/receiver.ts'
import { startClipRelay } from '../udp-relay/test-support/clip-relay.ts'
import { startGstClient } from '../udp-relay/test-support/gst-client.ts'
import { needsGstPython } from '../udp-relay/test-support/gst-python.ts'
import { CLIP_FRAMES, makePackageClip } from '../udp-relay/test-support/package-clip.ts'
import { needsVlcRtsp } from '../udp-relay/test-support/vlc.ts'
import { Links } from './links.ts'
import { LinksOfViewers } from './rtsp-through-link.ts'

// libavformat reports after 600 kB of a track; TCP carries less than that a second over such a line.
const clips = { udp: makePackageClip({ noiseBitsPerSecond: 4_000_000 }), tcp: makePackageClip() }
const AUDIO_UNITS = clips.udp.outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
const LIMIT = { timeoutMs: 40_000 }
const SEED = 9 // loses the first packet of neither track: whom nobody told of it misses nothing there
const SOUND = 97 // payload types of our descriptions

type Transport = 'udp' | 'tcp'

/** The link's own account of a viewer's RTP: per track the first packet's number, and how far behind it each lost one was. */
type Truth = { readonly payloadType: number; readonly first: number; newest: number; readonly lost: number[] }

async function open(context: TestContext, transport: Transport) {
  const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
  context.onTestFinished(() => links.close())
  const loss = { kind: 'random', lossRatio: 0.05 } as const
  const { id } = links.create({ seed: SEED, downlink: { oneWayDelayMs: 10, loss }, uplink: { oneWayDelayMs: 10 } })
  const relay = await startClipRelay(context, clips[transport], { links: new LinksOfViewers(links) })
  const truth = new Map<number, Truth>() // by SSRC
  const reports: ReportBlock[] = [] // those that came in datagrams
  const toldLosses: number[] = [] // as the relay understood each report, over whatever transport
  links.record(id, {
    record: (event) => {
      if (event.kind === 'receiver-report') toldLosses.push(event.cumulativeLostPackets)
      if (event.kind !== 'packet-dropped' || event.ssrc === undefined) return
      const track = truth.get(event.ssrc)
      track?.lost.push(sequenceDistance(track.first, event.sequenceNumber ?? 0))
    },
    capture: ({ at, direction, kind, bytes }) => {
      if (at === 'server' && direction === 'down' && kind === 'rtp') noteSent(truth, bytes)
      if (at === 'server' && direction === 'up') reports.push(...reportsOf(bytes))
    },
    end: () => {},
  })
  const url = `rtsp://127.0.0.1:${relay.rtspPort}/link/${id}/clip`
  return { url, truth, reports, toldLosses, downlink: () => links.get(id).udp.downlink }
}

type Opened = Awaited<ReturnType<typeof open>>

function noteSent(truth: Map<number, Truth>, bytes: Uint8Array): void {
  const packet = decodeRtp(bytes)
  if (!packet.ok) return
  const { ssrc, payloadType, sequenceNumber } = packet.value
  const track = truth.get(ssrc) ?? { payloadType, first: sequenceNumber, newest: 0, lost: [] }
  track.newest = sequenceDistance(track.first, sequenceNumber)
  truth.set(ssrc, track)
}

function reportsOf(datagram: Uint8Array): readonly ReportBlock[] {
  const rtcp = decodeRtcp(datagram)
  return rtcp.ok ? rtcp.value.flatMap((packet) => (packet.kind === 'receiver-report' ? packet.reports : [])) : []
}

/** What a receiver can know: what is lost behind the last packet that came, nobody tells it. */
function knowable({ lost, newest }: Truth): readonly number[] {
  const gone = new Set(lost)
  let last = newest
  while (gone.has(last)) last -= 1
  return lost.filter((at) => at < last)
}

/** Each report that came tells just what the link had dropped of the packets up to the one that it names; `uncounted`: less
 *  so many, by the viewer's own way of counting. */
function expectTrueReports({ truth, reports }: Opened, uncounted: readonly number[]): void {
  for (const { ssrc, cumulativePacketsLost, extendedHighestSequenceNumber } of reports) {
    const track = truth.get(ssrc)
    if (track === undefined) throw new Error(`a report of ${ssrc}, which nobody sends`)
    const highest = sequenceDistance(track.first, extendedHighestSequenceNumber & 0xffff)
    const lost = track.lost.filter((at) => at <= highest).length
    expect(uncounted).toContain(lost - cumulativePacketsLost)
  }
}

/** By libavformat's own lines. */
function missedPackets(lines: string): number {
  return [...lines.matchAll(/RTP: missed (\d+) packets/g)].reduce((sum, [, count]) => sum + Number(count), 0)
}

type Saw = {
  readonly missedPackets?: number // by its own account
  readonly pictures?: number | undefined
  readonly sounds?: number | undefined
  readonly lines: readonly string[] // of complaint, also those of the loss
  readonly reports: number // that it has sent at least
  readonly uncounted?: readonly number[]
}
type Play = (context: TestContext, opened: Opened, transport: Transport) => Promise<Saw>

const counting = ['-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0']
/** What was missed is a warning, as is what libavformat thinks of any stream's first times. */
const levelOf = (transport: Transport): string => (transport === 'udp' ? 'warning' : 'error')
const libavReports = { udp: 5, tcp: 0 }
const linesOf = (client: ClientName, text: string): string[] =>
  unexpectedLines(client, text).filter((line) => !mpvHarmless.test(line))
const mpvHarmless = /^Invalid video timestamp/ // as in rtsp-clients.system.test.ts

type Client = 'ffmpeg' | 'ffprobe' | 'mpv' | 'GStreamer’s rtspsrc' | 'VLC' | 'our receiver'

const players: Readonly<Record<Client, Play>> = {
  ffmpeg: async (context, { url }, transport) => {
    const input = ['-v', levelOf(transport), '-rtsp_transport', transport, '-i', url]
    const args = [...input, '-map', '0', '-c', 'copy', '-f', 'framecrc', '-']
    const { stdout, stderr } = await runClient(needs(context, 'ffmpeg'), args, LIMIT)
    const packets = stdout.split('\n')
    const [pictures, sounds] = ['0,', '1,'].map((of) => packets.filter((line) => line.startsWith(of)).length)
    return {
      missedPackets: missedPackets(stderr),
      pictures,
      sounds,
      lines: linesOf('ffmpeg', stderr),
      reports: libavReports[transport],
    }
  },
  ffprobe: async (context, { url }, transport) => {
    const args = ['-v', levelOf(transport), '-rtsp_transport', transport, ...counting, url]
    const { stdout, stderr } = await runClient(needs(context, 'ffprobe'), args, LIMIT)
    const [pictures = 0, sounds = 0] = stdout.split('\n').map(Number)
    return {
      missedPackets: missedPackets(stderr),
      pictures,
      sounds,
      lines: linesOf('ffprobe', stderr),
      reports: libavReports[transport],
    }
  },
  mpv: async (context, { url }, transport) => {
    const quiet = ['--no-config', '--msg-level=all=warn', '--term-status-msg=', '--vo=null', '--ao=null', '--untimed']
    const { stdout, stderr } = await runClient(
      needs(context, 'mpv'),
      [...quiet, `--rtsp-transport=${transport}`, url],
      LIMIT,
    )
    return {
      missedPackets: missedPackets(stdout + stderr),
      lines: linesOf('mpv', stdout + stderr),
      reports: libavReports[transport],
    }
  },
  'GStreamer’s rtspsrc': async (context, { url }, transport) => {
    needsGstPython(context, 'Gst')
    const pictures = Number((await startGstClient(context, url, transport).said('frames')).split(' ')[1])
    // A source is new until two packets have come in sequence: it may begin to count at the second, and have got the first.
    return { pictures, lines: [], reports: 1, uncounted: [0, 1] }
  },
  VLC: async (context, { url }, transport) => {
    const overTcp = transport === 'tcp' ? ['--rtsp-tcp'] : []
    const args = [...overTcp, '--sout=#std{access=file,mux=ts,dst=/dev/null}', url, 'vlc://quit']
    const { stdout, stderr } = await runClient(await needsVlcRtsp(context), args, LIMIT)
    return { lines: linesOf('cvlc', stdout + stderr), reports: 1 }
  },
  'our receiver': async (context, { url }, transport) => {
    const receiver = await startReceiver({ url, transport, jitterBufferMs: 200, userAgent: 'weir tests' })
    context.onTestFinished(() => receiver.close())
    expect(await receiver.ended).toEqual({ reason: 'bye' })
    await receiver.close()
    const { tracks, measures } = receiver.figures()
    return {
      missedPackets: tracks.reduce((sum, track) => sum + track.missingPackets, 0),
      pictures: measures.intactFrames + measures.damagedFrames,
      lines: [],
      reports: 2,
    }
  },
}

type Row = readonly [client: Client, transport: Transport]
const rows: readonly [Row, ...Row[]] = [
  ['ffmpeg', 'udp'],
  ...Object.keys(players)
    .flatMap((client) => [[client, 'udp'] as const, [client, 'tcp'] as const])
    .filter((row): row is Row => row.join() !== 'ffmpeg,udp'),
]

for (const [client, transport] of matrix(rows)) {
  const title =
    transport === 'udp'
      ? `${client} misses over UDP exactly the packets that a link of 5 % loss drops`
      : `${client} misses nothing over TCP behind a link of 5 % loss`
  test.concurrent(title, async (context) => {
    const opened = await open(context, transport)
    const saw = await players[client](context, opened, transport)
    const tracks = [...opened.truth.values()]
    const { lostPackets, acceptedPackets } = opened.downlink()
    expect(lostPackets / acceptedPackets).toBeGreaterThan(0.03)
    const { uncounted = [0] } = saw
    expect(opened.toldLosses.length).toBeGreaterThanOrEqual(saw.reports)
    expectTrueReports(opened, uncounted)
    if (transport === 'tcp') {
      for (const lost of opened.toldLosses) expect(uncounted).toContain(0 - lost)
      expect(saw.lines).toEqual([])
      const whole = { missedPackets: 0, pictures: CLIP_FRAMES, sounds: AUDIO_UNITS }
      expect({ ...whole, ...saw }).toMatchObject(whole)
      return
    }
    const missed = tracks.flatMap(knowable)
    expect(saw.missedPackets ?? missed.length).toBe(missed.length)
    const lostSounds = tracks.find(({ payloadType }) => payloadType === SOUND)?.lost.length ?? 0
    expect(saw.sounds ?? AUDIO_UNITS - lostSounds).toBe(AUDIO_UNITS - lostSounds)
  })
}
