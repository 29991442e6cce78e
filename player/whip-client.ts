import type { Channel } from '../protocol/weir-api.ts'
import { refusalOf, RequestError, requestJson } from './api.ts'
import { requestWords } from './words.ts'

export type Publishing = {
  readonly channelId: string
  readonly peer: RTCPeerConnection
  /** Ends the channel, too. */
  stop(): Promise<void>
}

const GATHERING_MS = 3000

/** Makes a channel and sends a stream to it by WHIP (RFC 9725). `onLost`: the connection has gone by itself. Throws RequestError; then
 *  no channel is left. */
export async function publish(
  stream: MediaStream,
  wish: { readonly title: string; readonly record: boolean },
  onLost: () => void,
): Promise<Publishing> {
  const channel = await requestJson<Channel>('POST', '/api/channels', { ingest: 'whip', ...wish })
  const peer = new RTCPeerConnection()
  try {
    const address = await connect(peer, stream, channel)
    watch(peer, onLost)
    return publishing(peer, channel, address)
  } catch (error) {
    peer.close()
    await requestJson('DELETE', `/api/channels/${channel.id}`).catch(() => undefined) // it goes by itself in a while
    throw error
  }
}

/** Gives the address of what is published then. */
async function connect(peer: RTCPeerConnection, stream: MediaStream, { ingest }: Channel): Promise<string> {
  for (const track of stream.getTracks()) await add(peer, track, stream)
  await peer.setLocalDescription()
  await gathered(peer)
  const init = { method: 'POST', body: peer.localDescription?.sdp ?? '' }
  const headers = { 'Content-Type': 'application/sdp', ...bearer(ingest) }
  const response = await fetch(pathOf(ingest), { ...init, headers }).catch(() => {
    throw new RequestError('no-answer', requestWords.noAnswer)
  })
  if (response.status !== 201) throw await refusalOf(response)
  await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() })
  return response.headers.get('Location') ?? ''
}

/** Another size of picture in mid-stream would end Low-Latency HLS, whose players are told it once: rather fewer pictures. */
async function add(peer: RTCPeerConnection, track: MediaStreamTrack, stream: MediaStream): Promise<void> {
  const { sender } = peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] })
  if (track.kind !== 'video') return
  await sender.setParameters({ ...sender.getParameters(), degradationPreference: 'maintain-resolution' })
}

/** All candidates stand in the offer. Where they take long, those that are there have to do. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (peer.iceGatheringState === 'complete') resolve()
    }
    peer.addEventListener('icegatheringstatechange', look)
    setTimeout(resolve, GATHERING_MS)
    look()
  })
}

function watch(peer: RTCPeerConnection, onLost: () => void): void {
  peer.addEventListener('connectionstatechange', () => {
    if (peer.connectionState === 'failed' || peer.connectionState === 'closed') onLost()
  })
}

function publishing(peer: RTCPeerConnection, { id, ingest }: Channel, address: string): Publishing {
  const end = () => fetch(address, { method: 'DELETE', headers: bearer(ingest), keepalive: true })
  const onLeave = () => void end() // the page is closed: its channel need not wait for more
  addEventListener('pagehide', onLeave)
  return {
    channelId: id,
    peer,
    async stop() {
      removeEventListener('pagehide', onLeave)
      await end().catch(() => undefined) // it ends for want of pictures
      peer.close()
    },
  }
}

function bearer(ingest: Channel['ingest']): { readonly Authorization: string } {
  return { Authorization: `Bearer ${ingest?.key ?? ''}` }
}

/** Of our own origin, by whatever name this page has reached it. */
function pathOf(ingest: Channel['ingest']): string {
  return new URL(ingest?.url ?? '/', location.href).pathname
}
