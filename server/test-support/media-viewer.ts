import ndc from 'node-datachannel'
import { decodeRtp } from '../../protocol/rtp.ts'
import type { UdpSessionStatus } from '../../protocol/weir-api.ts'

/** Players of WebRTC media without a browser, one for each address of the JSON list `argv[2]`: it asks there by WHEP, and receives
 *  until its session has ended, or for `argv[3]` seconds. They repair nothing. Prints what came to each as JSON; says
 *  `playing` before, when all of them receive. */
const addresses = JSON.parse(process.argv[2] ?? '[]') as string[]
const mostSeconds = Number(process.argv[3] ?? 600)

type Received = { packets: number; bytes: number; sequenceNumbers: number[] }
type Viewer = {
  readonly peer: InstanceType<typeof ndc.PeerConnection>
  readonly tracks: unknown[]
  readonly received: Received
  path: string
}

async function watch(address: string): Promise<Viewer> {
  const peer = new ndc.PeerConnection('viewer', { iceServers: [], disableAutoNegotiation: true })
  const video = new ndc.Video('0', 'RecvOnly')
  video.addH264Codec(102, 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1')
  const track = peer.addTrack(video)
  const received: Received = { packets: 0, bytes: 0, sequenceNumbers: [] }
  track.onMessage((message) => {
    const packet = decodeRtp(message)
    if (!packet.ok || packet.value.payloadType !== 102) return // RTCP
    received.packets += 1
    received.bytes += message.length
    if (received.packets < 10_000) received.sequenceNumbers.push(packet.value.sequenceNumber)
  })
  const gathered = new Promise<void>((resolve) =>
    peer.onGatheringStateChange((state) => state === 'complete' && resolve()),
  )
  peer.setLocalDescription('offer')
  await gathered
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp' },
    body: peer.localDescription()?.sdp ?? '',
  })
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  peer.setRemoteDescription(await response.text(), 'answer')
  return { peer, tracks: [track], received, path: new URL(response.headers.get('location') ?? '', address).href }
}

const statusOf = async ({ path }: Viewer): Promise<UdpSessionStatus> =>
  (await (await fetch(path)).json()) as UdpSessionStatus

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const viewers: Viewer[] = []
for (const address of addresses) viewers.push(await watch(address))
while (viewers.some(({ received }) => received.packets === 0)) await pause(50)
process.stdout.write('playing\n')
const untilMs = performance.now() + mostSeconds * 1000 // s to ms
while (performance.now() < untilMs && (await statusOf(viewers[0] as Viewer)).phase !== 'ended') await pause(200)
await pause(300) // the last packets may still be on their way
const seen = await Promise.all(viewers.map(async (viewer) => ({ ...viewer.received, status: await statusOf(viewer) })))
await Promise.all(viewers.map(({ path }) => fetch(path, { method: 'DELETE' }))) // a process that ends says no goodbye
process.stdout.write(JSON.stringify(seen), () => process.exit(0))
