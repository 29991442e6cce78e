import type { Duplex } from 'node:stream'
import { refusalFor } from '../refusal.ts'
import { LineReader } from './line-reader.ts'
import { LogFollower } from './log-follower.ts'
import { cursorOf } from './text-log.ts'
import type { ConnectionWay, WayParts } from './way-parts.ts'

const MOST_LINE_CHARACTERS = 2000

/** A plain TCP socket: the client's first line is its cursor, its later ones are messages; then a line an event. Nothing
 *  else is on the wire. */
export function tcpWay(parts: WayParts): ConnectionWay {
  return { take: (stream) => serve(stream, parts), forgetClients: () => {} }
}

function serve(stream: Duplex, { log, counters, onMessage }: WayParts): void {
  let follower: LogFollower | undefined
  const begin = (since: string): void => {
    follower = new LogFollower(log, cursorOf(log, since), (text) => {
      counters.sent(text)
      return stream.write(`${text}\n`)
    })
  }
  const lines = new LineReader(MOST_LINE_CHARACTERS, (line) => {
    if (follower === undefined) return begin(line)
    try {
      onMessage(line)
    } catch (error) {
      stream.destroy()
      if (refusalFor(error) === undefined) throw error
    }
  })
  stream.on('data', (bytes: Buffer) => {
    if (!lines.add(bytes.toString())) stream.destroy()
  })
  stream.on('drain', () => follower?.resume())
  stream.on('error', () => stream.destroy())
  stream.on('end', () => stream.end())
  stream.on('close', () => follower?.close())
}
