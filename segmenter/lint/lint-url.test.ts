import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test, type TestContext } from 'vitest'
import type { Finding } from './finding.ts'
import { lintUrl, type LintOptions } from './lint.ts'
import { rulesOf } from './test-support/rules-of.ts'

type Resource = {
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly status?: number
}
type Origin = (path: string, request: IncomingMessage) => Resource | undefined

const cues = 'WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nword\n'
const open = { 'Access-Control-Allow-Origin': '*' }
const vtt = { ...open, 'Content-Type': 'text/vtt', 'Cache-Control': 'max-age=31536000, immutable', ETag: '"s"' }
const m3u8 = { ...open, 'Content-Type': 'application/vnd.apple.mpegurl', 'Cache-Control': 'no-cache', ETag: '"p"' }

function listOf(numbers: readonly number[], ...more: readonly string[]): string {
  const head = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:1', `#EXT-X-MEDIA-SEQUENCE:${numbers[0]}`]
  return [...head, ...numbers.flatMap((number) => ['#EXTINF:1.000,', `${number}.vtt`]), ...more, ''].join('\n')
}

const rightOrigin: Origin = (path) =>
  path.endsWith('.vtt') ? { body: cues, headers: vtt } : { body: listOf([0, 1, 2, 3], '#EXT-X-ENDLIST'), headers: m3u8 }

