import { expect, test } from 'vitest'
import { HlsSessions } from './hls-sessions.ts'
import { startOriginServer } from './test-support/origin-server.ts'
import { RawHttp } from './test-support/raw-http.ts'

const files = { 'a.ts': Buffer.alloc(5000), 'master.m3u8': '#EXTM3U\n' }
const cmcd = (text: string): string => `?CMCD=${encodeURIComponent(text)}`

test('HlsSessions tells what each player of HLS has said by query and headers, and got', async (context) => {
  const server = await startOriginServer(context, { files })
  const client = await RawHttp.open(context, server.port)
  const agent = 'User-Agent: hls.js'
  await client.ask(`/hls/v7/master.m3u8${cmcd('sid="one",su,com.example-x="?"')}`, [agent])
  await client.ask(`/hls/v7/a.ts${cmcd('sid="one",bl=2100,br=3200,mtp=5000')}`, [agent])
  await client.ask('/hls/v7/a.ts', [agent, 'CMCD-Request: bl=900,bs', 'CMCD-Session: sid="one"'])
  await client.ask(`/hls/v7/none.ts${cmcd('bl=4000')}`, ['User-Agent: another'])
  await client.ask('/hls/v7/a.ts', [agent]) // says nothing
  await client.ask(`/hls/v7/a.ts${cmcd('br=fast')}`, [agent]) // nothing that can be read
  await expect.poll(() => server.sessions.count).toBe(2)
  const [one, another] = server.sessions.list()
  expect(one).toMatchObject({
    sid: 'one',
    address: '127.0.0.1',
    userAgent: 'hls.js',
    video: 'v7',
    requests: 3,
    refusedRequests: 0,
    starvedRequests: 1,
    leastBufferMs: 900,
    newest: { sid: 'one', su: true, bl: 900, br: 3200, mtp: 5000, bs: true },
  })
  expect(one?.newest).not.toHaveProperty('com.example-x')
  expect(one?.sentBytes).toBeGreaterThan(10_000)
  expect(one?.sentBytes).toBeLessThan(12_000) // two segments, a playlist and three heads
  expect(another).toMatchObject({ userAgent: 'another', requests: 1, refusedRequests: 1, newest: { bl: 4000 } })
  expect(another).not.toHaveProperty('sid')
  expect(server.sessions.starvedRequests).toBe(1)
})

test('HlsSessions keeps those that asked last, and lists those of the last two minutes', async (context) => {
  let nowUnixMs = 1_000_000
  const sessions = new HlsSessions({ mostSessions: 3, nowUnixMs: () => nowUnixMs })
  const server = await startOriginServer(context, { files, sessions })
  const client = await RawHttp.open(context, server.port)
  const sids = (): (string | undefined)[] => sessions.list().map(({ sid }) => sid)
  for (const sid of ['a', 'b', 'c', 'a', 'd']) {
    nowUnixMs += 50_000
    await client.ask(`/hls/v7/master.m3u8${cmcd(`sid="${sid}"`)}`)
    await expect.poll(() => sids().at(-1)).toBe(sid)
  }
  expect(sids()).toEqual(['c', 'a', 'd']) // b had asked before them
  nowUnixMs += 50_000
  expect(sids()).toEqual(['a', 'd'])
})
