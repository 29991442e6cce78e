import express from 'express'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Gate } from './gate.ts'
import { HttpListener } from './http-listener.ts'
import { HttpThroughLink } from './http-through-link.ts'
import { Links } from './links.ts'
import { Origin } from './origin.ts'

const segment = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))
const playlist = '#EXTM3U\n#EXT-X-VERSION:3\n'
const outline = JSON.stringify({ format: 'weir-outline', rows: 'x'.repeat(3000) })
const writtenMs = Date.parse('2026-11-22T10:00:00.500Z')
const tagOf = (text: string): string => `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`

let folder = ''
let port = 0
const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
let listener: HttpListener

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-origin-'))
  for (const name of ['ready', 'growing.tmp', 'moving']) await writePackage(join(folder, name))
  await writeFile(join(folder, 'secret.ts'), 'secret')
  await symlink(join(folder, 'secret.ts'), join(folder, 'ready/720p/linked.ts'))
  await symlink(folder, join(folder, 'ready/outside'))
  await mkdir(join(folder, 'ready/720p/folder.ts'))
  const folders: Record<string, string[]> = {
    ready7: [join(folder, 'ready')],
    growing7: [join(folder, 'growing.tmp'), join(folder, 'growing')],
    moving7: [join(folder, 'moving.tmp'), join(folder, 'moving')], // published, but the library has not heard of it yet
  }
  const origin = new Origin({ packageFolders: (id) => folders[id] ?? [] })
  const gate = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: undefined })
  const logger = pino({ level: 'silent' })
  const throughLink = new HttpThroughLink(links)
  listener = new HttpListener({ origin, throughLink, app: express(), gate, upgrades: {}, logger })
  port = await listener.listen('127.0.0.1', 0)
})

afterAll(async () => {
  await listener.drain(0)
  links.close()
  await rm(folder, { recursive: true })
})

async function writePackage(path: string): Promise<void> {
  await mkdir(join(path, '720p'), { recursive: true })
  await mkdir(join(path, '.work'))
  const files = {
    'master.m3u8': playlist,
    '720p/index.m3u8': playlist,
    '720p/00000.ts': segment,
    '720p/00001.ts': '',
    '720p/outline.json': outline,
    '720p/00000.aac': 'sound',
    '720p/00000.vtt': 'WEBVTT\n',
    '720p/init.mp4': 'init',
    '720p/00000.m4s': segment,
    'poster.jpg': 'jpg',
    'thumbnails.vtt': 'WEBVTT\n',
    '.work/scratch.ts': 'scratch',
    'notes.txt': 'notes',
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
  await utimes(join(path, '720p/00000.ts'), writtenMs / 1000, writtenMs / 1000)
}

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer }

/** Raw: the path goes out as it is, and no header is added. */
function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}

const SEGMENT = '/hls/ready7/720p/00000.ts'
const modified = new Date(writtenMs).toUTCString()

