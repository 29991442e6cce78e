import { open, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { HeldRequests } from './held-requests.ts'
import { LiveOrigin } from './live-origin.ts'
import { patternBytes } from './test-support/link-server.ts'
import { startOriginServer, type OriginServer } from './test-support/origin-server.ts'
import { RawHttp, type RawAnswer } from './test-support/raw-http.ts'

const SEGMENT = '/hls/v7/720p/00000.ts'
const PLAYLIST = '/hls/v7/720p/index.m3u8'
const segment = patternBytes(100_000)
const playlist = `#EXTM3U\n${'#EXTINF:4,\n00000.ts\n'.repeat(100)}`
const files = { '720p/00000.ts': segment, '720p/index.m3u8': playlist, 'poster.jpg': 'jpg' }
const limits = { idleMs: 60_000, slowestBitsPerSecond: 1 }

/** Asks until the answer comes from memory; a file that was just written is not trusted to stay. */
async function heat(client: RawHttp, { origin }: OriginServer, path: string, headers: string[] = []): Promise<void> {
  const before = origin.answers.memory
  while (origin.answers.memory === before) await client.ask(path, headers)
}

async function make(context: TestContext, options: Partial<Parameters<typeof startOriginServer>[1]> = {}) {
  const server = await startOriginServer(context, { files, ...options })
  return { server, client: await RawHttp.open(context, server.port) }
}

const lines = ({ head }: RawAnswer): string[] =>
  head.split('\r\n').filter((line) => !/^(?:date|x-request-id):/i.test(line))

const asked: [string, string, string[], string?][] = [
  ['a segment', SEGMENT, []],
  ['a segment’s head', SEGMENT, [], 'HEAD'],
  ['a part of a segment', SEGMENT, ['Range: bytes=10-19']],
  ['the end of a segment', SEGMENT, ['Range: bytes=-5']],
  ['several parts of a segment', SEGMENT, ['Range: bytes=0-1,4-5']],
  ['no part of a segment', SEGMENT, ['Range: bytes=100000-']],
  ['a segment that has not changed', SEGMENT, ['If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT']],
  ['a segment under any tag', SEGMENT, ['If-None-Match: *']],
  ['a playlist', PLAYLIST, []],
  ['a packed playlist', PLAYLIST, ['Accept-Encoding: gzip']],
  ['a packed playlist’s head', PLAYLIST, ['Accept-Encoding: gzip'], 'HEAD'],
  ['a part of a playlist', PLAYLIST, ['Accept-Encoding: gzip', 'Range: bytes=0-9']],
  ['a poster', '/hls/v7/poster.jpg', []],
]

test('Origin answers from memory as it does from the disk', async (context) => {
  const { server, client } = await make(context)
  for (const [name, path, headers, method] of asked) {
    const none = await startOriginServer(context, { files: {}, origin: { hotBytes: 0, limits } })
    none.folders = server.folders
    const fresh = await RawHttp.open(context, none.port)
    const disk = await fresh.ask(path, headers, method)
    const encoding = headers.filter((line) => line.startsWith('Accept-Encoding'))
    await heat(client, server, path, encoding)
    const before = server.origin.answers.memory
    const memory = await client.ask(path, headers, method)
    expect([name, lines(memory)]).toEqual([name, lines(disk)])
    expect([name, memory.body.equals(disk.body)]).toEqual([name, true])
    expect([name, server.origin.answers.memory - before]).toEqual([name, memory.status === 416 ? 0 : 1])
    expect([name, none.origin.answers.memory]).toEqual([name, 0])
  }
})

test('Origin never answers with what a file was before it was replaced', async (context) => {
  const { server, client } = await make(context)
  const path = join(server.folder, '720p/index.m3u8')
  await heat(client, server, PLAYLIST)
  for (let version = 0; version < 10; version += 1) {
    const text = `${playlist}#${String(version).padStart(3, '0')}\n`
    if (version % 2 === 0) {
      await writeFile(`${path}.new`, text)
      await rename(`${path}.new`, path)
    } else await writeFile(path, text) // the same file, of the same size, within the file system's clock
    const answers = await Promise.all([client.ask(PLAYLIST), client.ask(PLAYLIST)])
    expect(answers.map(({ body }) => body.toString() === text)).toEqual([true, true])
  }
})

const gone: [string, (server: OriginServer) => Promise<void>][] = [
  ['its file is removed', ({ folder }) => rm(join(folder, '720p/00000.ts'))],
  ['its folder is removed', ({ folder }) => rm(join(folder, '720p'), { recursive: true })],
  ['its video is removed', (server) => Promise.resolve(void (server.folders = []))],
  ['its video lies elsewhere', (server) => Promise.resolve(void (server.folders = [join(server.folder, 'other')]))],
  [
    'a symbolic link is in its place',
    async ({ folder }) => {
      await rename(join(folder, '720p/00000.ts'), join(folder, 'moved.ts'))
      await symlink(join(folder, 'moved.ts'), join(folder, '720p/00000.ts'))
    },
  ],
]
for (const [name, happens] of gone) {
  test(`Origin answers 404 at once when ${name}`, async (context) => {
    const { server, client } = await make(context)
    await heat(client, server, SEGMENT)
    await happens(server)
    expect((await client.ask(SEGMENT)).status).toBe(404)
  })
}

test('Origin answers for a live channel from nothing that it kept of a video of that name', async (context) => {
  let isLive = false
  const channel = { renditions: undefined, held: new HeldRequests(1), hasEnded: true }
  const live = new LiveOrigin({ served: () => (isLive ? channel : undefined) })
  const { server, client } = await make(context, { origin: { hotBytes: 1e8, limits, live } })
  await heat(client, server, PLAYLIST)
  isLive = true
  const { status, head } = await client.ask(PLAYLIST)
  expect(status).toBe(404)
  expect(head).toMatch(/^x-request-id: \S+$/im)
})

test('Origin tells in a playlist’s answer that it grows, and no more when it does not', async (context) => {
  const { server, client } = await make(context)
  server.folders = [server.folder, join(server.folder, 'published')]
  await heat(client, server, PLAYLIST)
  expect((await client.ask(PLAYLIST)).head).toContain('Cache-Control: no-cache')
  server.folders = [server.folder]
  expect((await client.ask(PLAYLIST)).head).toContain('Cache-Control: public, max-age=60')
})

test('Origin takes a file into memory once for many who ask together, and keeps within its bound', async (context) => {
  const many = Object.fromEntries(
    Array.from({ length: 11 }, (_, index) => [
      `720p/${String(index).padStart(5, '0')}.ts`,
      patternBytes(100_000 + index),
    ]),
  )
  const { server, client } = await make(context, { files: many, origin: { hotBytes: 1_200_000, limits } })
  const clients = await Promise.all(Array.from({ length: 10 }, () => RawHttp.open(context, server.port)))
  for (const name of Object.keys(many)) {
    await heat(client, server, `/hls/v7/${name}`)
    const answers = await Promise.all(clients.map((each) => each.ask(`/hls/v7/${name}`)))
    expect(answers.every(({ body }) => body.equals(many[name]!))).toBe(true)
    expect(server.origin.hotBytes).toBeLessThanOrEqual(1_200_000)
  }
  expect(server.origin.hotBytes).toBeGreaterThan(700_000) // nine tenths of what is for files
})

test('Origin sends ranges of a file of a gigabyte from the disk, and takes none of it into its memory for files', async (context) => {
  const { server, client } = await make(context)
  const file = await open(join(server.folder, '720p/single.ts'), 'w')
  const marks = [0, 400_000_000, 999_999_000].map((at, index) => ({ at, bytes: Buffer.alloc(1000, index + 1) }))
  for (const { at, bytes } of marks) await file.write(bytes, 0, 1000, at) // what lies between them takes no room
  await file.close()
  for (const { at, bytes } of [...marks, ...marks, ...marks]) {
    const { status, body, head } = await client.ask('/hls/v7/720p/single.ts', [`Range: bytes=${at}-${at + 999}`])
    expect([status, body.equals(bytes)]).toEqual([206, true])
    expect(head).toContain(`Content-Range: bytes ${at}-${at + 999}/1000000000`)
  }
  expect(server.origin.hotBytes).toBe(0)
  expect(server.origin.memoryBytes).toBeLessThan(2 ** 20)
})

if (inLongRun)
  test('Origin keeps what is asked for again through a scan of everything else', async (context) => {
    const names = Array.from({ length: 40 }, (_, index) => `scan/${index}.ts`)
    const scanned = Object.fromEntries(names.map((name) => [name, patternBytes(100_000)]))
    const { server, client } = await make(context, {
      files: { ...files, ...scanned },
      origin: { hotBytes: 1_200_000, limits },
    })
    await heat(client, server, '/hls/v7/scan/39.ts') // it was written last: now all are trusted to stay
    await heat(client, server, SEGMENT)
    for (const name of names.slice(0, -1)) expect((await client.ask(`/hls/v7/${name}`)).status).toBe(200)
    const before = server.origin.answers.memory
    await client.ask(SEGMENT)
    expect(server.origin.answers.memory).toBe(before + 1)
  })

test('Origin answers requests that are sent early in their order, from memory and from the disk', async (context) => {
  const { server, client } = await make(context)
  await heat(client, server, PLAYLIST)
  const paths = ['/hls/v7/poster.jpg', PLAYLIST, SEGMENT, PLAYLIST, '/hls/v7/none.ts', SEGMENT]
  const answers = await Promise.all(paths.map((path) => client.ask(path)))
  expect(answers.map(({ status, body }) => [status, status === 200 ? body.length : 0])).toEqual([
    [200, 3],
    [200, playlist.length],
    [200, segment.length],
    [200, playlist.length],
    [404, 0],
    [200, segment.length],
  ])
})

test('Origin lets go of everything when a client goes that has sent requests early', async (context) => {
  const { server } = await make(context, { files: { 'big.ts': Buffer.alloc(30_000_000) } })
  const socket = connect(server.port, '127.0.0.1')
  context.onTestFinished(() => void socket.destroy())
  socket.write('GET /hls/v7/big.ts HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10))
  await expect.poll(() => openCount(server)).toBe(10)
  socket.destroy()
  await expect.poll(() => openCount(server)).toBe(0)
  const startedMs = performance.now()
  await server.listener.drain(60_000)
  expect(performance.now() - startedMs).toBeLessThan(10_000)
})

async function openCount({ folder }: OriginServer): Promise<number> {
  const names = await readdir('/proc/self/fd')
  const paths = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
  return paths.filter((path) => path.startsWith(folder)).length
}
