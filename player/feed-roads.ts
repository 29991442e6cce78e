import type { ToldEvent } from '../protocol/weir-api.ts'
import { requestJson } from './api.ts'
import { webSocketAddress } from './server-socket.ts'

/** The ways on which the pages hear of the server's events, the best first. */
export const feedRoads = ['websocket', 'server-sent-events', 'long-polling', 'polling'] as const
export type FeedRoad = (typeof feedRoads)[number]

export type RoadEnds = {
  /** Undefined: begin with what has happened so far, and tell that as a `cursor`. */
  readonly since: number | undefined
  onOpen(): void
  onEvent(event: ToldEvent): void
  /** Told once, also when it never opened; not after `close`. */
  onLost(): void
}

export type OpenRoad = { close(): void }

const WAIT_SECONDS = 25
const POLL_MS = 2000

export function openRoad(road: FeedRoad, ends: RoadEnds): OpenRoad {
  switch (road) {
    case 'websocket':
      return openWebSocket(ends)
    case 'server-sent-events':
      return openEventSource(ends)
    case 'long-polling':
      return poll(ends, { wait: `&wait=${WAIT_SECONDS}`, pauseMs: 0 })
    case 'polling':
      return poll(ends, { wait: '', pauseMs: POLL_MS })
  }
}

/** Not one of the six HTTP connections that segments need. */
function openWebSocket({ since, onOpen, onEvent, onLost }: RoadEnds): OpenRoad {
  const socket = new WebSocket(webSocketAddress(`/api/events/ws?since=${since ?? 'now'}`))
  socket.onopen = onOpen
  socket.onmessage = ({ data }: MessageEvent<string>) => onEvent(JSON.parse(data) as ToldEvent)
  socket.onclose = onLost
  return {
    close: () => {
      socket.onclose = null
      socket.onmessage = null
      socket.close()
    },
  }
}

function openEventSource({ since, onOpen, onEvent, onLost }: RoadEnds): OpenRoad {
  const source = new EventSource(`/api/events?since=${since ?? 'now'}`)
  source.onopen = onOpen
  source.onmessage = ({ data }: MessageEvent<string>) => onEvent(JSON.parse(data) as ToldEvent)
  source.onerror = () => {
    source.close() // it would come back by itself, and never go over to another road
    onLost()
  }
  return { close: () => source.close() }
}

type Polled = { readonly sequence: number; readonly events: readonly ToldEvent[] }

function poll(ends: RoadEnds, { wait, pauseMs }: { wait: string; pauseMs: number }): OpenRoad {
  let isClosed = false
  const run = async (): Promise<void> => {
    let since: number | 'now' = ends.since ?? 'now'
    for (let answers = 0; !isClosed; answers += 1) {
      const { sequence, events }: Polled = await requestJson('GET', `/api/events?since=${since}${wait}`)
      if (isClosed) return
      if (answers === 0) ends.onOpen()
      const isElsewhere = events.length === 0 && sequence !== since // the cursor was of no use
      if (isElsewhere) ends.onEvent({ sequence, kind: 'cursor' })
      for (const event of events) ends.onEvent(event)
      since = sequence
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  run().catch(() => isClosed || ends.onLost())
  return { close: () => void (isClosed = true) }
}
