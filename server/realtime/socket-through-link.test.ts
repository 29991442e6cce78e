import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Links } from '../links.ts'
import { SocketThroughLink } from './socket-through-link.ts'

const ANSWER_BYTES = 3_000_000 // more than TCP's send buffer takes at once
const answer = Buffer.alloc(ANSWER_BYTES, 'weir is a word of four letters; ')
let links: Links
let server: Server

/** Echoes one line, then sends a long answer and ends. */
beforeEach(async () => {
  const line = { rateBitsPerSecond: 40_000_000, oneWayDelayMs: 20 }
  links = new Links({ defaultProfile: { seed: 7, downlink: line, uplink: { oneWayDelayMs: 20 } } })
  server = createServer({ allowHalfOpen: true }, (socket) => {
    const stream = new SocketThroughLink(socket, links.find('default'))
    stream.on('data', (bytes: Buffer) => {
      stream.write(bytes)
      if (bytes.includes('\n')) stream.end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.close()
  links.close()
})

test('a connection through a link brings every byte both ways, later, and its end after the last one', async () => {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const startMs = performance.now()
  let firstMs = Infinity
  const came: Buffer[] = []
  client.on('data', (bytes) => {
    firstMs = Math.min(firstMs, performance.now() - startMs)
    came.push(bytes)
  })
  client.write('hello\n')
  await new Promise((resolve) => client.once('end', resolve))
  client.end()
  expect(Buffer.concat(came).equals(Buffer.concat([Buffer.from('hello\n'), answer]))).toBe(true)
  expect(firstMs).toBeGreaterThan(75) // a handshake and a round trip of 40 ms each
  expect(performance.now() - startMs).toBeGreaterThan(600) // 24 Mbit at 40 Mbit/s
})

test('who goes away in the middle leaves nothing on the link', async () => {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.write('hello\n')
  await new Promise((resolve) => client.once('data', resolve))
  client.destroy()
  await expect.poll(() => links.get('default').tcp.openFlows).toBe(0)
})
