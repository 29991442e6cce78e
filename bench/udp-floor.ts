import type { Socket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import { RTP_HEADER_BYTES, writeRtpHeader } from '../protocol/rtp.ts'
import { BurstWriter, type PacketBurst } from '../udp-relay/burst-writer.ts'
import { loadDirectSending } from '../udp-relay/direct-send.ts'
import { PacketArena } from '../udp-relay/packet-arena.ts'
import { loadSegmentationOffload } from '../udp-relay/segmentation-offload.ts'
import { bindUdp, closeUdp, connectUdp } from '../udp-relay/udp-sockets.ts'

/** The least that a packet costs a Node process, whatever program it runs: each turn so many packets of one burst for each
 *  viewer, the same bytes for all, over sockets that are connected, and nothing else. */
export type FloorOptions = {
  readonly ports: readonly number[] // of those who receive, on this machine
  readonly burstPackets: number
  readonly turnMs: number
  readonly seconds: number
}

const PACKET_BYTES = 1328 // RTP of seven transport packets

type SendToAll = (burst: PacketBurst) => void

/** By node:dgram. */
export function dgramFloor(options: FloorOptions): Promise<number> {
  return floorOf(options, (sockets) => ({ packets }) => {
    for (const socket of sockets) for (const packet of packets) socket.send(packet)
  })
}

/** By the C library's send, as the relay does. */
export async function directFloor(options: FloorOptions): Promise<number> {
  const direct = await loadDirectSending()
  if (direct === undefined) return NaN
  return floorOf(options, (sockets) => {
    const ways = sockets.map((socket) => direct.open(socket)!)
    return ({ packets }) => {
      for (const send of ways) for (const packet of packets) send(packet)
    }
  })
}

/** The same, each burst as one piece. */
export async function offloadFloor(options: FloorOptions): Promise<number> {
  const offload = await loadSegmentationOffload()
  if (offload === undefined) return NaN
  return floorOf(options, (sockets) => {
    const ways = sockets.map((socket) => offload.open(socket)!)
    return (burst) => {
      for (const send of ways) send(burst)
    }
  })
}

/** By the C library's send, for viewers who each have a header of their own before the same bytes. */
export async function ownHeadersFloor(options: FloorOptions): Promise<number> {
  const direct = await loadDirectSending()
  if (direct === undefined) return NaN
  return ownFloorOf(options, (socket) => {
    const send = direct.open(socket)!
    return ({ packets }) => {
      for (const packet of packets) send(packet)
    }
  })
}

/** The same, each burst as one piece. */
export async function ownHeadersOffloadFloor(options: FloorOptions): Promise<number> {
  const offload = await loadSegmentationOffload()
  return offload === undefined ? NaN : ownFloorOf(options, (socket) => offload.open(socket)!)
}

function ownFloorOf(options: FloorOptions, open: (socket: Socket) => (burst: PacketBurst) => unknown): Promise<number> {
  return floorOf(options, (sockets, shared) => {
    const ways = sockets.map(open)
    const own = burstOf(options.burstPackets)
    return () => {
      for (const [viewer, send] of ways.entries()) {
        writeOwn(own, shared, viewer)
        send(own)
      }
    }
  })
}

/** Always into the same memory: the cheapest there is. */
function writeOwn(own: PacketBurst, shared: PacketBurst, viewer: number): void {
  const payload = shared.chunk.subarray(shared.startByte + RTP_HEADER_BYTES, shared.startByte + PACKET_BYTES)
  for (let at = own.startByte; at < own.endByte; at += PACKET_BYTES) {
    const header = { marker: false, payloadType: 33, sequenceNumber: at & 0xffff, timestampTicks: at, ssrc: viewer }
    own.chunk.set(payload, at + writeRtpHeader(own.chunk, at, header))
  }
}

/** CPU of this process, in µs a packet. */
async function floorOf(
  { ports, burstPackets, turnMs, seconds }: FloorOptions,
  prepare: (sockets: readonly Socket[], burst: PacketBurst) => SendToAll,
): Promise<number> {
  const sockets = await Promise.all(ports.map(openConnected))
  const burst = burstOf(burstPackets)
  const sendToAll = prepare(sockets, burst)
  const turns = Math.round((seconds * 1000) / turnMs)
  for (let turn = 0; turn < turns / 2; turn += 1) sendToAll(burst) // what is compiled is compiled now
  await sleep(100)
  const before = process.cpuUsage()
  for (let turn = 0; turn < turns; turn += 1) {
    sendToAll(burst)
    await sleep(turnMs)
  }
  const { user, system } = process.cpuUsage(before)
  await closeUdp(sockets)
  return (user + system) / (turns * ports.length * burstPackets)
}

async function openConnected(port: number): Promise<Socket> {
  const socket = await bindUdp('127.0.0.1', 0, false)
  await connectUdp(socket, port, '127.0.0.1')
  return socket
}

function burstOf(packets: number): PacketBurst {
  let burst: PacketBurst | undefined
  const writer = new BurstWriter(new PacketArena(), (written) => (burst = written))
  for (let index = 0; index < packets; index += 1) writer.place(PACKET_BYTES, 0)
  writer.flush()
  return burst!
}
