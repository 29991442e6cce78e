import { execFileSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { SampleTimeline } from '../stream/sample-timeline.ts'
import { scheduleSegment } from '../stream/send-schedule.ts'
import { encodeAudioSpecificConfig } from './aac.ts'
import type { Decoded } from './decoded.ts'
import { splitAnnexB } from './h264.ts'
import { demuxMpegTs, type TsSegment } from './mpeg-ts-demuxer.ts'
import { unixMsOf } from './ntp-time.ts'
import { outlineSegment } from './outline.ts'
import { decodeRtcp, encodeRtcp } from './rtcp.ts'
import { AacDepacketiser, packetiseRtpAac, planRtpAac } from './rtp-aac.ts'
import { decodeH264Payload } from './rtp-h264-payload.ts'
import { H264Depacketiser, packetiseRtpH264, planRtpH264 } from './rtp-h264.ts'
import {
  decodeRtp,
  encodeRtp,
  RTP_HEADER_BYTES,
  sequenceDistance,
  timestampDistanceTicks,
  type RtpPacket,
} from './rtp.ts'

const HOST = '127.0.0.1'
const MAX_RTP_BYTES = 400 // small, so that a small picture needs fragments
const SAMPLES_PER_FRAME = 1024

test('H264Depacketiser and AacDepacketiser give the very units that ffmpeg sends', async (context) => {
  const ffmpeg = needs(context, 'ffmpeg')
  const clip = makeClip(context, ffmpeg)
  const open = () => Collector.open(context)
  const [video, videoRtcp, audio, audioRtcp] = await Promise.all([open(), open(), open(), open()])
  const to = (rtp: Collector, rtcp: Collector, maxBytes: number) => [
    ...['-c', 'copy', '-f', 'rtp'],
    `rtp://${HOST}:${rtp.port}?pkt_size=${maxBytes}&rtcpport=${rtcp.port}`,
  ]
  const videoArgs = ['-map', '0:v', '-bsf:v', 'h264_mp4toannexb', ...to(video, videoRtcp, MAX_RTP_BYTES)]
  const audioArgs = ['-map', '0:a', ...to(audio, audioRtcp, 1400)] // several units a packet
  const run = await runClient(ffmpeg, ['-v', 'error', '-re', '-i', clip.mp4, ...videoArgs, ...audioArgs], {
    timeoutMs: 30_000,
  })
  expect(run).toMatchObject({ status: 0, stderr: '' })

  const videoPackets = (await video.end()).map((datagram) => valueOf(decodeRtp(datagram)))
  const depacketiser = new H264Depacketiser()
  const units = [...inOrder(videoPackets, (packet, lost) => depacketiser.push(packet, lost)), ...depacketiser.flush()]
  expect(units.filter((unit) => !unit.complete)).toEqual([])
  expect(units.length).toBe(clip.ts.video.length)
  expect(hexOf(units.flatMap((unit) => unit.nals))).toEqual(hexOf(splitAnnexB(readFileSync(clip.h264))))
  const kinds = videoPackets.map((packet) => valueOf(decodeH264Payload(packet.payload)).kind)
  expect(new Set(kinds)).toEqual(new Set(['fragment', 'aggregate', 'single']))

  const audioPackets = (await audio.end()).map((datagram) => valueOf(decodeRtp(datagram)))
  const aacDepacketiser = new AacDepacketiser(SAMPLES_PER_FRAME)
  const sounds = inOrder(audioPackets, (packet, lost) => aacDepacketiser.push(packet, lost))
  const sent = clip.ts.audio.slice(0, sounds.length)
  expect(clip.ts.audio.length - sent.length).toBeLessThan(4) // ffmpeg never sends a last packet that is not full
  expect(hexOf(sounds.map((unit) => unit.data))).toEqual(hexOf(sent.map((unit) => unit.data)))
  expect(audioPackets.length).toBeLessThan(sounds.length)
  const firstTicks = sounds[0]?.timestampTicks ?? 0
  const times = sounds.map((unit) => timestampDistanceTicks(firstTicks, unit.timestampTicks))
  expect(times).toEqual(sounds.map((_, index) => index * SAMPLES_PER_FRAME))

  for (const [rtcp, packets] of [
    [videoRtcp, videoPackets],
    [audioRtcp, audioPackets],
  ] as const) {
    const [report] = valueOf(decodeRtcp((await rtcp.end())[0] as Buffer))
    expect(report).toMatchObject({ kind: 'sender-report', ssrc: packets[0]?.ssrc, reports: [] })
    if (report?.kind !== 'sender-report') throw new Error('no sender report')
    expect(Math.abs(unixMsOf(report.ntpTime) - Date.now())).toBeLessThan(60_000)
    expect(timestampDistanceTicks(report.timestampTicks, packets[0]?.timestampTicks ?? 0)).toBeLessThan(90_000)
  }
})

test('packetiseRtpH264, packetiseRtpAac and scheduleSegment make a stream that ffmpeg takes whole', async (context) => {
  if (process.platform !== 'linux') context.skip('only Linux tells what a receiver has not read yet')
  const ffmpeg = needs(context, 'ffmpeg')
  const clip = makeClip(context, ffmpeg)
  const [videoPort, audioPort] = await Promise.all([freePortPair(), freePortPair()])
  const sdp = join(clip.folder, 'clip.sdp')
  writeFileSync(sdp, sdpOf(videoPort, audioPort, clip.ts))
  const receiver = runClient(
    ffmpeg,
    ['-v', 'error', '-protocol_whitelist', 'file,udp,rtp', '-i', sdp, '-map', '0', '-c', 'copy', '-f', 'framecrc', '-'],
    { timeoutMs: 40_000 },
  )
  const sockets = await Promise.all(
    [videoPort, videoPort + 1, audioPort, audioPort + 1].map((port) => untilBound(context, port)),
  )
  await sendClip(clip.ts, sockets)
  const { status, stdout, stderr } = await receiver
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const sizesOf = (stream: number) =>
    stdout.split('\n').flatMap((line) => (line.startsWith(`${stream},`) ? [Number(line.split(',')[4])] : []))
  const startCodes = clip.ts.video.map(({ nals }) => nals.reduce((sum, nal) => sum + 4 + nal.length, 0))
  expect(sizesOf(0)).toEqual(startCodes)
  expect(sizesOf(1)).toEqual(clip.ts.audio.map(({ data }) => data.length))
})

type TestClip = { readonly folder: string; readonly mp4: string; readonly h264: string; readonly ts: TsSegment }

/** Two seconds with reordered frames, two slices a picture, and a tone; as a file, as an elementary stream and as a segment. */
function makeClip(context: TestContext, ffmpeg: string): TestClip {
  const folder = temporaryFolder(context)
  const [mp4, h264, ts] = ['clip.mp4', 'clip.h264', 'clip.ts'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const run = (...args: string[]) => execFileSync(ffmpeg, ['-v', 'error', ...args])
  const pictures = ['-f', 'lavfi', '-i', 'testsrc2=size=160x96:rate=24:duration=2']
  const tone = ['-f', 'lavfi', '-i', 'sine=440:sample_rate=48000:duration=2']
  const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '24', '-x264-params', 'slices=2']
  run(...pictures, ...tone, ...x264, '-c:a', 'aac', '-ac', '2', mp4)
  run('-i', mp4, '-map', '0:v', '-c', 'copy', h264)
  run('-i', mp4, '-c', 'copy', ts)
  return { folder, mp4, h264, ts: valueOf(demuxMpegTs(readFileSync(ts))) }
}

const END = Buffer.from('end of test')

/** A socket of ours that keeps what it gets. */
class Collector {
  readonly #socket: Socket
  readonly #datagrams: Buffer[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (datagram) => this.#datagrams.push(datagram))
  }

  static async open(context: TestContext): Promise<Collector> {
    const socket = createSocket('udp4').bind(0, HOST)
    context.onTestFinished(() => void socket.close())
    await once(socket, 'listening')
    return new Collector(socket)
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** Loopback keeps order: once our own datagram is there, all before it are. */
  async end(): Promise<Buffer[]> {
    this.#socket.send(END, this.port, HOST)
    while (!this.#datagrams.some((datagram) => datagram.equals(END))) await once(this.#socket, 'message')
    return this.#datagrams.filter((datagram) => !datagram.equals(END))
  }
}

/** Loopback loses nothing here, and a gap would be told. */
function inOrder<T>(packets: readonly RtpPacket[], push: (packet: RtpPacket, lostBefore: boolean) => T[]): T[] {
  return packets.flatMap((packet, index) => {
    const previous = packets[index - 1]
    const lost = previous !== undefined && sequenceDistance(previous.sequenceNumber, packet.sequenceNumber) !== 1
    return push(packet, lost)
  })
}

/** An even port for RTP and the next for RTCP, free a moment ago. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const [rtp, rtcp] = [createSocket('udp4'), createSocket('udp4')]
    await once(rtp.bind(0, HOST), 'listening')
    const { port } = rtp.address()
    const bound = await new Promise<boolean>((resolve) => {
      rtcp.once('error', () => resolve(false)).bind(port + 1, HOST, () => resolve(true))
    })
    rtp.close()
    rtcp.close()
    if (bound && port % 2 === 0) return port
  }
}

/** A socket connected to `port`, once somebody has bound that: until then the kernel refuses each datagram, and tells
 *  the next call. */
async function untilBound(context: TestContext, port: number): Promise<Socket> {
  const socket = createSocket('udp4')
  context.onTestFinished(() => void socket.close())
  await new Promise<void>((resolve) => socket.connect(port, HOST, resolve))
  socket.on('error', () => undefined)
  for (;;) {
    await sendTo(socket, Buffer.of(0)).catch(() => undefined)
    if (
      await sendTo(socket, Buffer.of(0)).then(
        () => true,
        () => false,
      )
    )
      return socket
    await delay(20)
  }
}

/** ffmpeg reads RTCP first: a BYE would overtake packets that still wait in the receive queue of `port`. */
async function untilRead(port: number): Promise<void> {
  const portDigits = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const waits = (line: string) => {
    const [, local = '', , , queues = ''] = line.trim().split(/ +/)
    return local.endsWith(portDigits) && !queues.endsWith(':00000000') // bytes to send, bytes to read
  }
  while (readFileSync('/proc/net/udp', 'utf8').split('\n').some(waits)) await delay(5)
}

function sendTo(socket: Socket, datagram: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(datagram, (error) => (error === null ? resolve() : reject(error)))
  })
}

