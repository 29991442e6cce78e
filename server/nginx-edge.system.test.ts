import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { repositoryFolder } from '../lab/test-support/shared-files.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { patternBytes } from './test-support/link-server.ts'
import { startOriginServer } from './test-support/origin-server.ts'
import { RawHttp, type RawAnswer } from './test-support/raw-http.ts'

const hasNginx = ((): boolean => {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** nginx with the configuration of docs/nginx-edge.md, but for its ports and folders; gives its port. */
async function startEdge(context: TestContext, originPort: number): Promise<number> {
  const folder = temporaryFolder(context)
  mkdirSync(join(folder, 'cache'))
  const port = await freePort()
  const text = readFileSync(join(repositoryFolder, 'docs/nginx-edge.md'), 'utf8')
  const server = (/```nginx\n(.*?)```/s.exec(text)?.[1] ?? '')
    .replace('/var/cache/nginx/weir', join(folder, 'cache'))
    .replace('127.0.0.1:8080', `127.0.0.1:${originPort}`)
    .replace('listen 80', `listen 127.0.0.1:${port}`)
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`)
  const config = join(folder, 'nginx.conf')
  writeFileSync(
    config,
    `daemon off; user root; pid ${folder}/pid; events {} http { access_log off; ${own.join(' ')}\n${server}}`,
  )
  const child = trackChild(spawn('nginx', ['-c', config, '-e', join(folder, 'error.log')], { stdio: 'inherit' }))
  context.onTestFinished(() => void child.kill('SIGTERM'))
  await expect
    .poll(() =>
      fetch(`http://127.0.0.1:${port}/hls/`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(404)
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

const cacheStatus = ({ head }: RawAnswer): string | undefined => /^x-cache-status: (\w+)/im.exec(head)?.[1]

test.runIf(inLongRun && hasNginx)(
  'nginx in front keeps segments, asks again for playlists, and for growing ones each time',
  async (context) => {
    const segment = patternBytes(100_000)
    const playlist = `#EXTM3U\n${'#EXTINF:4,\n00000.ts\n'.repeat(100)}`
    const server = await startOriginServer(context, {
      files: { '720p/00000.ts': segment, '720p/index.m3u8': playlist },
    })
    const edge = await RawHttp.open(context, await startEdge(context, server.port))
    const answered = (): number => server.origin.answers.disk + server.origin.answers.memory

    const first = await edge.ask('/hls/v7/720p/00000.ts')
    const second = await edge.ask('/hls/v7/720p/00000.ts?CMCD=bl%3D2000')
    expect([cacheStatus(first), cacheStatus(second), answered()]).toEqual(['MISS', 'HIT', 1])
    expect([first.body.equals(segment), second.body.equals(segment)]).toEqual([true, true])
    const part = await edge.ask('/hls/v7/720p/00000.ts', ['Range: bytes=10-19'])
    expect([part.status, part.body.equals(segment.subarray(10, 20))]).toEqual([206, true])
    const tag = /^etag: (.*)$/im.exec(first.head)?.[1] ?? ''
    expect((await edge.ask('/hls/v7/720p/00000.ts', [`If-None-Match: ${tag}`])).status).toBe(304)
    expect(answered()).toBe(1)

    const packed = await edge.ask('/hls/v7/720p/index.m3u8', ['Accept-Encoding: gzip'])
    const plain = await edge.ask('/hls/v7/720p/index.m3u8')
    expect([packed.body.length < plain.body.length, plain.body.toString()]).toEqual([true, playlist])
    await expect
      .poll(async () => cacheStatus(await edge.ask('/hls/v7/720p/index.m3u8')), { timeout: 75_000, interval: 1000 })
      .toBe('REVALIDATED')

    server.folders = [server.folder, join(server.folder, 'published')] // it grows again
    const growing = '/hls/v7/720p/index.m3u8?new'
    await expect
      .poll(async () => cacheStatus(await edge.ask(growing)), { timeout: 75_000, interval: 1000 })
      .not.toBe('HIT')
    const before = answered()
    for (let count = 0; count < 3; count += 1) await edge.ask(growing)
    expect(answered()).toBe(before + 3)
  },
  180_000,
)
