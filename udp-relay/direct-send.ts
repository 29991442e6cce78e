import type { Socket } from 'node:dgram'
import { constants } from 'node:os'
import { handleOf } from './socket-handle.ts'
import { bindUdp, closeUdp, connectUdp } from './udp-sockets.ts'

/** What became of a packet. `kept`: by Node, which sends it when there is room; `refused`: the viewer's host says that
 *  nobody listens; `failed`: the kernel did not take it. */
export type PacketOutcome = 'sent' | 'kept' | 'refused' | 'failed'

export type SendPacket = (packet: Uint8Array) => PacketOutcome

/** node:dgram's `send` asks and makes so much for each datagram that it costs as much as half of the system call. What of it
 *  a connected socket needs is one call of its handle, with a request that is Node's only if the kernel has no room. */
export type DirectSending = {
  /** For a socket that is connected, and stays open for as long as packets are sent. */
  open(socket: Socket): SendPacket | undefined
}

type RequestClass = new () => { list?: readonly Uint8Array[] }

/** Where this Node calls its handles as those do that we know, which is tried out. Else undefined. */
export async function learnDirectSending(): Promise<DirectSending | undefined> {
  const [receiver, sender] = [await bindUdp('127.0.0.1', 0, false), await bindUdp('127.0.0.1', 0, false)]
  try {
    await connectUdp(sender, receiver.address().port, '127.0.0.1')
    const Request = watchedRequest(sender)
    return Request && { open: (socket) => directSend(socket, Request) }
  } catch {
    return undefined
  } finally {
    await closeUdp([receiver, sender])
  }
}

/** What Node itself makes for a packet on such a socket. Its handle is ours while it does, and sends nothing. */
function watchedRequest(socket: Socket): RequestClass | undefined {
  const handle: { send?: unknown } | undefined = handleOf(socket)
  if (handle === undefined) return undefined
  const packet = new Uint8Array(1)
  let seen: unknown[] = []
  handle.send = (...args: unknown[]) => {
    seen = args
    return packet.length + 1
  }
  try {
    socket.send(packet)
  } finally {
    delete handle.send
  }
  const [request, packets, packetCount, hasCallback, ...others] = seen
  const isKnown = Array.isArray(packets) && packets[0] === packet && packetCount === 1 && hasCallback === false
  return isKnown && others.length === 0 ? ((request as object).constructor as RequestClass) : undefined
}

const REFUSED = -constants.errno.ECONNREFUSED

function directSend(socket: Socket, Request: RequestClass): SendPacket | undefined {
  const handle = handleOf(socket)
  if (handle === undefined) return undefined
  let request = new Request()
  let packets: Uint8Array[] = []
  return (packet) => {
    packets[0] = packet
    const taken = handle.send(request, packets, 1, false)
    if (taken > 0) return 'sent'
    if (taken < 0) return taken === REFUSED ? 'refused' : 'failed'
    request.list = packets // keeps them from being collected
    request = new Request()
    packets = []
    return 'kept'
  }
}

/** As node:dgram does it, everywhere. A send that fails is told to the socket's 'error' listener. */
export function plainSend(socket: Socket): SendPacket {
  return (packet) => {
    socket.send(packet)
    return socket.getSendQueueSize() > 0 ? 'kept' : 'sent'
  }
}
