import { createServer, type IncomingMessage } from 'node:http'
import { Server, type Socket } from 'socket.io'
import { refusalFor } from '../refusal.ts'
import { LogFollower } from './log-follower.ts'
import { cursorOf } from './text-log.ts'
import type { ConnectionWay, WayParts } from './way-parts.ts'

const MOST_MESSAGE_BYTES = 2000
const MOST_WAITING_PACKETS = 256

/** Socket.IO 4 over its polling transport alone, or with the upgrade to WebSocket. */
export function socketIoWay(transports: readonly ('polling' | 'websocket')[], parts: WayParts): ConnectionWay {
  const { counters, gate } = parts
  const server = createServer()
  const io = new Server(server, {
    transports: [...transports],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: MOST_MESSAGE_BYTES,
    cors: (request: Pick<IncomingMessage, 'headers'>, callback) => {
      const isAllowed = refusalOf(() => gate.check(request)) === undefined
      callback(null, { origin: isAllowed ? (request.headers.origin ?? false) : false })
    },
    allowRequest: (request, callback) => {
      const refusal = refusalOf(() => gate.check(request))
      callback(refusal, refusal === undefined)
    },
  })
  const noteRequest = (): void => void (counters.requests += 1)
  server.on('request', noteRequest).on('upgrade', noteRequest) // Socket.IO's own listeners came first
  io.on('connection', (socket) => serve(socket, parts))
  return {
    take: (stream) => void server.emit('connection', stream),
    forgetClients: () => void io.disconnectSockets(true),
  }
}

function serve(socket: Socket, { log, counters, onMessage }: WayParts): void {
  const { since } = socket.handshake.auth as { readonly since?: unknown }
  const { conn } = socket
  let waitingPackets = 0
  const follower = new LogFollower(log, cursorOf(log, since), (text) => {
    counters.sent(text)
    waitingPackets += 1
    socket.emit('event', JSON.parse(text)) // as text it would be quoted a second time
    return waitingPackets < MOST_WAITING_PACKETS
  })
  conn.on('drain', () => {
    waitingPackets = 0
    follower.resume()
  })
  socket.on('message', (text: unknown) => void refusalOf(() => onMessage(String(text))))
  socket.on('disconnect', () => follower.close())
}

function refusalOf(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return refusalFor(error)?.code ?? 'internal'
  }
}
