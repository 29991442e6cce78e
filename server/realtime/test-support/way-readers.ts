import { request, type IncomingMessage } from 'node:http'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'
import type { PolledEvents, RealtimeEvent, RealtimeWay } from '../../../protocol/realtime-api.ts'

/** Reads a way from the first event on, as a client of any kind would, until it is ended. */
export type WayReader = { readonly sequences: number[]; readonly texts: string[]; end(): void }

type Open = (base: string, take: (event: RealtimeEvent) => void) => () => void

const openers = {
  'short-polling': polling('', 20),
  'short-polling-closing': polling('', 20),
  'long-polling': polling('&wait=25', 0),
  'server-sent-events': streaming((block) => /^data: (.*)$/m.exec(block)?.[1], '\n\n'),
  'chunked-fetch': streaming((line) => line, '\n'),
  websocket: (base, take) => {
    const socket = new WebSocket(`${base.replace('http', 'ws')}/events?since=0`)
    socket.on('message', (text: Buffer) => take(JSON.parse(text.toString()) as RealtimeEvent))
    return () => socket.close()
  },
  'socketio-polling': (base, take) => socketIo(base, ['polling'], take),
  'socketio-upgrade': (base, take) => socketIo(base, ['polling', 'websocket'], take),
} satisfies Partial<Record<RealtimeWay, Open>>

export type ReadWay = keyof typeof openers
export const readWays = Object.keys(openers) as ReadWay[]

export function readWay(way: ReadWay, port: number): WayReader {
  const sequences: number[] = []
  const texts: string[] = []
  const end = openers[way](`http://127.0.0.1:${port}`, (event) => {
    sequences.push(event.sequence)
    texts.push(JSON.stringify(event))
  })
  return { sequences, texts, end }
}

function polling(query: string, pauseMs: number): Open {
  return (base, take) => {
    let isEnded = false
    const poll = async (): Promise<void> => {
      for (let since = 0; !isEnded;) {
        const response = await fetch(`${base}/events?since=${since}${query}`).catch(() => undefined)
        if (response === undefined) continue
        const { sequence, events } = (await response.json()) as PolledEvents<RealtimeEvent>
        events.forEach(take)
        since = sequence
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
    void poll().catch(() => {})
    return () => (isEnded = true)
  }
}

function streaming(textOf: (part: string) => string | undefined, separator: string): Open {
  return (base, take) => {
    const asked = request(`${base}/events?since=0`, (response: IncomingMessage) => {
      let rest = ''
      response.setEncoding('utf8').on('data', (bytes: string) => {
        const parts = (rest + bytes).split(separator)
        rest = parts.pop() ?? ''
        for (const part of parts) {
          const text = textOf(part)
          if (text !== undefined) take(JSON.parse(text) as RealtimeEvent)
        }
      })
      response.on('error', () => {})
    })
    asked.on('error', () => {}).end()
    return () => asked.destroy()
  }
}

function socketIo(base: string, transports: string[], take: (event: RealtimeEvent) => void): () => void {
  const socket = io(base, { transports, auth: { since: 0 }, forceNew: true })
  socket.on('event', take)
  return () => socket.close()
}
