import ndc from 'node-datachannel'
import { decodeRtp } from '../../protocol/rtp.ts'
import type { ControlMessage } from '../../protocol/udp-control.ts'

/** A page without a browser: offers the two channels to `argv[2]`, plays to the end, and prints what came as JSON. With
 *  `--when-told` it says `ready` first, and offers when its stdin ends: nothing is missed while it starts. */
const address = process.argv[2] ?? ''
const waits = process.argv[3] === '--when-told'
const peer = new ndc.PeerConnection('viewer', { iceServers: [], disableAutoNegotiation: true })
const rtp = peer.createDataChannel('rtp', { unordered: true, maxRetransmits: 0 })
const control = peer.createDataChannel('control')
const packets: { ssrc: number; sequenceNumber: number; marker: boolean }[] = []
const messages: ControlMessage[] = []

rtp.onMessage((message) => {
  const packet = decodeRtp(message as Buffer)
  if (!packet.ok || packet.value.payloadType < 96) return // RTCP: its types lie at 72 to 76, as RTP sees them
  const { ssrc, sequenceNumber, marker } = packet.value
  packets.push({ ssrc, sequenceNumber, marker })
})
control.onMessage((message) => {
  const told = JSON.parse(message as string) as ControlMessage
  messages.push(told)
  if (told.kind === 'session') control.sendMessage(JSON.stringify({ id: 1, method: 'play' }))
  if (told.kind === 'ended') setTimeout(() => void report(), 300) // the last packets may still be on their way
})

/** The channels are asked also because one that nothing refers to is collected, and closed. */
async function report(): Promise<void> {
  const [told] = messages
  const status = await fetch(new URL(`/api/udp-sessions/${told?.kind === 'session' ? told.id : ''}`, address))
  const seen = { wasOpen: rtp.isOpen() && control.isOpen(), packets, messages, status: await status.json() }
  peer.close()
  process.stdout.write(JSON.stringify(seen), () => process.exit(0))
}

async function offer(): Promise<void> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp' },
    body: peer.localDescription()?.sdp ?? '',
  })
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  peer.setRemoteDescription(await response.text(), 'answer')
}

peer.onGatheringStateChange((state) => {
  if (state !== 'complete') return
  if (!waits) return void offer()
  process.stdin.once('end', () => void offer()).resume()
  process.stdout.write('ready\n')
})
peer.setLocalDescription('offer')
