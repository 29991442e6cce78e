import type { WebSocket } from 'ws'
import type { SessionChannel } from './udp-session.ts'

/** A session over one WebSocket: binary messages are packets, text ones are control. */
export function webSocketChannel(client: WebSocket): SessionChannel {
  client.on('error', () => client.terminate()) // such as a message too long; 'close' follows
  return {
    transport: 'websocket',
    bufferedBytes: () => client.bufferedAmount,
    write: (packet) => client.send(packet),
    sendControl: (text) => client.send(text),
    close: () => client.close(),
  }
}
