import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { needs } from '../lab/test-support/clients.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startWeir } from '../lab/test-support/weir-process.ts'
import { decodeRtp, type RtpPacket } from '../protocol/rtp.ts'
import type { ControlMessage } from '../protocol/udp-control.ts'
import { startReceiver } from '../udp-relay/receiver.ts'
import { publish, PUBLISHED_PICTURES } from '../udp-relay/test-support/publisher.ts'

type Received = Pick<RtpPacket, 'ssrc' | 'sequenceNumber' | 'marker'>
type Seen = { readonly packets: readonly Received[]; readonly messages: readonly ControlMessage[] }

const QUERY = 'video=live&variant=camera-1'

for (const transport of matrix(['tcp', 'udp'] as const)) {
  test(`what ffmpeg publishes over ${transport} RTSP viewers and browser sessions watch at once, every picture of it`, async (context) => {
    const ffmpeg = needs(context, 'ffmpeg')
    needs(context, 'node-datachannel')
    const weir = await startWeir({ mediaFolder: temporaryFolder(context) })
    const url = `${weir.rtspUrl}/live/camera-1`
    const watchByDataChannel = await readyByDataChannel(`${weir.url}/api/udp-sessions?${QUERY}`)
    const published = publish(ffmpeg, transport, url)
    await expect.poll(weir.log, { timeout: 10_000 }).toContain('RTSP publisher began')
    const [overRtsp, ...inBrowsers] = await Promise.all([
      watchByRtsp(url),
      watchBySocket(`${weir.url.replace('http', 'ws')}/api/udp-sessions/ws?${QUERY}`),
      watchByDataChannel(),
    ])
    expect(await published).toMatchObject({ status: 0, stderr: '' })
    // Who comes first begins with the first picture group; a second one that it has missed would be 25 pictures less.
    expect(overRtsp).toMatchObject({ intactFrames: PUBLISHED_PICTURES, damagedFrames: 0, lostPackets: 0 })
    for (const seen of inBrowsers) expectEveryPicture(seen)
  })
}

async function watchByRtsp(url: string) {
  const receiver = await startReceiver({ url, jitterBufferMs: 500, userAgent: 'weir tests' })
  await receiver.ended
  await receiver.close()
  return receiver.figures().measures
}

/** A page over the WebSocket twin, to the end. */
function watchBySocket(address: string): Promise<Seen> {
  const socket = new WebSocket(address)
  const [packets, messages]: [Received[], ControlMessage[]] = [[], []]
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => resolve({ packets, messages }))
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return takePacket(packets, data)
      const told = JSON.parse(data.toString()) as ControlMessage
      messages.push(told)
      if (told.kind === 'session') socket.send(JSON.stringify({ id: 1, method: 'play' }))
      if (told.kind === 'ended') socket.close()
    })
  })
}

function takePacket(packets: Received[], datagram: Uint8Array): void {
  const packet = decodeRtp(datagram)
  if (packet.ok && packet.value.payloadType >= 96) packets.push(packet.value) // else RTCP
}

/** A page over data channels, in a process of its own: the addon keeps one alive. It has started before there is anything to
 *  watch, for who comes late misses a picture group. */
async function readyByDataChannel(address: string): Promise<() => Promise<Seen>> {
  const args = ['--import', 'tsx', 'server/test-support/data-channel-viewer.ts', address, '--when-told']
  const child = trackChild(spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }))
  let text = ''
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()))
  await expect.poll(() => text, { timeout: 20_000 }).toBe('ready\n')
  return async () => {
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.stdin.end()
    expect(await ended).toBe(0)
    return JSON.parse(text.slice('ready\n'.length)) as Seen
  }
}

/** From the first picture group to what the session told as the last packet of each track, without a hole. */
function expectEveryPicture({ packets, messages }: Seen): void {
  const tracks = messages.find((message) => message.kind === 'playing')?.tracks ?? []
  const last = messages.find((message) => message.kind === 'ended')?.lastSequenceNumbers ?? {}
  expect(tracks.map(({ kind }) => kind)).toEqual(['video', 'audio'])
  for (const { ssrc, sequenceNumber, payloadType, kind } of tracks) {
    const ofTrack = packets.filter((packet) => packet.ssrc === ssrc)
    expect(ofTrack.length).toBe((((last[payloadType] ?? 0) - sequenceNumber) & 0xffff) + 1)
    expect(new Set(ofTrack.map((packet) => packet.sequenceNumber)).size).toBe(ofTrack.length)
    if (kind === 'video') expect(ofTrack.filter(({ marker }) => marker).length).toBe(PUBLISHED_PICTURES)
  }
}
