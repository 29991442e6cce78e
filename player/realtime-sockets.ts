import { io } from 'socket.io-client'
import type { RealtimeEvent } from '../protocol/realtime-api.ts'
import { openEventsChannel } from './realtime-data-channel.ts'
import { RETRY_MS, type WayEnds, type WayReader } from './realtime-way.ts'

/** A WebSocket forgets: to come back, and to say from where, is the page's own work. */
export function webSocketWay(ends: WayEnds): WayReader {
  let retry: ReturnType<typeof setTimeout> | undefined
  let socket = open()
  return {
    say: (message) => socket.readyState === WebSocket.OPEN && socket.send(message),
    close: () => {
      clearTimeout(retry)
      socket.onclose = null
      socket.onmessage = null
      socket.close()
    },
  }

  function open(): WebSocket {
    const opened = new WebSocket(`${ends.origin.replace(/^http/, 'ws')}/events?since=${ends.cursor()}`)
    opened.onmessage = ({ data }: MessageEvent<string>) => ends.take(JSON.parse(data) as RealtimeEvent)
    opened.onclose = () => (retry = setTimeout(() => (socket = open()), RETRY_MS))
    return opened
  }
}

/** Socket.IO's own client, which comes back by itself; the cursor is ours. */
export function socketIoWay(ends: WayEnds, transports: readonly ('polling' | 'websocket')[]): WayReader {
  const socket = io(ends.origin, {
    transports: [...transports],
    forceNew: true,
    reconnectionDelay: RETRY_MS,
    reconnectionDelayMax: 1000,
    auth: (tell) => tell({ since: ends.cursor() }),
  })
  socket.on('event', (event: RealtimeEvent) => ends.take(event))
  return { say: (message) => void socket.emit('message', message), close: () => void socket.close() }
}

/** Comes back with a new connection when the one before is lost. What was sent meanwhile is gone. */
export function dataChannelWay(ends: WayEnds): WayReader {
  let isClosed = false
  let channel: WayReader | undefined
  void open()
  return {
    say: (message) => channel?.say(message),
    close: () => {
      isClosed = true
      channel?.close()
    },
  }

  async function open(): Promise<void> {
    channel = undefined
    const opened = await openEventsChannel(ends, () => void open()).catch(() => undefined)
    if (isClosed) return opened?.close()
    if (opened === undefined) setTimeout(() => isClosed || void open(), RETRY_MS * 4)
    channel = opened
  }
}