const FOREVER = 'public, max-age=31536000, immutable'
const whole: [string, string, Record<string, string | undefined>][] = [
  [
    'a segment',
    SEGMENT,
    {
      'content-type': 'video/mp2t',
      'content-length': '1000',
      'accept-ranges': 'bytes',
      'last-modified': modified,
      'cache-control': FOREVER,
      'access-control-allow-origin': '*',
      'access-control-expose-headers':
        'Content-Length, Content-Range, Accept-Ranges, ETag, Last-Modified, Date, X-Request-Id',
    },
  ],
  ['a segment asked for with a query', `${SEGMENT}?_HLS_x=1`, { 'content-type': 'video/mp2t' }],
  [
    'a segment of packed audio',
    '/hls/ready7/720p/00000.aac',
    { 'content-type': 'audio/aac', 'cache-control': 'public, max-age=31536000, immutable' },
  ],
  ['a segment of subtitles', '/hls/ready7/720p/00000.vtt', { 'content-type': 'text/vtt; charset=utf-8' }],
  ['an empty file', '/hls/ready7/720p/00001.ts', { 'content-length': '0' }],
  ['a segment of a growing video', '/hls/growing7/720p/00000.ts', { 'cache-control': FOREVER }],
  [
    'a growing playlist',
    '/hls/growing7/720p/index.m3u8',
    {
      'content-type': 'application/vnd.apple.mpegurl',
      'cache-control': 'no-cache',
      etag: tagOf(playlist),
      'last-modified': undefined,
      'accept-ranges': undefined,
      vary: 'Accept-Encoding',
    },
  ],
  [
    'a finished playlist',
    '/hls/ready7/master.m3u8',
    { 'cache-control': 'public, max-age=60', etag: tagOf(playlist), 'accept-ranges': 'bytes' },
  ],
  [
    'an outline',
    '/hls/ready7/720p/outline.json',
    { 'content-type': 'application/json', 'content-encoding': undefined },
  ],
  ['a poster', '/hls/ready7/poster.jpg', { 'content-type': 'image/jpeg', 'cache-control': 'public, max-age=60' }],
  [
    'thumbnails',
    '/hls/ready7/thumbnails.vtt',
    { 'content-type': 'text/vtt; charset=utf-8', 'cache-control': 'public, max-age=60' },
  ],
  ['an initialization section', '/hls/ready7/720p/init.mp4', { 'content-type': 'video/mp4', 'cache-control': FOREVER }],
  [
    'a segment of fragmented MP4',
    '/hls/ready7/720p/00000.m4s',
    { 'content-type': 'video/iso.segment', 'cache-control': FOREVER },
  ],
  ['a file that has just moved', '/hls/moving7/720p/00000.ts', { 'content-length': '1000' }],
]
for (const [name, path, headers] of whole) {
  test(`Origin sends ${name}`, async () => {
    const answer = await ask(path)
    expect(answer.status).toBe(200)
    for (const [header, value] of Object.entries(headers))
      expect([header, answer.headers[header]]).toEqual([header, value])
  })
}

const ranges: [string, OutgoingHttpHeaders, number, string | undefined, Buffer][] = [
  ['bytes 10 to 19', { range: 'bytes=10-19' }, 206, 'bytes 10-19/1000', segment.subarray(10, 20)],
  ['the last 5 bytes', { range: 'bytes=-5' }, 206, 'bytes 995-999/1000', segment.subarray(995)],
  ['from byte 990', { range: 'bytes=990-' }, 206, 'bytes 990-999/1000', segment.subarray(990)],
  ['two ranges, whole', { range: 'bytes=0-1,4-5' }, 200, undefined, segment],
  ['a range of another file, whole', { range: 'bytes=0-1', 'if-range': '"other"' }, 200, undefined, segment],
  ['a range of this date', { range: 'bytes=0-1', 'if-range': modified }, 206, 'bytes 0-1/1000', segment.subarray(0, 2)],
]
for (const [name, headers, status, contentRange, body] of ranges) {
  test(`Origin sends ${name}`, async () => {
    const answer = await ask(SEGMENT, headers)
    expect([answer.status, answer.headers['content-range']]).toEqual([status, contentRange])
    expect(answer.body.equals(body)).toBe(true)
  })
}

test('Origin answers 416 beyond the end with the size, not cacheable', async () => {
  const { status, headers, body } = await ask(SEGMENT, { range: 'bytes=1000-' })
  expect([status, headers['content-range'], headers['cache-control']]).toEqual([416, 'bytes */1000', 'no-store'])
  expect(JSON.parse(body.toString())).toMatchObject({ code: 'range-not-satisfiable' })
})

test('Origin answers HEAD with the head of GET, and no range', async () => {
  const { status, headers, body } = await ask(SEGMENT, { range: 'bytes=0-1' }, 'HEAD')
  expect([status, headers['content-length'], body.length]).toEqual([200, '1000', 0])
})

test('Origin answers 304 without a body to the tag it gave, and to the date', async () => {
  const { headers } = await ask(SEGMENT)
  for (const condition of [{ 'if-none-match': headers.etag! }, { 'if-modified-since': modified }]) {
    const again = await ask(SEGMENT, condition)
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, headers.etag])
  }
  expect((await ask(SEGMENT, { 'if-none-match': '"other"', 'if-modified-since': modified })).status).toBe(200)
})

