import type { Socket } from 'node:net'
import { readTunnelOpening, type TunnelOpening } from '../protocol/tunnel-opening.ts'

export type Opening = Exclude<TunnelOpening, { kind: 'unfinished' }>

/** Reads of a connection as much as tells what it is, and hands it on, paused: what is not HTTP's head is to be read
 *  again. One that does not tell within `withinMs`, or ends before, is closed. */
export function readOpening(socket: Socket, withinMs: number, take: (opening: Opening) => void): void {
  let early: Uint8Array = new Uint8Array(0)
  const give = (): void => void socket.destroy()
  const ignore = (): void => {} // of an error: 'close' follows
  const timer = setTimeout(give, withinMs)
  const read = (bytes: Uint8Array): void => {
    early = Buffer.concat([early, bytes])
    const opening = readTunnelOpening(early)
    if (opening.kind === 'unfinished') return
    leave()
    socket.pause()
    const rest = opening.kind === 'http' ? early.subarray(opening.headBytes) : early
    if (rest.length > 0) socket.unshift(rest)
    take(opening)
  }
  const leave = (): void => {
    clearTimeout(timer)
    socket.off('data', read).off('end', give).off('close', leave).off('error', ignore)
  }
  socket.on('data', read).on('end', give).on('close', leave).on('error', ignore)
}
