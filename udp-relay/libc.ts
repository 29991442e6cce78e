import { constants, endianness } from 'node:os'

/** What became of a send. `full`: the socket has no room now; `refused`: the other host says that nobody listens, and
 *  nothing was sent; `failed`: the kernel does not take it. */
export type SendOutcome = 'sent' | 'full' | 'refused' | 'failed'

/** How the C library sends over a connected UDP socket. It never waits, and the kernel has copied the bytes then. */
export type Libc = {
  /** One datagram, send(2). */
  send(fd: number, memory: ArrayBufferLike, startByte: number, sizeBytes: number): SendOutcome
  /** Datagrams of `cutBytes`, the last may be smaller: UDP_SEGMENT of udp(7), said of this piece alone, for a socket that is
   *  told it would cut every packet. */
  sendCut(fd: number, memory: ArrayBufferLike, startByte: number, sizeBytes: number, cutBytes: number): SendOutcome
}

/** The C library that this process has loaded, whichever it is: on Linux, where its structures are laid out as here, by the
 *  optional package koffi. Else undefined. */
export async function loadLibc(): Promise<Libc | undefined> {
  const isKnown = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch) && endianness() === 'LE'
  if (!isKnown) return undefined
  try {
    const { default: koffi } = await import('koffi')
    const libc = koffi.load(null)
    const send = libc.func('int64_t send(int, uintptr_t, size_t, int)')
    const sendmsg = libc.func('int64_t sendmsg(int, uintptr_t, int)')
    const addressOf = rememberingLast((memory) => Number(koffi.address(memory))) // 47 bits of it are used
    const message = new CutMessage((memory) => Number(koffi.address(memory)))
    const outcome = (sentBytes: number): SendOutcome => (sentBytes >= 0 ? 'sent' : outcomeOf(koffi.errno()))
    return {
      send: (fd, memory, startByte, sizeBytes) =>
        outcome(send(fd, addressOf(memory) + startByte, sizeBytes, MSG_DONTWAIT)),
      sendCut: (fd, memory, startByte, sizeBytes, cutBytes) => {
        message.write(addressOf(memory) + startByte, sizeBytes, cutBytes)
        return outcome(sendmsg(fd, message.address, MSG_DONTWAIT))
      },
    }
  } catch {
    return undefined
  }
}

const MSG_DONTWAIT = 0x40
const [SOL_UDP, UDP_SEGMENT] = [17, 103]

/** struct msghdr of sendmsg(2), and behind it the struct iovec and the struct cmsghdr that it points to. */
class CutMessage {
  readonly address: number
  readonly #view = new DataView(new ArrayBuffer(CMSG_AT + CMSG_BYTES))

  constructor(addressOf: (memory: ArrayBufferLike) => number) {
    this.address = addressOf(this.#view.buffer)
    this.#writeWord(MSG_IOV_AT, this.address + IOVEC_AT)
    this.#writeWord(MSG_IOV_AT + WORD_BYTES, 1)
    this.#writeWord(MSG_CONTROL_AT, this.address + CMSG_AT)
    this.#writeWord(MSG_CONTROL_AT + WORD_BYTES, CMSG_BYTES)
    this.#writeWord(CMSG_AT, CMSG_HEADER_BYTES + 2)
    this.#view.setInt32(CMSG_AT + WORD_BYTES, SOL_UDP, true)
    this.#view.setInt32(CMSG_AT + WORD_BYTES + 4, UDP_SEGMENT, true)
  }

  write(address: number, sizeBytes: number, cutBytes: number): void {
    this.#writeWord(IOVEC_AT, address)
    this.#writeWord(IOVEC_AT + WORD_BYTES, sizeBytes)
    this.#view.setUint16(CMSG_AT + CMSG_HEADER_BYTES, cutBytes, true)
  }

  #writeWord(at: number, value: number): void {
    this.#view.setUint32(at, value % 2 ** 32, true)
    this.#view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
  }
}

const WORD_BYTES = 8
const MSG_IOV_AT = 16
const MSG_CONTROL_AT = 32
const IOVEC_AT = 56
const CMSG_AT = 72
const CMSG_HEADER_BYTES = 16
const CMSG_BYTES = 24 // with its 16 bits of data, in whole words

/** Most packets stand in the memory of the one before; an address as a number costs a call a third of what a view costs. */
function rememberingLast(addressOf: (memory: ArrayBufferLike) => number): (memory: ArrayBufferLike) => number {
  let last: ArrayBufferLike | undefined
  let lastAddress = 0
  return (memory) => {
    if (memory !== last) {
      lastAddress = addressOf(memory)
      last = memory
    }
    return lastAddress
  }
}

const { EAGAIN, ENOBUFS, ECONNREFUSED } = constants.errno

function outcomeOf(errno: number): SendOutcome {
  if (errno === EAGAIN || errno === ENOBUFS) return 'full'
  return errno === ECONNREFUSED ? 'refused' : 'failed'
}
