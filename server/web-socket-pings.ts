import type { WebSocket, WebSocketServer } from 'ws'

const PING_MS = 30_000

/** Cuts off who is gone without a word: a connection that has not answered the ping before. Gives what ends it. */
export function pingClients(server: WebSocketServer): () => void {
  const awaitingPong = new WeakSet<WebSocket>()
  const ping = (client: WebSocket): void => {
    if (awaitingPong.has(client)) return client.terminate()
    awaitingPong.add(client)
    client.once('pong', () => awaitingPong.delete(client))
    client.ping()
  }
  const timer = setInterval(() => server.clients.forEach(ping), PING_MS).unref()
  return () => clearInterval(timer)
}
