import type { RealtimeWay } from '../protocol/realtime-api.ts'
import { pollWay } from './realtime-polling.ts'
import type { OpenWay } from './realtime-way.ts'
import { chunkedWay, eventSourceWay } from './realtime-streams.ts'
import { dataChannelWay, socketIoWay, webSocketWay } from './realtime-sockets.ts'

/** All that a page can open; TCP and UDP sockets it cannot. */
export const pageWays = {
  'short-polling': (ends) => pollWay(ends, { waitSeconds: 0, pauseMs: ends.pollMs }),
  'short-polling-closing': (ends) => pollWay(ends, { waitSeconds: 0, pauseMs: ends.pollMs }),
  'long-polling': (ends) => pollWay(ends, { waitSeconds: 25, pauseMs: 0 }),
  'server-sent-events': eventSourceWay,
  'chunked-fetch': chunkedWay,
  websocket: webSocketWay,
  'socketio-polling': (ends) => socketIoWay(ends, ['polling']),
  'socketio-upgrade': (ends) => socketIoWay(ends, ['polling', 'websocket']),
  'data-channel': dataChannelWay,
} satisfies Partial<Record<RealtimeWay, OpenWay>>

export type PageWay = keyof typeof pageWays

export const isPageWay = (way: RealtimeWay): way is PageWay => way in pageWays
