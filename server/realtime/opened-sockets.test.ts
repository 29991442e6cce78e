import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { OpenedSocketEntry } from '../../protocol/opened-socket.ts'
import { HANDSHAKE_GUID, maskPayload } from '../../protocol/web-socket-frame.ts'
import { OpenedSockets } from './opened-sockets.ts'

const opened = new OpenedSockets()
let server: Server
let base = ''

beforeAll(async () => {
  server = createServer((_request, response) => opened.answer('test-0001', { since: '0', waitMs: 0 }, response))
  server.on('upgrade', (request, socket, head) => opened.handleUpgrade(request, socket, head, 'test-0001'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  opened.close()
  server.close()
})

type Frame = Extract<OpenedSocketEntry, { kind: 'frame' }>

test('a WebSocket laid open tells its handshake, each frame of both sides with its header bits, and the closing', async () => {
  const socket = new WebSocket(`ws://${base}/`)
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send('Hello')
  await new Promise((resolve) => socket.once('message', resolve))
  socket.close(1000, 'bye')
  await new Promise((resolve) => socket.once('close', resolve))
  const { events } = (await (await fetch(`http://${base}/`)).json()) as { events: readonly OpenedSocketEntry[] }
  expect(events.map(({ kind }) => kind)).toEqual(['handshake', 'frame', 'frame', 'frame', 'frame', 'closed'])

  const [handshake] = events as readonly [Extract<OpenedSocketEntry, { kind: 'handshake' }>]
  const key = /^sec-websocket-key: (.*)$/im.exec(handshake.request)?.[1] ?? ''
  const accept = createHash('sha1')
    .update(key + HANDSHAKE_GUID)
    .digest('base64')
  expect(handshake.response).toContain(`Sec-WebSocket-Accept: ${accept}`)
  expect(handshake.response.split('\r\n')[0]).toBe('HTTP/1.1 101 Switching Protocols')

  const [hello, echo, close, closed] = events.filter((entry): entry is Frame => entry.kind === 'frame')
  expect(hello).toMatchObject({ from: 'page', header: { fin: true, opcode: 1, payloadBytes: 5, headerBytes: 6 } })
  const masked = Buffer.from(hello?.payloadHex ?? '', 'hex')
  expect(Buffer.from(maskPayload(masked, hello?.header.maskingKey ?? [0, 0, 0, 0])).toString()).toBe('Hello')
  expect(echo).toMatchObject({ from: 'server', headerHex: '8105', payloadHex: Buffer.from('Hello').toString('hex') })
  expect(close).toMatchObject({ from: 'page', header: { opcode: 8, payloadBytes: 5 } })
  expect(closed).toMatchObject({
    from: 'server',
    headerHex: '8805',
    payloadHex: '03e8' + Buffer.from('bye').toString('hex'),
  })
})
