import type { RealtimeEvent } from '../protocol/realtime-api.ts'
import { post, RETRY_MS, type WayEnds, type WayReader } from './realtime-way.ts'

/** Server-sent events: the browser reads the stream, comes back by itself, and says which event was the last. */
export function eventSourceWay(ends: WayEnds): WayReader {
  let retry: ReturnType<typeof setTimeout> | undefined
  let source = open()
  return {
    say: (message) => post(ends.origin, message),
    close: () => {
      clearTimeout(retry)
      source.close()
    },
  }

  function open(): EventSource {
    const opened = new EventSource(`${ends.origin}/events?since=${ends.cursor()}`)
    opened.onmessage = ({ data }: MessageEvent<string>) => ends.take(JSON.parse(data) as RealtimeEvent)
    opened.onerror = () => {
      if (opened.readyState !== EventSource.CLOSED) return // it comes back by itself
      retry = setTimeout(() => (source = open()), RETRY_MS)
    }
    return opened
  }
}

/** A response that never ends, read as it comes: a line an event. */
export function chunkedWay(ends: WayEnds): WayReader {
  const ending = new AbortController()
  void follow()
  return { say: (message) => post(ends.origin, message), close: () => ending.abort() }

  async function follow(): Promise<void> {
    while (!ending.signal.aborted) {
      await read().catch(() => undefined) // the server has gone
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }

  async function read(): Promise<void> {
    const response = await fetch(`${ends.origin}/events?since=${ends.cursor()}`, {
      signal: ending.signal,
      cache: 'no-store',
      credentials: 'omit',
    })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) ends.take(JSON.parse(line) as RealtimeEvent)
    }
  }
}
