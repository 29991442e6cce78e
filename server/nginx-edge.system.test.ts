import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { needs } from '../lab/test-support/clients.ts'
import { ServedClip } from '../lab/test-support/served-clip.ts'
import { repositoryFolder } from '../lab/test-support/shared-files.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import type { Channel } from '../protocol/weir-api.ts'
import { HlsAccess } from './hls-access.ts'
import { PackageEncryption } from './package-encryption.ts'
import { SegmentKeys } from './segment-keys.ts'
import { followParts, partNames } from './test-support/follow-parts.ts'
import { patternBytes } from './test-support/link-server.ts'
import { startOriginServer } from './test-support/origin-server.ts'
import { RawHttp, type RawAnswer } from './test-support/raw-http.ts'

/** nginx with the configuration of docs/nginx-edge.md, but for its ports and folders; gives its port. */
async function startEdge(context: TestContext, nginx: string, originPort: number): Promise<number> {
  const folder = temporaryFolder(context)
  mkdirSync(join(folder, 'cache'))
  const port = await freePort()
  const text = readFileSync(join(repositoryFolder, 'docs/nginx-edge.md'), 'utf8')
  const server = (/```nginx\n(.*?)```/s.exec(text)?.[1] ?? '')
    .replace('/var/cache/nginx/weir', join(folder, 'cache'))
    .replace('127.0.0.1:8080', `127.0.0.1:${originPort}`)
    .replace('listen 80', `listen 127.0.0.1:${port}`)
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`)
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const config = join(folder, 'nginx.conf')
  writeFileSync(
    config,
    `daemon off; ${user} pid ${folder}/pid; events {} http { access_log off; ${own.join(' ')}\n${server}}`,
  )
  const child = trackChild(spawn(nginx, ['-c', config, '-e', join(folder, 'error.log')], { stdio: 'inherit' }))
  context.onTestFinished(() => void child.kill('SIGTERM'))
  const statusOf = (path: string): Promise<number> =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      ({ status }) => status,
      () => 0,
    )
  await expect.poll(() => statusOf('/hls/')).toBeGreaterThanOrEqual(403) // 404, or the refusal without a token
  return port
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

const kept = ({ head }: RawAnswer): string | undefined => /^x-cache-status: (\w+)/im.exec(head)?.[1]
const segment = patternBytes(100_000)
const playlist = `#EXTM3U\n${'#EXTINF:4,\n00000.ts\n'.repeat(100)}`
const large = patternBytes(7_000_000)
const files = {
  '720p/single.ts': large,
  '720p/00000.ts': segment,
  '720p/00001.ts': segment,
  '720p/index.m3u8': playlist,
}

/** The edge before a package, and how often the origin has answered. */
async function open(context: TestContext) {
  const nginx = needs(context, 'nginx')
  const server = await startOriginServer(context, { files })
  const port = await startEdge(context, nginx, server.port)
  const answered = (): number => server.origin.answers.disk + server.origin.answers.memory
  return { server, port, answered, edge: await RawHttp.open(context, port) }
}

test('nginx in front asks once for a segment, whoever wants it and whatever of it', async (context) => {
  const { port, answered, edge } = await open(context)
  const first = await edge.ask('/hls/v7/720p/00000.ts')
  const second = await edge.ask('/hls/v7/720p/00000.ts?CMCD=bl%3D2000')
  expect([kept(first), kept(second), answered()]).toEqual(['MISS', 'HIT', 1])
  expect([first.body.equals(segment), second.body.equals(segment)]).toEqual([true, true])
  const part = await edge.ask('/hls/v7/720p/00000.ts', ['Range: bytes=10-19'])
  expect([part.status, part.body.equals(segment.subarray(10, 20))]).toEqual([206, true])
  const tag = /^etag: (.*)$/im.exec(first.head)?.[1] ?? ''
  expect((await edge.ask('/hls/v7/720p/00000.ts', [`If-None-Match: ${tag}`])).status).toBe(304)
  expect(first.head).toMatch(/^access-control-allow-origin: \*/im)

  const viewers = await Promise.all(Array.from({ length: 20 }, () => RawHttp.open(context, port)))
  const all = await Promise.all(viewers.map((viewer) => viewer.ask('/hls/v7/720p/00001.ts')))
  expect(all.map(({ status, body }) => [status, body.length])).toEqual(all.map(() => [200, segment.length]))
  expect(answered()).toBe(2)
})

test('nginx in front asks for the slices of a large file that are wanted, each once', async (context) => {
  const { answered, edge } = await open(context)
  const part = [2_000_000, 2_200_000] as const // across the first two slices of 2 MiB
  for (const state of ['MISS', 'HIT']) {
    const answer = await edge.ask('/hls/v7/720p/single.ts', [`Range: bytes=${part[0]}-${part[1] - 1}`])
    expect([answer.status, kept(answer), answered()]).toEqual([206, state, 2])
    expect(answer.body.equals(large.subarray(...part))).toBe(true)
  }
  const whole = await edge.ask('/hls/v7/720p/single.ts')
  expect([whole.status, whole.body.equals(large), answered()]).toEqual([200, true, 4])
})

test('nginx in front keeps a finished playlist for a minute, packed or plain, and asks with its tag then', async (context) => {
  const { answered, edge } = await open(context)
  const packed = await edge.ask('/hls/v7/720p/index.m3u8', ['Accept-Encoding: gzip'])
  const plain = await edge.ask('/hls/v7/720p/index.m3u8')
  expect([packed.body.length < plain.body.length, plain.body.toString()]).toEqual([true, playlist])
  for (let times = 0; times < 3; times += 1) expect(kept(await edge.ask('/hls/v7/720p/index.m3u8'))).toBe('HIT')
  expect(answered()).toBe(2)
  await expect
    .poll(async () => kept(await edge.ask('/hls/v7/720p/index.m3u8')), { timeout: 75_000, interval: 1000 })
    .toBe('REVALIDATED')
  expect(answered()).toBe(3) // 304: REVALIDATED says so
}, 90_000)

test('nginx in front asks each time for a playlist that grows', async (context) => {
  const { server, answered, edge } = await open(context)
  server.folders = [server.folder, join(server.folder, 'published')]
  for (let times = 1; times <= 3; times += 1) {
    expect(kept(await edge.ask('/hls/v7/720p/index.m3u8'))).toBe('MISS')
    expect(answered()).toBe(times)
  }
  writeFileSync(join(server.folder, '720p/index.m3u8'), `${playlist}#EXTINF:4,\n00100.ts\n`)
  expect((await edge.ask('/hls/v7/720p/index.m3u8')).body.toString()).toContain('00100.ts')
})

test('nginx in front keeps what was got by a signed address for that one, and no longer than it is good', async (context) => {
  const nginx = needs(context, 'nginx')
  const secret = 'a secret of the tests'
  const access = new HlsAccess({ secret, demand: 'all', nowUnixMs: Date.now })
  const encryption = new PackageEncryption(new SegmentKeys(secret, 1))
  const limits = { idleMs: 60_000, slowestBitsPerSecond: 1 }
  const server = await startOriginServer(context, { files, origin: { hotBytes: 0, limits, access, encryption } })
  const edge = await RawHttp.open(context, await startEdge(context, nginx, server.port))
  const signed = (seconds: number): string => `${access.signedFolder(seconds).folderOf('v7')}/720p`
  const [long, short] = [signed(600), signed(3)]
  for (const [folder, states] of [
    [long, ['MISS', 'HIT']],
    [short, ['MISS', 'HIT']],
  ] as const) {
    for (const state of states) expect(kept(await edge.ask(`${folder}/00000.ts`))).toBe(state)
  }
  const key = `${long}/ts-0.key`
  expect([kept(await edge.ask(key)), kept(await edge.ask(key))]).toEqual(['MISS', 'MISS'])
  expect((await edge.ask('/hls/v7/720p/00000.ts')).status).toBe(403)
  await expect.poll(async () => (await edge.ask(`${short}/00000.ts`)).status, { timeout: 10_000 }).toBe(403)
  expect(kept(await edge.ask(`${long}/00000.ts`))).toBe('HIT')
})

test('nginx in front lets the reloads of a low-latency player wait for their parts, several players at once, and none for another', async (context) => {
  const nginx = needs(context, 'nginx')
  needs(context, 'ffmpeg')
  const clip = await ServedClip.start({ seconds: 3, size: '320x180' })
  if (clip === undefined) return
  context.onTestFinished(() => clip.stop())
  const port = await startEdge(context, nginx, Number(new URL(clip.weir.url).port))
  const edge = `http://127.0.0.1:${port}`
  const answer = await fetch(`${edge}/api/channels`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ loop: clip.videoId }),
  })
  const { id, urls } = (await answer.json()) as Channel
  const list = `${edge}${urls.lowLatencyHls?.replace('.m3u8', '')}/index.m3u8`
  const players = await Promise.all([0, 1, 2].map(() => followParts(list, 12)))
  for (const parts of players) {
    expect(parts.map(({ name }) => name)).toEqual(partNames(parts[0]?.name ?? '', 12))
    const seconds = ((parts.at(-1)?.atMs ?? 0) - (parts[0]?.atMs ?? 0)) / 1000 // ms to s
    expect(seconds / 11).toBeCloseTo(0.2, 1)
  }
  const togetherMs = [await nextPartMs(list, 8), await nextPartMs(list, 8), await nextPartMs(list, 8)]
  expect(Math.min(...togetherMs)).toBeLessThan(450) // nginx looks again after 500 ms for who waits for another's answer
  expect((await fetch(`${edge}/api/channels/${id}`, { method: 'DELETE' })).status).toBe(204)
})

/** How long so many viewers wait for the part that comes next, all at once. */
async function nextPartMs(list: string, viewers: number): Promise<number> {
  const hint = /PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec(await (await fetch(list)).text())?.[1] ?? ''
  const askedMs = performance.now()
  const answers = await Promise.all(
    Array.from({ length: viewers }, async () => {
      const answer = await fetch(list.replace('index.m3u8', hint))
      return [answer.status, (await answer.arrayBuffer()).byteLength > 0]
    }),
  )
  expect(answers).toEqual(answers.map(() => [200, true]))
  return performance.now() - askedMs
}
