import { signal } from '@preact/signals'
import type { ServerEvent } from '../protocol/weir-api.ts'
import { applyServerEvent, loadVideos } from './library-store.ts'
import { webSocketAddress } from './server-socket.ts'

/** A WebSocket, because it is not one of the six HTTP connections that segments need. */
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 10_000

export const feedState = signal<'connecting' | 'live'>('connecting')

/** Follows the server's events for as long as the page lives. Each connection lists the library anew:
 *  what happened in between is not told again. */
export function followServer(retryMs = FIRST_RETRY_MS): void {
  const socket = new WebSocket(webSocketAddress('/api/events/ws'))
  let nextRetryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
  socket.onopen = () => {
    nextRetryMs = FIRST_RETRY_MS
    feedState.value = 'live'
    void loadVideos()
  }
  socket.onmessage = (message) => applyServerEvent(JSON.parse(message.data as string) as ServerEvent)
  socket.onclose = () => {
    feedState.value = 'connecting'
    // Spread over half the time, so that many pages do not come back in one moment.
    setTimeout(() => followServer(nextRetryMs), retryMs * (0.75 + Math.random() / 2))
  }
}