test('Origin answers 304 to the hash of a growing playlist until it grows', async () => {
  const path = '/hls/growing7/master.m3u8'
  expect((await ask(path, { 'if-none-match': tagOf(playlist) })).status).toBe(304)
  await writeFile(join(folder, 'growing.tmp/master.new'), `${playlist}#more\n`)
  await rename(join(folder, 'growing.tmp/master.new'), join(folder, 'growing.tmp/master.m3u8'))
  const grown = await ask(path, { 'if-none-match': tagOf(playlist) })
  expect([grown.status, grown.headers.etag]).toEqual([200, tagOf(`${playlist}#more\n`)])
})

test('Origin ignores a range of a growing playlist', async () => {
  expect((await ask('/hls/growing7/720p/index.m3u8', { range: 'bytes=0-1' })).status).toBe(200)
})

test('Origin packs large texts for who takes gzip, under another tag', async () => {
  const path = '/hls/ready7/720p/outline.json'
  const packed = await ask(path, { 'accept-encoding': 'br, gzip' })
  expect(packed.headers['content-encoding']).toBe('gzip')
  expect(packed.headers.etag).toBe(tagOf(outline).replace(/"$/, '-gzip"'))
  expect(packed.headers['content-length']).toBe(String(packed.body.length))
  expect(gunzipSync(packed.body).toString()).toBe(outline)
  const plain = await ask(path, { 'accept-encoding': 'gzip;q=0' })
  expect([plain.headers['content-encoding'], plain.headers.etag]).toEqual([undefined, tagOf(outline)])
})

test('Origin answers the preflight of a Range and of CMCD from any page', async () => {
  const { status, headers } = await ask(
    SEGMENT,
    { origin: 'http://other.example', 'access-control-request-headers': 'range' },
    'OPTIONS',
  )
  expect([status, headers['access-control-allow-origin']]).toEqual([204, '*'])
  const allowed = String(headers['access-control-allow-headers']).split(', ')
  expect(allowed).toEqual(
    expect.arrayContaining(['Range', 'CMCD-Request', 'CMCD-Object', 'CMCD-Status', 'CMCD-Session']),
  )
})

test('Origin answers 405 with Allow to other methods', async () => {
  const { status, headers } = await ask(SEGMENT, {}, 'DELETE')
  expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
})

const absent: [string, string][] = [
  ['an unknown video', '/hls/nobody7/master.m3u8'],
  ['an unknown segment', '/hls/ready7/720p/99999.ts'],
  ['an unknown variant', '/hls/ready7/1080p/00000.ts'],
  ['a folder', '/hls/ready7/720p/folder.ts'],
  ['another kind of file', '/hls/ready7/notes.txt'],
  ['scratch files', '/hls/ready7/.work/scratch.ts'],
  ['a path upwards', '/hls/ready7/../secret.ts'],
  ['a path upwards, encoded', '/hls/ready7/%2e%2e/secret.ts'],
  ['a path upwards, with an encoded slash', '/hls/ready7/..%2fsecret.ts'],
  ['a path upwards, with a backslash', '/hls/ready7/..\\secret.ts'],
  ['a NUL', '/hls/ready7/720p/00000.ts%00.ts'],
  ['an empty element', '/hls/ready7//master.m3u8'],
  ['a deeper path', '/hls/ready7/720p/720p/00000.ts'],
  ['a link to a file', '/hls/ready7/720p/linked.ts'],
  ['a link to a folder', '/hls/ready7/outside/secret.ts'],
]
for (const [name, path] of absent) {
  test(`Origin answers 404 to ${name}`, async () => {
    const { status, headers, body } = await ask(path)
    expect(status).toBe(404)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(body.toString()).not.toContain('"secret"')
  })
}

test('Origin goes on after a player that went away in the middle', async () => {
  await writeFile(join(folder, 'ready/720p/big.ts'), Buffer.alloc(20_000_000))
  await new Promise<void>((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path: '/hls/ready7/720p/big.ts' }, (response) => {
      response.once('data', () => asked.destroy())
    })
    asked.on('error', () => undefined)
    asked.once('close', resolve)
    asked.end()
  })
  expect((await ask(SEGMENT)).status).toBe(200)
})
