import type { Socket } from 'node:dgram'
import type { PacketBurst } from './burst-writer.ts'
import { handleOf } from './socket-handle.ts'
import { bindUdp, closeUdp, connectUdp } from './udp-sockets.ts'

const SOL_UDP = 17
const UDP_SEGMENT = 103
const MSG_DONTWAIT = 0x40

/** What became of a burst. `full`: the socket has no room now; `refused`: the viewer's host says that nobody listens, and
 *  nothing was sent; `impossible`: this way takes no bursts at all. */
export type BurstOutcome = 'sent' | 'full' | 'refused' | 'impossible'

export type SendBurst = (burst: Omit<PacketBurst, 'packets' | 'scheduledMs'>) => BurstOutcome

/** UDP segmentation offload, udp(7): one system call for a burst of datagrams that Linux cuts out of one piece. */
export type SegmentationOffload = {
  /** For a socket that is connected and stays open for as long as bursts are sent; undefined: it takes none. */
  open(socket: Socket): SendBurst | undefined
}

/** Where the optional package koffi loads and the kernel cuts: Linux from 4.18 on. Else undefined. */
export async function loadSegmentationOffload(): Promise<SegmentationOffload | undefined> {
  if (process.platform !== 'linux') return undefined
  try {
    const offload = linuxOffload(await loadLibc())
    return (await cutsBursts(offload)) ? offload : undefined
  } catch {
    return undefined
  }
}

type Libc = {
  setsockopt(fd: number, level: number, name: number, value: Int32Array, sizeBytes: number): number
  send(fd: number, address: number, sizeBytes: number, flags: number): number
  /** Where memory begins that nobody frees: as a number it costs a call a third of what a view costs it. */
  addressOf(chunk: Uint8Array): number
  errno(): number
}

/** The C library that this process has loaded, whichever it is. Rejects without koffi. */
async function loadLibc(): Promise<Libc> {
  const { default: koffi } = await import('koffi')
  const libc = koffi.load(null)
  return {
    setsockopt: libc.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    send: libc.func('int64_t send(int, uintptr_t, size_t, int)'),
    addressOf: (chunk) => Number(koffi.address(chunk)), // 47 bits of it are used
    errno: () => koffi.errno(),
  }
}

function linuxOffload(libc: Libc): SegmentationOffload {
  const addressOf = rememberingLast(libc.addressOf)
  return {
    open(socket) {
      const fd = fileDescriptor(socket)
      if (fd === undefined) return undefined
      let cutBytes = 0 // the socket cuts what is longer; Node's own datagrams on it are not
      return ({ chunk, startByte, endByte, sizeBytes }) => {
        if (sizeBytes !== cutBytes && !setCutBytes(libc, fd, sizeBytes)) return 'impossible'
        cutBytes = sizeBytes
        const sent = libc.send(fd, addressOf(chunk) + startByte, endByte - startByte, MSG_DONTWAIT)
        return sent >= 0 ? 'sent' : outcomeOf(libc.errno())
      }
    },
  }
}

/** Most bursts stand in the chunk of the one before. */
function rememberingLast(addressOf: Libc['addressOf']): Libc['addressOf'] {
  let last: Uint8Array | undefined
  let lastAddress = 0
  return (chunk) => {
    if (chunk !== last) {
      lastAddress = addressOf(chunk)
      last = chunk
    }
    return lastAddress
  }
}

function setCutBytes(libc: Libc, fd: number, sizeBytes: number): boolean {
  const value = Int32Array.of(sizeBytes)
  return libc.setsockopt(fd, SOL_UDP, UDP_SEGMENT, value, value.byteLength) === 0
}

/** errno(3) as Linux numbers them. */
function outcomeOf(errno: number): BurstOutcome {
  const [EAGAIN, ENOBUFS, ECONNREFUSED] = [11, 105, 111]
  if (errno === EAGAIN || errno === ENOBUFS) return 'full'
  return errno === ECONNREFUSED ? 'refused' : 'impossible'
}

/** undefined when it is not there, or closed. */
export function fileDescriptor(socket: Socket): number | undefined {
  const fd: unknown = handleOf(socket)?.fd
  return typeof fd === 'number' && Number.isInteger(fd) && fd > 2 ? fd : undefined
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
  } finally {
    await closeUdp([receiver, sender])
  }
}
