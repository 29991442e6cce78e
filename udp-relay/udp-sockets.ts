import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'

const PAIR_TRIES = 100
const MAX_PORT = 65535

/** `shared`: other sockets of this system may bind the port too. `host` is a number: nothing is looked up. */
export async function bindUdp(host: string, port: number, shared: boolean): Promise<Socket> {
  const family = isIPv6(host) ? 6 : 4
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    reuseAddr: shared,
    lookup: (address, _options, done) => done(null, address, family), // Node's own would ask a thread for each packet
  })
  try {
    const listening = once(socket, 'listening') // told before bind returns, since nothing is looked up
    socket.bind({ port, address: host, exclusive: true })
    await listening
    return socket
  } catch (error) {
    socket.close()
    throw error
  }
}

/** An even port and the one after it, RFC 3550 section 11. */
export async function bindUdpPair(host: string, port: number, shared: boolean): Promise<[Socket, Socket]> {
  const rtp = await bindUdp(host, port, shared)
  try {
    return [rtp, await bindUdp(host, port + 1, shared)]
  } catch (error) {
    await closeUdp([rtp])
    throw error
  }
}

export async function findFreePair(host: string): Promise<number> {
  for (let tries = 0; tries < PAIR_TRIES; tries += 1) {
    const socket = await bindUdp(host, 0, false)
    const { port } = socket.address()
    await closeUdp([socket])
    if (isPairPort(port) && (await isFree(host, port))) return port
  }
  throw new Error(`found no free pair of UDP ports on ${host} in ${PAIR_TRIES} tries`)
}

export function isPairPort(port: number): boolean {
  return port % 2 === 0 && port > 0 && port < MAX_PORT
}

async function isFree(host: string, port: number): Promise<boolean> {
  try {
    await closeUdp(await bindUdpPair(host, port, false))
    return true
  } catch {
    return false
  }
}

/** Rejects when there is no way to `address`. */
export async function connectUdp(socket: Socket, port: number, address: string): Promise<void> {
  const connected = once(socket, 'connect')
  socket.connect(port, address)
  await connected
}

export async function closeUdp(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(
    sockets.map((socket) => {
      const closed = once(socket, 'close')
      socket.close()
      return closed
    }),
  )
}

const PROBE_MS = 500
const anyHosts: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** Whether a connected socket can share `port` with the one that holds it, and takes just its own peer's datagrams:
 *  so it is on Linux, and not everywhere. */
export async function connectedSocketsWork(host: string, port: number): Promise<boolean> {
  const address = anyHosts[host] ?? host
  const open: Socket[] = []
  try {
    const peer = await bindUdp(address, 0, false)
    open.push(peer)
    const connected = await bindUdp(address, port, true)
    open.push(connected)
    await connectUdp(connected, peer.address().port, address)
    const reached = once(connected, 'message', { signal: AbortSignal.timeout(PROBE_MS) })
    peer.send('probe', port, address)
    await reached
    return true
  } catch {
    return false
  } finally {
    await closeUdp(open)
  }
}
