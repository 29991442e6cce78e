import type { Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSessionHeader, readTransport } from '../protocol/rtsp-headers.ts'
import type { RtspResponse } from '../protocol/rtsp-message.ts'
import { bindUdp, bindUdpPair, closeUdp, findFreePair } from '../udp-relay/udp-sockets.ts'
import { napBetweenLooks, rtspAsker, type RtspAsker } from './rtsp-asker.ts'

/** Viewers of a server on this machine, who count and throw away. */
export type Crowd = {
  /** So far. */
  counts(): CrowdCounts
  end(): Promise<void>
}

export type CrowdCounts = { readonly bytes: number; readonly requests: number; readonly packets: number }

export type HlsWish = {
  readonly url: string // of the server
  readonly playlistPath: string
  readonly segmentPaths: readonly string[]
  readonly everyMs: number // from segment to segment of a viewer; 0: as fast as the answers come
}

/** Each over a connection of his own, which is kept: the playlist, then the next segment, again and again. Without
 *  segments the playlist alone. They begin one after the other: who all fetch in one moment are no audience. */
export async function hlsCrowd(viewers: number, wish: HlsWish): Promise<Crowd> {
  const counts = { bytes: 0, requests: 0, packets: 0 }
  const sockets: Socket[] = []
  const { port } = new URL(wish.url)
  let hasEnded = false
  const watch = async (place: number): Promise<void> => {
    const socket = connect({ port: Number(port), host: '127.0.0.1' })
    sockets.push(socket)
    await once(socket, 'connect')
    await sleep((wish.everyMs * place) / viewers)
    for (let next = place; !hasEnded; next += 1) {
      const startMs = performance.now()
      const segment = wish.segmentPaths[next % Math.max(1, wish.segmentPaths.length)]
      for (const path of [wish.playlistPath, ...(segment === undefined ? [] : [segment])]) {
        counts.bytes += await fetchBody(socket, path)
        counts.requests += 1
      }
      await sleep(Math.max(0, wish.everyMs - (performance.now() - startMs)))
    }
  }
  const watching = Array.from({ length: viewers }, (_, place) => watch(place))
  const failed = Promise.all(watching).catch((error: unknown) => {
    if (!hasEnded) throw error
  })
  failed.catch(() => {}) // told at the end
  return {
    counts: () => ({ ...counts }),
    async end() {
      hasEnded = true
      for (const socket of sockets) socket.destroy()
      await failed
    },
  }
}

/** The bytes of the answer's body, over a kept connection. */
function fetchBody(socket: Socket, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let leftBytes: number | undefined
    let bodyBytes = 0
    const settle = (finish: () => void): void => {
      socket.off('data', onData).off('error', onError).off('close', onClose)
      finish()
    }
    const onError = (error: Error): void => settle(() => reject(error))
    const onClose = (): void => settle(() => reject(new Error('the connection ended')))
    const onData = (bytes: Buffer): void => {
      if (leftBytes === undefined) {
        const answer = readHead(bytes)
        if (answer === undefined) return onError(new Error(`${path}: ${bytes.toString('latin1', 0, 100)}`))
        bodyBytes = answer.bodyBytes
        leftBytes = answer.headBytes + bodyBytes
      }
      leftBytes -= bytes.length
      if (leftBytes <= 0) settle(() => resolve(bodyBytes))
    }
    socket.on('data', onData).on('error', onError).on('close', onClose)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
  })
}

function readHead(first: Buffer): { readonly headBytes: number; readonly bodyBytes: number } | undefined {
  const headBytes = first.indexOf('\r\n\r\n') + 4
  const head = first.toString('latin1', 0, headBytes)
  const bodyBytes = Number(/^content-length: (\d+)/im.exec(head)?.[1])
  return head.startsWith('HTTP/1.1 200') && bodyBytes > 0 ? { headBytes, bodyBytes } : undefined
}

/** Each with an RTSP connection and a pair of ports of his own. All are set up, then all begin; from then on this process
 *  naps between its looks. */
export async function udpCrowd(viewers: number, url: string): Promise<Crowd> {
  const counts = { bytes: 0, requests: 0, packets: 0 }
  const sessions: Session[] = []
  const sockets: UdpSocket[] = []
  for (let viewer = 0; viewer < viewers; viewer += 1) {
    const pair = await bindUdpPair('127.0.0.1', await findFreePair('127.0.0.1'), false)
    const { port } = pair[0].address()
    count(pair[0], counts)
    sockets.push(...pair)
    sessions.push(await setUp(url, `RTP/AVP;unicast;client_port=${port}-${port + 1}`))
  }
  return playing(sessions, sockets, counts)
}

/** Each with an RTSP session; one socket listens to the group, as one does for a network. */
export async function multicastCrowd(viewers: number, url: string): Promise<Crowd> {
  const counts = { bytes: 0, requests: 0, packets: 0 }
  const sessions: Session[] = []
  for (let viewer = 0; viewer < viewers; viewer += 1) sessions.push(await setUp(url, 'RTP/AVP;multicast'))
  const [told] = readTransport(sessions[0]?.reply.headers.get('transport') ?? '')
  const { destination: group, ports } = told ?? {}
  if (group === undefined || ports === undefined) throw new Error('the server told no multicast group')
  const socket = await bindUdp(group, ports[0], true)
  socket.addMembership(group, '127.0.0.1')
  count(socket, counts)
  return playing(sessions, [socket], counts)
}

type Counts = { bytes: number; requests: number; packets: number }

function count(socket: UdpSocket, counts: Counts): void {
  socket.on('message', (datagram) => {
    counts.bytes += datagram.length
    counts.packets += 1
  })
}

async function playing(sessions: readonly Session[], sockets: readonly UdpSocket[], counts: Counts): Promise<Crowd> {
  await Promise.all(sessions.map(({ play }) => play()))
  const wake = napBetweenLooks()
  return {
    counts: () => ({ ...counts }),
    async end() {
      wake()
      await Promise.all(sessions.map(({ tearDown }) => tearDown()))
      await closeUdp(sockets)
    },
  }
}

type Session = Awaited<ReturnType<typeof setUp>>

async function setUp(url: string, transport: string) {
  const asker = await rtspAsker(Number(new URL(url).port))
  const [address = '', query] = url.split('?')
  const track = `${address}/trackID=0${query === undefined ? '' : `?${query}`}`
  const reply = await asked(asker, 'SETUP', track, { transport })
  const session = { session: readSessionHeader(reply.headers.get('session') ?? '').id }
  return {
    reply,
    play: () => asked(asker, 'PLAY', url, { ...session, range: 'npt=0-' }),
    async tearDown(): Promise<void> {
      await asked(asker, 'TEARDOWN', url, session)
      asker.close()
    },
  }
}

async function asked(asker: RtspAsker, method: string, url: string, headers: Readonly<Record<string, string>>) {
  const reply: RtspResponse = await asker.ask(method, url, headers)
  if (reply.status !== 200) throw new Error(`${method} ${url} was answered ${reply.status}`)
  return reply
}
