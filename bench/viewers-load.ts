import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { napBetweenLooks, rtspAsker } from '../lab/rtsp-asker.ts'
import { readSessionHeader } from '../protocol/rtsp-headers.ts'
import { bindUdpPair, findFreePair } from '../udp-relay/udp-sockets.ts'

/** The viewers of the viewers benchmark, in a process of their own: watch until it is ended, and print what came. */
export type ViewersWish = {
  readonly url: string
  readonly rtspUrl: string
  readonly videoId: string
  readonly variant: string
  readonly segments: readonly { readonly uri: string; readonly durationSeconds: number }[]
  readonly hlsLinks: readonly string[]
  readonly rtspLinks: readonly string[]
  readonly channelLinks: readonly string[]
}

/** Counted since the last time it was asked. */
const received = { hls: 0, rtsp: 0, channel: 0 }

/** A segment at the pace at which it is played, again and again. */
async function watchByHls({ url, videoId, variant, segments }: ViewersWish, link: string): Promise<never> {
  const folder = `${url}/link/${link}/hls/${videoId}`
  const agent = new Agent({ keepAlive: true, maxSockets: 1 }) // one connection of his own, as a link models it
  await take(`${folder}/master.m3u8`, agent)
  await take(`${folder}/${variant}/index.m3u8`, agent)
  for (let next = 0; ; next = (next + 1) % segments.length) {
    const { uri, durationSeconds } = segments[next]!
    const startMs = performance.now()
    await take(`${folder}/${variant}/${uri}`, agent)
    const leftMs = durationSeconds * 1000 - (performance.now() - startMs) // s to ms
    await new Promise((resolve) => setTimeout(resolve, leftMs))
  }
}

async function take(address: string, agent: Agent): Promise<void> {
  const [response] = (await once(get(address, { agent }), 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`${address} answered ${response.statusCode}`)
  for await (const chunk of response) received.hls += (chunk as Buffer).length
}

/** Plays from the beginning each time before the end comes. */
async function watchByRtsp({ rtspUrl, videoId, segments }: ViewersWish, link: string): Promise<never> {
  const url = `${rtspUrl}/link/${link}/${videoId}`
  const { ask } = await rtspAsker(Number(new URL(rtspUrl).port))
  let session = {}
  for (const track of [0, 1]) {
    const port = await countingPorts()
    const transport = `RTP/AVP;unicast;client_port=${port}-${port + 1}`
    const { headers } = await ask('SETUP', `${url}/trackID=${track}`, { transport, ...session })
    session = { session: readSessionHeader(headers.get('session') ?? '').id }
  }
  goodbyes.push(() => ask('TEARDOWN', url, session))
  const seconds = segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
  for (;;) {
    await ask('PLAY', url, { ...session, range: 'npt=0-' })
    await new Promise((resolve) => setTimeout(resolve, (seconds - 1) * 1000))
  }
}

/** For RTP; the next port is for RTCP. */
async function countingPorts(): Promise<number> {
  const [rtp] = await bindUdpPair('127.0.0.1', await findFreePair('127.0.0.1'), false)
  rtp.on('message', (datagram) => void (received.rtsp += datagram.length))
  return rtp.address().port
}

/** As a page would, without a browser; plays again when it has ended. */
async function watchByChannel({ url, videoId, variant }: ViewersWish, link: string): Promise<void> {
  const { default: ndc } = await import('node-datachannel')
  const peer = new ndc.PeerConnection(link, { iceServers: [], disableAutoNegotiation: true })
  const rtp = peer.createDataChannel('rtp', { unordered: true, maxRetransmits: 0 })
  const control = peer.createDataChannel('control')
  kept.push(peer, rtp, control)
  rtp.onMessage((message) => void (received.channel += (message as Buffer).length))
  control.onMessage((message) => {
    const { kind } = JSON.parse(message as string) as { kind?: string }
    if (kind === 'session' || kind === 'ended') {
      control.sendMessage(JSON.stringify({ id: 1, method: 'play', startSeconds: 0 }))
    }
  })
  const offer = async (): Promise<void> => {
    const query = new URLSearchParams({ video: videoId, variant, link })
    const headers = { 'Content-Type': 'application/sdp' }
    const body = peer.localDescription()?.sdp ?? ''
    const answer = await fetch(`${url}/api/udp-sessions?${query}`, { method: 'POST', headers, body })
    if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`)
    const session = `${url}${answer.headers.get('location')}`
    goodbyes.push(() => fetch(session, { method: 'DELETE' }))
    peer.setRemoteDescription(await answer.text(), 'answer')
  }
  peer.onGatheringStateChange((state) => void (state === 'complete' && offer()))
  peer.setLocalDescription('offer')
}

/** Sessions outlive their connections, and an address has a bounded number of them: the next viewers need these. */
const goodbyes: (() => Promise<unknown>)[] = []

/** A channel that nothing refers to is collected, and closed. */
const kept: unknown[] = []

/** One after the other over the time of a segment: viewers who all fetch in the same moment are no live audience. */
function begin(watch: (wish: ViewersWish, link: string) => Promise<void>, links: readonly string[]): void {
  const segmentMs = (wish.segments[0]?.durationSeconds ?? 0) * 1000 // s to ms
  for (const [place, link] of links.entries()) {
    setTimeout(() => void watch(wish, link), (segmentMs * place) / links.length)
  }
}

const wish = JSON.parse(process.argv[2] ?? '') as ViewersWish
begin(watchByHls, wish.hlsLinks)
begin(watchByRtsp, wish.rtspLinks)
begin(watchByChannel, wish.channelLinks)
if (wish.channelLinks.length === 0) napBetweenLooks() // a data channel has its own threads, which answer at once
process.stdin.on('data', () => {
  process.stdout.write(`${JSON.stringify(received)}\n`)
  Object.assign(received, { hls: 0, rtsp: 0, channel: 0 })
})
process.stdin.on('end', () => {
  void Promise.all(goodbyes.map((sayGoodbye) => sayGoodbye())).finally(() => process.exit(0))
})
