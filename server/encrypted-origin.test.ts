import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { encryptedMultivariant, encryptedPlaylist } from '../protocol/encrypted-playlist.ts'
import { writeMediaPlaylist } from '../protocol/playlist-writer.ts'
import { HlsAccess, type TokenDemand } from './hls-access.ts'
import type { OriginOptions } from './origin.ts'
import { PackageEncryption } from './package-encryption.ts'
import { encryptSegment, SegmentKeys } from './segment-keys.ts'
import { patternBytes } from './test-support/link-server.ts'
import { startOriginServer } from './test-support/origin-server.ts'
import { RawHttp, type RawAnswer } from './test-support/raw-http.ts'

const secret = 'a secret of the tests'
const keys = new SegmentKeys(secret, 2)
const clear = patternBytes(200_000) // some reads; no multiple of 16 behind it
const names = ['00000.ts', '00001.ts', '00002.ts']
const segments = names.map((uri) => ({ uri, durationSeconds: 4 }))
const playlist = writeMediaPlaylist({ targetDurationSeconds: 4, segments, ended: true })
const master = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000\n720p/index.m3u8\n'
const files = {
  'master.m3u8': `${master}#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="720p/iframes.m3u8"\n`,
  '720p/index.m3u8': playlist,
  '720p/iframes.m3u8': playlist.replace('#EXTINF', '#EXT-X-I-FRAMES-ONLY\n#EXTINF'),
  '720p/single.m3u8': playlist.replaceAll(/\d+\.ts/g, 'media.ts'),
  '720p/00000.ts': clear,
  '720p/00001.ts': clear,
  '720p/00002.ts': clear,
  '720p/00000.m4s': clear,
  '720p/00003.ts': '',
  '720p/media.ts': clear,
  '720p/init.mp4': 'init',
  '720p/other.mp4': clear,
  '720p/outline.json': '{}',
  'subtitles/00000.vtt': 'WEBVTT\n',
  'poster.jpg': 'jpg',
}
const encryptedAt = (sequence: number, ending = 'ts', of = keys): Buffer =>
  encryptSegment(clear, of.of('v7', '720p', { ending, sequence }))

type Options = { readonly demand?: TokenDemand; readonly hotBytes?: number; readonly keys?: SegmentKeys }

async function open(context: TestContext, { demand = 'keys', hotBytes = 1e8, keys: own = keys }: Options = {}) {
  const access = new HlsAccess({ secret, demand, nowUnixMs: Date.now })
  const limits = { idleMs: 60_000, slowestBitsPerSecond: 1 }
  const origin: OriginOptions = { hotBytes, limits, access, encryption: new PackageEncryption(own) }
  const server = await startOriginServer(context, { files, origin })
  return { server, client: await RawHttp.open(context, server.port), folder: access.folderOf('v7') }
}

