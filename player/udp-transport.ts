import type { ControlMessage } from '../protocol/udp-control.ts'
import { RequestError } from './api.ts'
import { connectChannels } from './data-channels.ts'
import { webSocketAddress } from './server-socket.ts'
import { problemWords } from './words.ts'

/** How the packets reach the page. Both carry the same datagrams and the same control messages. */
export type UdpTransport = {
  readonly kind: 'data-channel' | 'websocket'
  sendControl(text: string): void
  /** RTCP, where RTP comes from: it may be lost. */
  sendReport(datagram: Uint8Array<ArrayBuffer>): void
  close(): void
}

export type TransportHandlers = {
  onDatagram(datagram: ArrayBuffer): void
  onControl(message: ControlMessage): void
  /** The way is gone without having been closed here. */
  onLost(): void
}

/** The data channel, or its twin over a WebSocket where the server or the network cannot do the first. */
export async function openUdpTransport(
  query: URLSearchParams,
  prefer: 'data-channel' | 'ws',
  handlers: TransportHandlers,
): Promise<UdpTransport> {
  if (prefer === 'ws' || typeof RTCPeerConnection === 'undefined') return openWebSocket(query, handlers)
  try {
    return await openDataChannel(query, handlers)
  } catch (error) {
    // What the server refuses for its own reasons it would refuse over a WebSocket too.
    if (error instanceof RequestError && error.code !== 'no-data-channel') throw error
    return openWebSocket(query, handlers)
  }
}

async function openDataChannel(query: URLSearchParams, handlers: TransportHandlers): Promise<UdpTransport> {
  const { datagrams, control, close } = await connectChannels(`/api/udp-sessions?${query}`, 'rtp', {
    onDatagram: handlers.onDatagram,
    onControl: (text) => handlers.onControl(JSON.parse(text) as ControlMessage),
    onLost: handlers.onLost,
  })
  const sendReport = (datagram: Uint8Array<ArrayBuffer>) => datagrams.readyState === 'open' && datagrams.send(datagram)
  return { kind: 'data-channel', sendControl: (text) => control.send(text), sendReport, close }
}

function openWebSocket(query: URLSearchParams, handlers: TransportHandlers): Promise<UdpTransport> {
  const socket = new WebSocket(webSocketAddress(`/api/udp-sessions/ws?${query}`))
  socket.binaryType = 'arraybuffer'
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
    if (typeof data === 'string') handlers.onControl(JSON.parse(data) as ControlMessage)
    else handlers.onDatagram(data)
  }
  return new Promise((resolve, reject) => {
    socket.onclose = () => reject(new RequestError('no-answer', problemWords.udpNotTaken))
    socket.onopen = () => {
      socket.onclose = handlers.onLost
      resolve({
        kind: 'websocket',
        sendControl: (text) => socket.send(text),
        sendReport: (datagram) => socket.send(datagram),
        close: () => {
          socket.onclose = null
          socket.close()
        },
      })
    }
  })
}
