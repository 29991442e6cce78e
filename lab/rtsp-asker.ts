import { once } from 'node:events'
import { connect } from 'node:net'
import { encodeRtspMessage, RtspReader, type RtspResponse } from '../protocol/rtsp-message.ts'

export type RtspAsker = {
  /** Rejects when the connection ends before the answer. */
  ask(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<RtspResponse>
  close(): void
}

/** Asks an RTSP server of this machine, one connection, answers in order (RFC 2326). */
export async function rtspAsker(port: number): Promise<RtspAsker> {
  const socket = connect({ port, host: '127.0.0.1' })
  const reader = new RtspReader()
  const waiting: { readonly resolve: (reply: RtspResponse) => void; readonly reject: (why: Error) => void }[] = []
  let cSeq = 0
  await once(socket, 'connect')
  socket.on('data', (bytes) => {
    for (const event of reader.push(bytes)) if (event.kind === 'response') waiting.shift()?.resolve(event)
  })
  socket.on('error', () => {}) // 'close' follows
  socket.on('close', () => waiting.splice(0).forEach(({ reject }) => reject(new Error('the RTSP connection ended'))))
  return {
    ask(method, url, headers) {
      cSeq += 1
      const named = new Map(Object.entries({ cseq: String(cSeq), ...headers }))
      const message = { kind: 'request', method, url, version: '1.0', headers: named, body: new Uint8Array(0) } as const
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        socket.write(encodeRtspMessage(message))
      })
    },
    close: () => socket.destroy(),
  }
}

/** This process looks at its sockets every 10 ms. Real viewers are on other machines; one on this machine that the kernel
 *  wakes for a datagram makes it three times as dear, and the kernel books that as the server's. Gives what ends it. */
export function napBetweenLooks(): () => void {
  const never = new Int32Array(new SharedArrayBuffer(4))
  const naps = setInterval(() => void Atomics.wait(never, 0, 0, 10), 1)
  return () => clearInterval(naps)
}
