import { refusalOf } from './api.ts'
import { gathered, within } from './ice.ts'

const CONNECTING_MS = 5000

export type ChannelHandlers = {
  onDatagram(datagram: ArrayBuffer): void
  onControl(text: string): void
  /** The channels are gone without having been closed here. */
  onLost(): void
}

export type Channels = {
  readonly datagrams: RTCDataChannel // unordered, never retransmitted
  readonly control: RTCDataChannel
  close(): void
}

/** Offers the server two channels, by the SDP that it takes at `path`. Rejects where it refuses (RequestError), or nothing has
 *  opened in time. */
export async function connectChannels(path: string, label: string, handlers: ChannelHandlers): Promise<Channels> {
  const connection = new RTCPeerConnection()
  let isClosed = false
  const close = () => {
    isClosed = true
    connection.close()
  }
  try {
    const datagrams = connection.createDataChannel(label, { ordered: false, maxRetransmits: 0 })
    const control = connection.createDataChannel('control')
    datagrams.binaryType = 'arraybuffer'
    datagrams.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => handlers.onDatagram(data)
    control.onmessage = ({ data }: MessageEvent<string>) => handlers.onControl(data)
    control.onclose = () => !isClosed && handlers.onLost()
    await exchangeDescriptions(connection, path)
    await within(CONNECTING_MS, Promise.all([opened(datagrams), opened(control)]))
    return { datagrams, control, close }
  } catch (error) {
    close()
    throw error
  }
}

async function exchangeDescriptions(connection: RTCPeerConnection, path: string): Promise<void> {
  await connection.setLocalDescription()
  await gathered(connection)
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp' },
    body: connection.localDescription!.sdp,
  })
  if (!response.ok) throw await refusalOf(response)
  await connection.setRemoteDescription({ type: 'answer', sdp: await response.text() })
}

function opened(channel: RTCDataChannel): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.onopen = () => resolve()
    channel.onerror = () => reject(new Error('the data channel failed'))
  })
}