const field = ({ head }: RawAnswer, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)\r$`, 'im').exec(head)?.[1]

test.for([
  ['from the disk', 0],
  ['from memory', 1e8],
] as const)(
  'every segment leaves encrypted %s, whole and in part, and with a length and a tag of its own',
  async ([, hotBytes], context) => {
    const { server, client } = await open(context, { hotBytes })
    const path = '/hls/v7/720p/00001.ts'
    const whole = encryptedAt(1)
    const before = server.origin.answers.memory
    do {
      const answer = await client.ask(path)
      expect([answer.status, answer.body.equals(whole)]).toEqual([200, true])
      expect(field(answer, 'content-length')).toBe(String(whole.length))
      expect(field(answer, 'content-type')).toBe('video/mp2t')
    } while (hotBytes > 0 && server.origin.answers.memory < before + 2)

    for (const [asked, first, last] of [
      ['0-0', 0, 0],
      ['15-16', 15, 16],
      ['65535-65536', 65_535, 65_536], // where one read ends and the next begins
      ['1000-', 1000, whole.length - 1],
      ['-20', whole.length - 20, whole.length - 1],
      [`${whole.length - 1}-`, whole.length - 1, whole.length - 1],
    ] as const) {
      const part = await client.ask(path, [`Range: bytes=${asked}`])
      expect([asked, part.status, part.body.equals(whole.subarray(first, last + 1))]).toEqual([asked, 206, true])
      expect(field(part, 'content-range')).toBe(`bytes ${first}-${last}/${whole.length}`)
    }
    expect((await client.ask(path, [`Range: bytes=${whole.length}-`])).status).toBe(416)

    const head = await client.ask(path, [], 'HEAD')
    expect([field(head, 'content-length'), field(head, 'last-modified')]).toEqual([String(whole.length), undefined])
    const tag = field(head, 'etag') ?? ''
    expect((await client.ask(path, [`If-None-Match: ${tag}`])).status).toBe(304)
    const other = await open(context, { keys: new SegmentKeys('another secret of tests', 2) })
    other.server.folders = server.folders
    expect((await other.client.ask(path, [`If-None-Match: ${tag}`])).status).toBe(200) // the same file, and other bytes
    expect((await other.client.ask(path, ['If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT'])).status).toBe(200)
  },
)

test('segments of two kinds and of the next key are encrypted otherwise; behind a link as beside it', async (context) => {
  const { client } = await open(context)
  for (const [name, bytes] of [
    ['00000.ts', encryptedAt(0)],
    ['00000.m4s', encryptedAt(0, 'm4s')],
    ['00002.ts', encryptedAt(2)],
    ['00003.ts', encryptSegment(Buffer.alloc(0), keys.of('v7', '720p', { ending: 'ts', sequence: 3 }))],
  ] as const) {
    for (const before of ['', '/link/default']) {
      const answer = await client.ask(`${before}/hls/v7/720p/${name}`)
      expect([before, name, answer.body.equals(bytes)]).toEqual([before, name, true])
      const part = await client.ask(`${before}/hls/v7/720p/${name}`, ['Range: bytes=3-12'])
      expect(part.body.equals(bytes.subarray(3, 13))).toBe(true)
    }
  }
})

test('the playlists name keys and no I-frame lists, growing and finished ones, packed and plain', async (context) => {
  const { server, client } = await open(context)
  for (const folders of [[server.folder], [server.folder, join(server.folder, 'published')]]) {
    server.folders = folders
    for (let times = 0; times < 3; times += 1) {
      expect((await client.ask('/hls/v7/master.m3u8')).body.toString()).toBe(encryptedMultivariant(master))
      const list = await client.ask('/hls/v7/720p/index.m3u8')
      expect(list.body.toString()).toBe(encryptedPlaylist(playlist, 2))
      expect(field(list, 'last-modified')).toBeUndefined() // another configuration makes another one of the same file
    }
  }
  expect((await client.ask('/link/default/hls/v7/720p/index.m3u8')).body.toString()).toBe(
    encryptedPlaylist(playlist, 2),
  )
})

test.for(['720p/iframes.m3u8', '720p/single.m3u8', '720p/media.ts', '720p/other.mp4'])(
  'what would leave clear is refused: %s',
  async (name, context) => {
    const { client } = await open(context)
    for (const before of ['', '/link/default']) {
      const answer = await client.ask(`${before}/hls/v7/${name}`)
      expect([answer.status, answer.body.toString()]).toEqual([409, expect.stringContaining('"not-encryptable"')])
    }
  },
)

test('what needs no key stays as it is', async (context) => {
  const { client } = await open(context)
  for (const name of ['720p/init.mp4', '720p/outline.json', 'subtitles/00000.vtt', 'poster.jpg'] as const) {
    const answer = await client.ask(`/hls/v7/${name}`)
    expect([name, answer.status, answer.body.toString()]).toEqual([name, 200, files[name]])
  }
})

test('a key is told by a signed address alone, and nobody keeps it', async (context) => {
  const { client, folder } = await open(context)
  for (const before of ['', '/link/default']) {
    const answer = await client.ask(`${before}${folder}/720p/ts-1.key`)
    expect([answer.status, answer.body.equals(keys.of('v7', '720p', { ending: 'ts', sequence: 2 }).key)]).toEqual([
      200,
      true,
    ])
    expect([field(answer, 'cache-control'), field(answer, 'content-length')]).toEqual(['no-store', '16'])
    expect(field(answer, 'access-control-allow-origin')).toBe('*')
    const refused = await client.ask(`${before}/hls/v7/720p/ts-1.key`)
    expect([refused.status, refused.body.toString()]).toEqual([403, expect.stringContaining('"signature-missing"')])
  }
  expect((await client.ask(`${folder}/720p/ts-1.key`, [], 'HEAD')).status).toBe(200)
  expect((await client.ask(`${folder}/none/ts-1.key`)).status).toBe(404)
  expect((await client.ask(`${folder}/720p/ts-01.key`)).status).toBe(404)
  expect((await client.ask(`${folder}/720p/vtt-1.key`)).status).toBe(404)
})

test('a client that goes away leaves no buffer behind, and a file written anew is another one', async (context) => {
  const { server, client } = await open(context, { hotBytes: 0 })
  await client.ask('/hls/v7/720p/00000.ts')
  const idle = server.origin.memoryBytes
  const part = await client.ask('/hls/v7/720p/00000.ts', ['Range: bytes=0-9'])
  expect(part.status).toBe(206)
  for (let times = 0; times < 3; times += 1) {
    const leaving = await RawHttp.open(context, server.port)
    void leaving.ask('/hls/v7/720p/00000.ts').catch(() => undefined)
    await new Promise((resolve) => leaving.socket.once('data', resolve))
    leaving.socket.destroy()
  }
  await expect.poll(() => server.listener.openConnections).toBe(1)
  await client.ask('/hls/v7/720p/00000.ts')
  expect(server.origin.memoryBytes).toBeLessThanOrEqual(2 * idle)
  await writeFile(join(server.folder, '720p/00000.ts'), 'short')
  expect((await client.ask('/hls/v7/720p/00000.ts')).body.length).toBe(16)
  await rm(join(server.folder, '720p/00000.ts'))
  expect((await client.ask('/hls/v7/720p/00000.ts')).status).toBe(404)
})
