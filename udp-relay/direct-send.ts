import type { Socket } from 'node:dgram'
import { loadLibc, type Libc } from './libc.ts'
import { fileDescriptor } from './file-descriptor.ts'

/** What became of a packet. `kept`: by Node, which sends it when there is room; `refused`: the viewer's host says that
 *  nobody listens; `failed`: the kernel did not take it. */
export type PacketOutcome = 'sent' | 'kept' | 'refused' | 'failed'

export type SendPacket = (packet: Uint8Array) => PacketOutcome

/** node:dgram's `send` asks and makes so much for each datagram that it costs as much as half of the system call: where it
 *  can be, the call is made without it. */
export type DirectSending = {
  /** For a socket that is connected, and stays open for as long as packets are sent. */
  open(socket: Socket): SendPacket | undefined
}

/** On Linux, where the optional package koffi loads. Else undefined. */
export async function loadDirectSending(): Promise<DirectSending | undefined> {
  const libc = await loadLibc()
  return libc && directSending(libc)
}

export function directSending(libc: Pick<Libc, 'send'>): DirectSending {
  return { open: (socket) => directSend(socket, libc) }
}

function directSend(socket: Socket, libc: Pick<Libc, 'send'>): SendPacket | undefined {
  const fd = fileDescriptor(socket)
  if (fd === undefined) return undefined
  const plain = plainSend(socket)
  return (packet) => {
    const outcome = libc.send(fd, packet.buffer, packet.byteOffset, packet.length)
    return outcome === 'full' ? plain(packet) : outcome // Node waits for room
  }
}

/** As node:dgram does it, everywhere. A send that fails is told to the socket's 'error' listener. */
export function plainSend(socket: Socket): SendPacket {
  return (packet) => {
    socket.send(packet)
    return socket.getSendQueueSize() > 0 ? 'kept' : 'sent'
  }
}
