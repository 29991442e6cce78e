import { read } from 'node:fs'
import type { ServerResponse } from 'node:http'
import type { ByteRange } from './http-conditions.ts'
import { endedTooSoon, type PackageFile } from './package-files.ts'
import type { ReadBuffers } from './read-buffers.ts'

/** Sends a part of a file as the body of a response whose head is written: a piece is read when the client's system has
 *  taken the one before. Resolves when all is sent or the client has gone. A file that ends too soon, or cannot be read,
 *  breaks the answer off, and rejects. */
export function sendFile(
  response: ServerResponse,
  file: PackageFile,
  { first, last }: ByteRange,
  buffers: ReadBuffers,
): Promise<void> {
  const buffer = buffers.take(last + 1 - first)
  return new Promise<void>((resolve, reject) => {
    let position = first
    let isReading = false
    let hasEnded = false

    /** The buffer goes back when nothing reads into it, and nothing is sent from it: then the socket is closed. */
    const end = (error?: Error): void => {
      if (hasEnded) return
      hasEnded = true
      response.off('close', closed)
      buffers.give(buffer)
      if (error === undefined) return resolve()
      response.destroy()
      reject(error)
    }
    const closed = (): void => {
      if (!isReading) end()
    }
    const readPiece = (): void => {
      isReading = true
      read(file.handle.fd, buffer, 0, Math.min(buffer.length, last + 1 - position), position, sendPiece)
    }
    const sendPiece = (error: Error | null, bytesRead: number): void => {
      isReading = false
      if (error !== null) return end(error)
      if (response.closed || response.destroyed) return end()
      if (bytesRead === 0) return end(endedTooSoon(file.path, position, last + 1))
      position += bytesRead
      const piece = buffer.subarray(0, bytesRead)
      if (position > last) response.end(piece, end)
      else response.write(piece, sent)
    }
    const sent = (error?: Error | null): void => {
      if (error == null && !hasEnded) readPiece() // else 'close' follows
    }
    response.once('close', closed)
    readPiece()
  })
}
