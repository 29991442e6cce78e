import type { Socket } from 'node:dgram'
import type { TransportSpec } from '../protocol/rtsp-headers.ts'
import type { ReceiverConnection } from './receiver-connection.ts'
import { bindUdpPair, closeUdp, findFreePair } from './udp-sockets.ts'

export type WayListener = {
  readonly onRtp: (datagram: Uint8Array) => void
  readonly onRtcp: (datagram: Uint8Array) => void
}

/** How one track's packets come, and our reports go. */
export type ReceiverWay = {
  readonly offer: TransportSpec
  /** What the server made of the offer. */
  agree(answer: TransportSpec): void
  sendRtcp(datagram: Uint8Array): void
  close(): Promise<void>
}

const RECEIVE_BUFFER_BYTES = 2_000_000 // a second of 16 Mbit/s, while the process does something else
const OPENER = Uint8Array.of(0xce, 0xfa, 0xed, 0xfe) // what ffmpeg sends to open a firewall; no RTP, no RTCP

/** A pair of ports of our own; only what comes from the server's address is taken. Rejects when none is free. */
export async function openUdpWay(connection: ReceiverConnection, listener: WayListener): Promise<ReceiverWay> {
  const { localAddress, remoteAddress } = connection
  const [rtp, rtcp] = await bindUdpPair(localAddress, await findFreePair(localAddress), false)
  let serverPorts: readonly [number, number] | undefined
  hear(rtp, remoteAddress, listener.onRtp)
  hear(rtcp, remoteAddress, listener.onRtcp)
  return {
    offer: { lowerTransport: 'udp', cast: 'unicast', clientPorts: [rtp.address().port, rtcp.address().port] },
    agree: (answer) => {
      const { serverPorts: told } = answer
      if (told === undefined || Math.min(...told) === 0) return // port 0 is none
      serverPorts = told
      rtp.send(OPENER, serverPorts[0], remoteAddress)
      rtcp.send(OPENER, serverPorts[1], remoteAddress)
    },
    sendRtcp: (datagram) => {
      if (serverPorts !== undefined) rtcp.send(datagram, serverPorts[1], remoteAddress)
    },
    close: () => closeUdp([rtp, rtcp]),
  }
}

function hear(socket: Socket, fromAddress: string, take: (datagram: Uint8Array) => void): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
  } catch {
    // The system allows no more than it gives.
  }
  socket.on('error', () => {}) // the server's port is closed: silence will tell
  socket.on('message', (datagram, { address }) => {
    if (address === fromAddress) take(datagram)
  })
}

/** Two channels of the RTSP connection. */
export function openInterleavedWay(
  connection: ReceiverConnection,
  trackIndex: number,
  channels: Map<number, (datagram: Uint8Array) => void>,
  listener: WayListener,
): ReceiverWay {
  let [rtpChannel, rtcpChannel] = [2 * trackIndex, 2 * trackIndex + 1]
  return {
    offer: { lowerTransport: 'tcp', cast: 'unicast', interleaved: [rtpChannel, rtcpChannel] },
    agree: ({ interleaved = [rtpChannel, rtcpChannel] }) => {
      ;[rtpChannel, rtcpChannel] = interleaved
      channels.set(rtpChannel, listener.onRtp)
      channels.set(rtcpChannel, listener.onRtcp)
    },
    sendRtcp: (datagram) => connection.sendInterleaved(rtcpChannel, datagram),
    close: () => Promise.resolve(),
  }
}
