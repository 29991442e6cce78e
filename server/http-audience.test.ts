import { expect, test } from 'vitest'
import { startLinkServer, patternBytes } from './test-support/link-server.ts'
import { RawHttp } from './test-support/raw-http.ts'

test('HttpAudience lists what players ask for behind a link: bytes, user agent, CMCD of query and headers', async (context) => {
  const server = await startLinkServer(context, { 'a.ts': patternBytes(5000) })
  const { id } = server.links.create({ seed: 1, downlink: {} })
  const client = await RawHttp.open(context, server.port)
  const path = server.through(id, 'a.ts')
  const agent = 'User-Agent: VLC/3.0.24'
  await client.ask(`${path}?CMCD=br%3D3200%2Csid%3D%22a%22`, [agent])
  await client.ask(path, ['CMCD-Request: bl=2100,mtp=5000', 'CMCD-Session: sid="b"', 'Sec-Fetch-Site: same-origin'])
  await client.ask(server.through(id, 'none.ts'), ['CMCD-Request: br=fast'])
  const { audience } = server
  await expect.poll(() => audience.of(id).length).toBe(3)
  expect(audience.of(id)).toMatchObject([
    { method: 'GET', path, status: 200, bodyBytes: 5000, userAgent: 'VLC/3.0.24', cmcd: { br: 3200, sid: 'a' } },
    { isOfOurPage: true, cmcd: { bl: 2100, mtp: 5000, sid: 'b' } },
    { isOfOurPage: false, status: 404 },
  ])
  expect('cmcd' in (audience.of(id)[2] ?? {})).toBe(false)
  expect([audience.openConnections, audience.of('default')]).toEqual([1, []])
  client.socket.destroy()
  await expect.poll(() => audience.openConnections).toBe(0)
})

test('HttpAudience keeps the newest 100 of a link', async (context) => {
  const server = await startLinkServer(context, { 'a.ts': patternBytes(10) })
  const client = await RawHttp.open(context, server.port)
  const path = (count: number) => server.through('default', `a.ts?${count}`)
  for (let count = 1; count <= 105; count += 1) await client.ask(path(count))
  await client.ask(server.through('default', 'b.ts'))
  const { audience } = server
  await expect.poll(() => audience.of('default').at(-1)?.status).toBe(404)
  expect(audience.of('default').length).toBe(100)
})
