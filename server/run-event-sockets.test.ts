import { once } from 'node:events'
import { pino } from 'pino'
import { expect, test, type TestContext } from 'vitest'
import type { WebSocket } from 'ws'
import type { RunEvent } from '../stream/record.ts'
import { readRecord } from '../stream/run-record.ts'
import { RunEventSockets } from './run-event-sockets.ts'
import { ask, linesOf, openRunServer, VIDEO } from './test-support/run-server.ts'
import { openUpgradeServer } from './test-support/upgrade-server.ts'
import { MOST_EVENT_BYTES } from './viewer-events.ts'

const paused = (atMs: number): RunEvent => ({ kind: 'paused', side: 'hls', atMs })

/** A run, and a way to tell of runs over a WebSocket. */
async function openSockets(context: TestContext) {
  const { url, runs } = await openRunServer(context)
  const sockets = new RunEventSockets({ runs, logger: pino({ level: 'silent' }) })
  const server = await openUpgradeServer(sockets.handleUpgrade.bind(sockets))
  context.onTestFinished(() => {
    sockets.close()
    server.close()
  })
  const { json } = await ask(`${url}/api/runs`, 'POST', { video: VIDEO, link: 'default' })
  const id = String(json['id'])
  const open = (runId = id) => server.open(runId)
  return { url, id, open }
}

async function closingOf(socket: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  return [code, reason.toString()]
}

test('WebSocket /api/runs/:id/events/ws takes each frame into the run’s record, and answers each with the server’s clock', async (context) => {
  const { url, id, open } = await openSockets(context)
  const socket = open()
  const answers: { readonly serverUnixMs: number }[] = []
  socket.on('message', (text: Buffer) => answers.push(JSON.parse(text.toString()) as { serverUnixMs: number }))
  await once(socket, 'open')
  for (const text of ['', linesOf(paused(1), paused(2)), linesOf(paused(3))]) socket.send(text)
  await expect.poll(() => answers.length).toBe(3)
  for (const { serverUnixMs } of answers) expect(Math.abs(serverUnixMs - Date.now())).toBeLessThan(2000)

  await ask(`${url}/api/runs/${id}/end`, 'POST', '')
  const record = readRecord((await ask(`${url}/api/runs/${id}/record.jsonl`)).text)
  if (!record.ok) throw new Error(JSON.stringify(record.fault))
  expect(record.value.events.filter(({ kind }) => kind === 'paused')).toEqual([paused(1), paused(2), paused(3)])
})

test('WebSocket /api/runs/:id/events/ws closes with the code of what is refused, and takes none of that frame or a later one', async (context) => {
  const { url, id, open } = await openSockets(context)
  const socket = open()
  await once(socket, 'open')
  socket.send(`${linesOf(paused(1))}nonsense\n`)
  socket.send(linesOf(paused(2)))
  expect(await closingOf(socket)).toEqual([1008, 'bad-event'])
  expect(await closingOf(open('none'))).toEqual([1008, 'unknown-run'])

  const [binary, large] = [open(), open()]
  await Promise.all([once(binary, 'open'), once(large, 'open')])
  binary.send(Buffer.from(linesOf(paused(3))))
  large.send('\n'.repeat(MOST_EVENT_BYTES + 1))
  large.on('error', () => {}) // it may be cut off while it sends
  const [[ofBinary], [ofLarge]] = await Promise.all([closingOf(binary), closingOf(large)])
  expect(ofBinary).toBe(1003)
  expect([1006, 1009]).toContain(ofLarge)

  const listening = open()
  await once(listening, 'open')
  await ask(`${url}/api/runs/${id}/end`, 'POST', '')
  listening.send('')
  expect(await closingOf(listening)).toEqual([1008, 'run-ended'])
  expect(await closingOf(open())).toEqual([1008, 'run-ended'])
  expect((await ask(`${url}/api/runs/${id}/record.jsonl`)).text).not.toMatch('paused')
})

test('WebSocket /api/runs/:id/events/ws gives an address eight places', async (context) => {
  const { open } = await openSockets(context)
  const sockets = Array.from({ length: 8 }, () => open())
  await Promise.all(sockets.map((socket) => once(socket, 'open')))
  const ninth = open()
  const [error] = (await once(ninth, 'error')) as [Error]
  expect(error.message).toMatch('hang up')
  sockets[0]?.close()
  await once(sockets[0]!, 'close')
  await expect
    .poll(() =>
      once(open(), 'open').then(
        () => 'open',
        () => 'refused',
      ),
    )
    .toBe('open')
})
