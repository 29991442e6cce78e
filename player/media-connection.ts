import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import { refusalOf, requestJson } from './api.ts'
import { gathered, within } from './ice.ts'
import { problemWords } from './words.ts'

export type MediaWish = {
  readonly videoId: string
  readonly link: string
  readonly variant: string | undefined
  readonly startSeconds: number
  readonly nack: boolean
  readonly jitterBufferMs: number
}

type MediaHandlers = {
  readonly onStream: (stream: MediaStream) => void
  /** Connected: the server begins with what an RTSP viewer would ask for. */
  readonly onConnected: () => void
  /** The way is gone without having been closed here. */
  readonly onLost: () => void
}

const CONNECTING_MS = 5000
const MOST_TARGET_MS = 4000 // W3C WebRTC extensions, jitterBufferTarget

/** The server's session, and the connection that it sends over: one play of one variant from one place. */
export class MediaConnection {
  readonly #peer = new RTCPeerConnection()
  #sessionPath: string | undefined
  #isClosed = false

  /** By WHEP. Rejects with the server's refusal, or when nothing connects. */
  async open(wish: MediaWish, handlers: MediaHandlers): Promise<void> {
    const peer = this.#peer
    const stream = new MediaStream()
    peer.ontrack = ({ track, receiver }) => {
      receiver.jitterBufferTarget = Math.min(wish.jitterBufferMs, MOST_TARGET_MS)
      stream.addTrack(track)
      handlers.onStream(stream)
    }
    peer.addTransceiver('video', { direction: 'recvonly' })
    peer.addTransceiver('audio', { direction: 'recvonly' })
    const connected = connectedOf(peer)
    await this.#exchangeDescriptions(wish)
    await within(CONNECTING_MS, connected)
    if (this.#isClosed) return
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === 'failed' && !this.#isClosed) handlers.onLost()
    }
    handlers.onConnected()
  }

  status(): Promise<UdpSessionStatus> {
    return requestJson('GET', this.#sessionPath ?? '')
  }

  stats(): Promise<RTCStatsReport> {
    return this.#peer.getStats()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#peer.close()
    this.#remove()
  }

  #remove(): void {
    if (this.#sessionPath !== undefined) void fetch(this.#sessionPath, { method: 'DELETE', keepalive: true })
  }

  async #exchangeDescriptions(wish: MediaWish): Promise<void> {
    const peer = this.#peer
    const offer = await peer.createOffer()
    await peer.setLocalDescription({ type: 'offer', sdp: wish.nack ? offer.sdp! : withoutNack(offer.sdp!) })
    await gathered(peer)
    const response = await fetch(whepAddress(wish), {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: peer.localDescription!.sdp,
    })
    if (!response.ok) throw await refusalOf(response)
    this.#sessionPath = response.headers.get('location') ?? ''
    if (this.#isClosed) return this.#remove()
    await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() })
  }
}

function whepAddress({ videoId, link, variant, startSeconds, nack }: MediaWish): string {
  const query = new URLSearchParams({ link, startSeconds: startSeconds.toFixed(3), nack: nack ? 'on' : 'off' })
  if (variant !== undefined) query.set('variant', variant)
  return `/api/videos/${encodeURIComponent(videoId)}/whep?${query}`
}

/** Chromium asks by what it has offered itself: that the answer has no such line changes nothing. */
function withoutNack(sdp: string): string {
  return sdp.replaceAll(/^a=rtcp-fb:\S+ nack\r\n/gm, '')
}

function connectedOf(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === 'connected') resolve()
      if (peer.connectionState === 'failed') reject(new Error(problemWords.udpNotTaken))
    }
  })
}