function sdpOf(videoPort: number, audioPort: number, { adts }: TsSegment): string {
  if (adts === undefined) throw new Error('the clip has no sound')
  const config = Buffer.from(encodeAudioSpecificConfig(adts)).toString('hex')
  return [
    'v=0',
    `o=- 0 0 IN IP4 ${HOST}`,
    's=test',
    `c=IN IP4 ${HOST}`,
    't=0 0',
    `m=video ${videoPort} RTP/AVP 96`,
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 packetization-mode=1',
    `m=audio ${audioPort} RTP/AVP 97`,
    `a=rtpmap:97 MPEG4-GENERIC/${adts.sampleRateHz}/${adts.channelCount}`,
    `a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=${config}`,
    '',
  ].join('\r\n')
}

/** Sends the clip at its own pace, with sequence numbers and times that wrap on the way, then a BYE for each track. */
async function sendClip(ts: TsSegment, sockets: readonly Socket[]): Promise<void> {
  const packets = scheduledPackets(ts)
  const startMs = performance.now() - (packets[0]?.sendMs ?? 0)
  for (const { trackIndex, sendMs, packet } of packets) {
    await delay(Math.max(0, startMs + sendMs - performance.now()))
    await sendTo(sockets[2 * trackIndex] as Socket, encodeRtp(packet))
  }
  await Promise.all([0, 2].map((rtp) => untilRead((sockets[rtp] as Socket).remoteAddress().port)))
  for (const ssrc of [0, 1]) {
    const bye = encodeRtcp([
      { kind: 'receiver-report', ssrc, reports: [] },
      { kind: 'bye', ssrcs: [ssrc] },
    ])
    await sendTo(sockets[2 * ssrc + 1] as Socket, bye)
  }
}

