import type { Socket } from 'node:dgram'
import type { PacketBurst } from './burst-writer.ts'
import { fileDescriptor } from './file-descriptor.ts'
import { loadLibc, type Libc, type SendOutcome } from './libc.ts'
import { bindUdp, closeUdp, connectUdp } from './udp-sockets.ts'

/** What became of a burst: of all of it, or of nothing. `failed`: this way takes no bursts. */
export type SendBurst = (burst: Omit<PacketBurst, 'packets' | 'scheduledMs'>) => SendOutcome

/** UDP segmentation offload, udp(7): one system call for a burst of datagrams that Linux cuts out of one piece. */
export type SegmentationOffload = {
  /** For a socket that is connected and stays open for as long as bursts are sent; undefined: it takes none. */
  open(socket: Socket): SendBurst | undefined
}

/** Where the optional package koffi loads and the kernel cuts: Linux from 4.18 on. Else undefined. */
export async function loadSegmentationOffload(): Promise<SegmentationOffload | undefined> {
  const libc = await loadLibc()
  if (libc === undefined) return undefined
  const offload: SegmentationOffload = { open: (socket) => burstSend(socket, libc) }
  return (await cutsBursts(offload)) ? offload : undefined
}

function burstSend(socket: Socket, libc: Libc): SendBurst | undefined {
  const fd = fileDescriptor(socket)
  if (fd === undefined) return undefined
  return ({ chunk, startByte, endByte, sizeBytes }) =>
    libc.sendCut(fd, chunk.buffer, chunk.byteOffset + startByte, endByte - startByte, sizeBytes)
}

const PROBE_MS = 500

/** Two datagrams through a socket of our own tell whether all of it works. */
async function cutsBursts(offload: SegmentationOffload): Promise<boolean> {
  const [receiver, sender] = [await bindUdp('127.0.0.1', 0, false), await bindUdp('127.0.0.1', 0, false)]
  try {
    await connectUdp(sender, receiver.address().port, '127.0.0.1')
    const sizes = new Promise<number[]>((resolve, reject) => {
      const came: number[] = []
      setTimeout(() => reject(new Error('nothing came')), PROBE_MS).unref()
      receiver.on('message', ({ length }) => {
        came.push(length)
        if (came.length === 2) resolve(came)
      })
    })
    const burst = { chunk: Buffer.allocUnsafeSlow(150).fill(0), startByte: 0, endByte: 150, sizeBytes: 100 }
    if (offload.open(sender)?.(burst) !== 'sent') return false
    const [first, second] = await sizes
    return first === 100 && second === 50
  } catch {
    return false
  } finally {
    await closeUdp([receiver, sender])
  }
}
