import { spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import ndc, { type Track } from 'node-datachannel'

/** One who publishes without a browser: `argv[2]` is the address of WHIP, `argv[3]` the key, `argv[4]` ffmpeg. Prints the Location, and
 *  sends pictures and sound at the pace of the clock until its stdin ends. */
const [address = '', key = '', ffmpeg = ''] = process.argv.slice(2)
const PICTURES = { payloadType: 96, ssrc: 1000 }
const SOUND = { payloadType: 97, ssrc: 2000 }

const peer = new ndc.PeerConnection('publisher', { iceServers: [], disableAutoNegotiation: true })
const video = new ndc.Video('0', 'SendOnly')
video.addH264Codec(PICTURES.payloadType, 'profile-level-id=42e01f;packetization-mode=1')
video.addSSRC(PICTURES.ssrc, 'publisher', 'stream', 'pictures')
const audio = new ndc.Audio('1', 'SendOnly')
audio.addOpusCodec(SOUND.payloadType)
audio.addSSRC(SOUND.ssrc, 'publisher', 'stream', 'sound')
const tracks = [peer.addTrack(video), peer.addTrack(audio)] as const

/** What ffmpeg sends to a port goes on as it is; its RTCP comes one port above. */
async function forward(track: Track): Promise<number> {
  for (;;) {
    const rtp = await listen(0)
    const { port } = rtp.address()
    const rtcp = await listen(port + 1).catch(() => undefined)
    if (rtcp === undefined) continue
    for (const socket of [rtp, rtcp])
      socket.on('message', (packet) => track.isOpen() && track.sendMessageBinary(packet))
    return port
  }
}

async function listen(port: number): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

async function offer(): Promise<void> {
  const headers = { 'Content-Type': 'application/sdp', Authorization: `Bearer ${key}` }
  const response = await fetch(address, { method: 'POST', headers, body: peer.localDescription()?.sdp ?? '' })
  const answer = await response.text()
  if (response.status !== 201) throw new Error(`${response.status} ${answer}`)
  peer.setRemoteDescription(answer, 'answer')
  process.stdout.write(`${response.headers.get('Location')}\n`)
}

async function send(): Promise<void> {
  const [picturePort, soundPort] = await Promise.all(tracks.map(forward))
  const output = ({ payloadType, ssrc }: typeof PICTURES, port: number | undefined): string[] => {
    return ['-payload_type', `${payloadType}`, '-ssrc', `${ssrc}`, '-f', 'rtp', `rtp://127.0.0.1:${port}?pkt_size=1200`]
  }
  const coded =
    '-c:v libx264 -preset veryfast -tune zerolatency -profile:v baseline -g 25 -pix_fmt yuv420p -bsf:v dump_extra'
  const child = spawn(
    ffmpeg,
    [
      ...['-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'],
      ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
      ...['-map', '0:v', ...coded.split(' '), ...output(PICTURES, picturePort)],
      ...['-map', '1:a', '-c:a', 'libopus', '-b:a', '64k', ...output(SOUND, soundPort)],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  process.once('exit', () => child.kill('SIGKILL'))
}

peer.onGatheringStateChange((state) => {
  if (state === 'complete') void offer()
})
peer.onStateChange((state) => {
  if (state === 'connected') void send()
  if (state === 'closed') process.exit(0)
})
process.stdin.once('end', () => process.exit(0)).resume()
peer.setLocalDescription('offer')
