import { createServer, type IncomingMessage } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import { refuseUpgrade } from '../http-upgrades.ts'
import { Refusal, refusalFor } from '../refusal.ts'
import { LogFollower } from './log-follower.ts'
import { cursorOf } from './text-log.ts'
import type { ConnectionWay, WayParts } from './way-parts.ts'

const MOST_MESSAGE_BYTES = 2000
const UNSENT_BYTES = 256_000 // beyond that the log waits

/** WebSocket (RFC 6455): one text frame an event; `?since=N` is our own, for the protocol itself remembers nothing. */
export function webSocketWay(parts: WayParts): ConnectionWay {
  const { counters, gate } = parts
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MOST_MESSAGE_BYTES })
  const server = createServer((_request, response) => response.writeHead(426, { Upgrade: 'websocket' }).end())
  server.on('upgrade', (request, socket, head) => {
    counters.requests += 1
    socket.on('error', () => socket.destroy())
    try {
      gate.check(request)
      sockets.handleUpgrade(request, socket, head, (client) => serve(client, request, parts))
    } catch (error) {
      refuseUpgrade(socket, refusalFor(error) ?? new Refusal('internal', 'see the log'))
    }
  })
  return { take: (stream) => void server.emit('connection', stream), forgetClients: () => {} }
}

function serve(client: WebSocket, request: IncomingMessage, { log, counters, onMessage }: WayParts): void {
  const since = new URL(request.url ?? '/', 'http://localhost').searchParams.get('since')
  const sent = (): void => {
    if (client.bufferedAmount <= UNSENT_BYTES) follower.resume()
  }
  const follower: LogFollower = new LogFollower(log, cursorOf(log, since), (text) => {
    counters.sent(text)
    const hasRoom = client.bufferedAmount <= UNSENT_BYTES
    if (hasRoom) client.send(text)
    else client.send(text, sent)
    return hasRoom
  })
  client.on('message', (data: Buffer) => {
    try {
      onMessage(data.toString())
    } catch (error) {
      client.close(1008, refusalFor(error)?.code ?? 'internal') // policy violation, RFC 6455 section 7.4.1
    }
  })
  client.on('error', () => client.terminate())
  client.on('close', () => follower.close())
}