/** Serves as an origin ought to, but for what `answer` says. */
async function lintOrigin(
  context: TestContext,
  answer: Origin,
  options: Partial<LintOptions> = {},
): Promise<Finding[]> {
  const server = createServer((request, response) => send(request, response, answer(request.url ?? '', request)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const result = await lintUrl(new URL(`http://127.0.0.1:${port}/v/index.m3u8`), 'test', {
    ffprobe: undefined,
    ...options,
  })
  server.closeAllConnections()
  return [...result.findings]
}

function send(request: IncomingMessage, response: ServerResponse, resource: Resource | undefined): void {
  if (resource === undefined) return void response.writeHead(404).end()
  const { body, headers = {}, status = 200 } = resource
  const bytes = Buffer.from(body)
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
  if (headers['ETag'] !== undefined && request.headers['if-none-match'] === headers['ETag']) {
    return void response.writeHead(304, headers).end()
  }
  if (range === null || status !== 200 || headers['Accept-Ranges'] === 'none')
    return void response.writeHead(status, headers).end(bytes)
  const [from, to] = [Number(range[1]), Number(range[2])]
  response.writeHead(206, { ...headers, 'Content-Range': `bytes ${from}-${to}/${bytes.length}` })
  response.end(bytes.subarray(from, to + 1))
}

/** The right origin with other headers for playlists or for segments; `undefined` takes one away. */
function withHeaders(end: string, change: Readonly<Record<string, string | undefined>>): Origin {
  return (path, request) => {
    const resource = rightOrigin(path, request)
    if (resource === undefined || !path.endsWith(end)) return resource
    const headers = Object.entries({ ...resource.headers, ...change }).filter(([, value]) => value !== undefined)
    return { ...resource, headers: Object.fromEntries(headers) as Record<string, string> }
  }
}

let tags = 0

/** As if all had changed at each request. */
const withNewTags: Origin = (path, request) => {
  const { body = '' } = rightOrigin(path, request) ?? {}
  tags += 1
  return { body, headers: { ...(path.endsWith('.vtt') ? vtt : m3u8), ETag: `"${tags}"` } }
}

test('lintUrl finds nothing wrong with an origin that does all that it should', async (context) => {
  expect(await lintOrigin(context, rightOrigin)).toEqual([])
})

/** A list that no one could tell for one: neither its path nor its type says it. */
const withPlainName: Origin = (path, request) => {
  if (path === '/v/index.m3u8') return { body: '', status: 302, headers: { Location: '/v/list' } }
  if (path !== '/v/list') return rightOrigin(path, request)
  return { body: listOf([0, 1, 2, 3], '#EXT-X-ENDLIST'), headers: { ...m3u8, 'Content-Type': 'text/plain' } }
}

/** Byte ranges from a server that sends the whole. */
const withoutRanges: Origin = (path) => {
  if (path.endsWith('.vtt')) return { body: cues, headers: { ...vtt, 'Accept-Ranges': 'none' } }
  const whole = `#EXT-X-BYTERANGE:${cues.length}@0`
  const text = listOf([0], '#EXT-X-ENDLIST').replace('VERSION:3', 'VERSION:4').replace('#EXTINF', `${whole}\n#EXTINF`)
  return { body: text, headers: m3u8 }
}

const manyLines = listOf([0], ...Array.from({ length: 300 }, () => '# a comment'), '#EXT-X-ENDLIST')

const faults: readonly { readonly rule: string; readonly severity?: 'warning' | 'note'; readonly origin: Origin }[] = [
  {
    rule: 'http-playlist-type-odd',
    severity: 'warning',
    origin: withHeaders('.m3u8', { 'Content-Type': 'text/plain' }),
  },
  { rule: 'http-segment-type', severity: 'warning', origin: withHeaders('.vtt', { 'Content-Type': 'text/plain' }) },
  { rule: 'http-cors', severity: 'warning', origin: withHeaders('.vtt', { 'Access-Control-Allow-Origin': undefined }) },
  { rule: 'http-cache-missing', severity: 'warning', origin: withHeaders('.vtt', { 'Cache-Control': undefined }) },
  { rule: 'http-cache-segment', severity: 'note', origin: withHeaders('.vtt', { 'Cache-Control': 'no-store' }) },
  { rule: 'http-range-missing', severity: 'warning', origin: withHeaders('.vtt', { 'Accept-Ranges': 'none' }) },
  {
    rule: 'http-compression',
    severity: 'warning',
    origin: (path, request) =>
      path.endsWith('.m3u8') ? { body: manyLines, headers: m3u8 } : rightOrigin(path, request),
  },
  {
    rule: 'http-vary',
    origin: (path, request) =>
      path.endsWith('.m3u8')
        ? { body: gzipSync(manyLines), headers: { ...m3u8, 'Content-Encoding': 'gzip' } }
        : rightOrigin(path, request),
  },
  { rule: 'http-validator', severity: 'note', origin: withHeaders('.m3u8', { ETag: undefined }) },
  { rule: 'http-conditional', severity: 'warning', origin: withNewTags },
  { rule: 'resource', origin: (path, request) => (path.endsWith('/2.vtt') ? undefined : rightOrigin(path, request)) },
  {
    rule: 'webvtt',
    origin: (path, request) =>
      path.endsWith('/2.vtt') ? { body: `WEBVTT\n\n1 --> 2\n`, headers: vtt } : rightOrigin(path, request),
  },
  { rule: 'http-playlist-type', origin: withPlainName },
  { rule: 'http-range', origin: withoutRanges },
  { rule: 'playlist-resource', origin: () => undefined },
  { rule: 'playlist-resource', origin: () => ({ body: '', status: 302, headers: { Location: '/v/index.m3u8' } }) },
  { rule: 'playlist-resource', origin: () => ({ body: '', status: 302, headers: { Location: 'file:///etc/passwd' } }) },
]

for (const { rule, severity = 'error', origin } of faults) {
  test(`lintUrl tells of ${rule}`, async (context) => {
    const findings = await lintOrigin(context, origin)
    expect(rulesOf(findings, severity)).toEqual([rule])
    if (severity !== 'error') expect(rulesOf(findings)).toEqual([])
  })
}

test('lintUrl notes once that a key is for others, and says nothing of what it encrypts', async (context) => {
  const findings = await lintOrigin(context, (path, request) => {
    if (path.endsWith('/k')) return { body: '', status: 403 }
    if (path.endsWith('.vtt')) return { body: Buffer.alloc(64, 1), headers: vtt }
    const right = rightOrigin(path, request)
    return (
      right && { ...right, body: String(right.body).replace('#EXTINF', '#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF') }
    )
  })
  expect(findings).toMatchObject([{ rule: 'key-refused', severity: 'note', got: 'status 403: k' }])
})

test('lintUrl asks for ranges alone of a file that a list has ranges of', async (context) => {
  const asked: (string | undefined)[] = []
  const findings = await lintOrigin(context, (path, request) => {
    if (!path.endsWith('.vtt')) return withoutRanges(path, request)
    asked.push(request.headers.range)
    return rightOrigin(path, request)
  })
  expect(findings).toEqual([])
  expect(asked).toEqual([`bytes=0-${cues.length - 1}`, `bytes=0-${cues.length - 1}`, 'bytes=0-1'])
})

test('lintUrl reads no more segments of a list than it is told, of both ends', async (context) => {
  const asked: string[] = []
  await lintOrigin(
    context,
    (path, request) => {
      if (
        path.endsWith('.vtt') &&
        request.headers.range === undefined &&
        request.headers['if-none-match'] === undefined
      )
        asked.push(path)
      return path.endsWith('.vtt')
        ? rightOrigin(path, request)
        : { body: listOf([...Array(50).keys()], '#EXT-X-ENDLIST'), headers: m3u8 }
    },
    { maxSegments: 4 },
  )
  expect(asked.sort()).toEqual(['/v/0.vtt', '/v/1.vtt', '/v/48.vtt', '/v/49.vtt'])
})

/** What a growing list is at its first load, and at its second. */
const reloads: readonly {
  readonly rule: string
  readonly severity?: 'warning'
  readonly lists: readonly [string, string]
}[] = [
  { rule: 'none', lists: [listOf([4, 5, 6, 7]), listOf([5, 6, 7, 8])] },
  { rule: 'none', lists: [listOf([4, 5, 6, 7]), listOf([5, 6, 7, 8], '#EXT-X-ENDLIST')] },
  {
    rule: 'reload-target-duration',
    lists: [listOf([4, 5, 6, 7]), listOf([4, 5, 6, 7]).replace('DURATION:1', 'DURATION:2')],
  },
  {
    rule: 'reload-media-sequence',
    lists: [listOf([4, 5, 6, 7]), listOf([5, 6, 7, 8]).replace('SEQUENCE:5', 'SEQUENCE:4')],
  },
  {
    rule: 'reload-past',
    lists: [listOf([4, 5, 6, 7]), listOf([4, 5, 6, 7]).replace('1.000,\n5.vtt', '0.900,\n5.vtt')],
  },
  { rule: 'reload-past', lists: [listOf([4, 5, 6, 7]), listOf([4, 5, 6, 7]).replace('\n6.vtt', '\nsix.vtt')] },
  {
    rule: 'reload-after-end',
    lists: [listOf([4, 5, 6, 7], '#EXT-X-PLAYLIST-TYPE:VOD'), listOf([4, 5, 6, 7, 8], '#EXT-X-PLAYLIST-TYPE:VOD')],
  },
  { rule: 'reload-window', lists: [listOf([4, 5, 6, 7]), listOf([6, 7])] },
  { rule: 'reload-removed', lists: [listOf([4, 5, 6, 7, 8]), listOf([4, 5, 6, 7])] },
  { rule: 'reload-type', lists: [listOf([0, 1, 2, 3], '#EXT-X-PLAYLIST-TYPE:EVENT'), listOf([0, 1, 2, 3])] },
  {
    rule: 'reload-discontinuity-sequence',
    lists: [
      listOf([4, 5, 6, 7]).replace('#EXTINF:1.000,\n5', '#EXT-X-DISCONTINUITY\n#EXTINF:1.000,\n5'),
      listOf([6, 7, 8, 9]),
    ],
  },
]

for (const { rule, lists } of reloads) {
  test.concurrent(`lintUrl loads a growing list again and finds ${rule}`, async (context) => {
    let loads = 0
    const findings = await lintOrigin(
      context,
      (path, request) => {
        if (path.endsWith('.vtt')) return rightOrigin(path, request)
        const isCheck = request.headers['if-none-match'] !== undefined
        if (!isCheck) loads += 1
        return { body: lists[loads > 1 ? 1 : 0] as string, headers: { ...m3u8, ETag: `"${loads}"` } }
      },
      { reloads: 1 },
    )
    const found = rulesOf(findings)
    if (rule === 'none') expect(findings).toEqual([])
    else expect(found).toContain(rule)
  })
}

test('lintUrl tells of a growing list that caches would keep', async (context) => {
  const findings = await lintOrigin(
    context,
    (path, request) =>
      path.endsWith('.vtt')
        ? rightOrigin(path, request)
        : { body: listOf([0, 1, 2, 3]), headers: { ...m3u8, 'Cache-Control': 'max-age=60' } },
    { reloads: 0 },
  )
  expect(rulesOf(findings)).toEqual(['http-cache-growing'])
})

test('lintUrl asks a low-latency server to block and to skip, and tells when it does neither', async (context) => {
  const control = '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=6,PART-HOLD-BACK=1.5'
  const lowLatency = listOf([4, 5, 6, 7]).replace('VERSION:3', `VERSION:9\n${control}\n#EXT-X-PART-INF:PART-TARGET=0.5`)
  const asked: string[] = []
  const findings = await lintOrigin(
    context,
    (path, request) => {
      if (path.endsWith('.vtt')) return rightOrigin(path, request)
      const { search } = new URL(path, 'http://localhost')
      if (search !== '') asked.push(search)
      const delta = lowLatency.replace(/(#EXTINF:1.000,\n\d\.vtt\n){2}/, '#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n')
      return { body: search === '?_HLS_skip=YES' ? delta : lowLatency, headers: m3u8 }
    },
    { reloads: 1 },
  )
  expect(asked).toEqual(['?_HLS_msn=8&_HLS_part=0', '?_HLS_skip=YES'])
  expect(rulesOf(findings)).toEqual(['blocking-reload', 'delta-update'])
})