function scheduledPackets(ts: TsSegment): { trackIndex: number; sendMs: number; packet: RtpPacket }[] {
  const { adts } = ts
  const place = { uri: 'clip.ts', sizeBytes: 0, startSeconds: 0, durationSeconds: 2 }
  const segment = outlineSegment(ts, { ...place, originTicks: ts.video[0]?.ptsTicks ?? 0 })
  const audio = { sampleRateHz: adts?.sampleRateHz ?? 0, samplesPerFrame: SAMPLES_PER_FRAME }
  const maxPayloadBytes = MAX_RTP_BYTES - RTP_HEADER_BYTES
  const payloads = [
    ts.video.map(({ nals }) =>
      packetiseRtpH264(
        nals,
        planRtpH264(
          nals.map((nal) => nal.length),
          maxPayloadBytes,
        ),
      ),
    ),
    ts.audio.map(({ data }) => packetiseRtpAac(data, planRtpAac(data.length, maxPayloadBytes))),
  ]
  const timeline = new SampleTimeline(audio)
  const sequenceNumbers = [0xffe0, 0xffe0]
  return scheduleSegment(segment, { maxRtpBytes: MAX_RTP_BYTES, frameIntervalTicks: 3750, audio }).map((planned) => {
    const { trackIndex, unitIndex, packetOfUnit, marker, ptsTicks, sendMs } = planned
    const ticks = trackIndex === 0 ? ptsTicks : timeline.samplesAt(ptsTicks)
    const packet = {
      marker,
      payloadType: 96 + trackIndex,
      sequenceNumber: (sequenceNumbers[trackIndex]! += 1) & 0xffff,
      timestampTicks: (2 ** 32 - 45_000 + ticks) % 2 ** 32,
      ssrc: trackIndex,
      payload: payloads[trackIndex]![unitIndex]![packetOfUnit]!,
    }
    expect(RTP_HEADER_BYTES + packet.payload.length).toBe(planned.sizeBytes)
    return { trackIndex, sendMs, packet }
  })
}

function valueOf<T>(result: Decoded<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.fault))
  return result.value
}

function hexOf(arrays: readonly Uint8Array[]): string[] {
  return arrays.map((array) => Buffer.from(array).toString('hex'))
}
