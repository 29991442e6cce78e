import { expect, test, type TestContext } from 'vitest'
import type { ViewerEvent } from '../stream/record.ts'
import { SideMeasuresFold } from '../stream/side-measures.ts'
import { HlsClient, type HlsClientOptions } from './hls-client.ts'
import { HttpGetter } from './http-get.ts'
import { mediaList, serveSmallHls, type SmallHls } from './test-support/small-hls.ts'

async function watch(context: TestContext, { url }: SmallHls, path: string, options: Partial<HlsClientOptions> = {}) {
  const getter = new HttpGetter({ userAgent: 'weir tests' })
  context.onTestFinished(() => getter.close())
  const events: ViewerEvent[] = []
  const fold = new SideMeasuresFold({ side: 'hls', frameIntervalMs: 40 })
  const client = new HlsClient({
    url: new URL(url + path),
    getter,
    lists: getter,
    abr: 'fixed',
    forMs: 10_000,
    signal: new AbortController().signal,
    tell: (event) => {
      events.push(event)
      fold.add(event)
    },
    ...options,
  })
  const end = await client.watch()
  return { end, events, measures: fold.measures(undefined), state: client.state() }
}

const kinds = (events: readonly ViewerEvent[], ...wanted: readonly ViewerEvent['kind'][]) =>
  events.filter(({ kind }) => wanted.includes(kind)).map(({ kind }) => kind)

const master = `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,FRAME-RATE=25,CODECS="avc1.4d401f"
high/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=320x180,FRAME-RATE=25,CODECS="avc1.4d401f"
low/index.m3u8
`

test.concurrent('HlsClient plays an address to its end over one connection, and tells of it', async (context) => {
  const server = await serveSmallHls(context, (path) => {
    if (path === '/master.m3u8') return { body: master }
    if (path.endsWith('.m3u8')) return { body: mediaList([0.4, 0.4, 0.2]) }
    return { body: Buffer.alloc(5000) }
  })
  const { end, events, measures, state } = await watch(context, server, '/master.m3u8')
  expect(end).toEqual({ reason: 'complete' })
  const files = ['master.m3u8', 'high/index.m3u8', 'high/s0.ts', 'high/s1.ts', 'high/s2.ts']
  expect(server.requests).toEqual(files.map((file) => `GET /${file}`))
  expect(server.connections()).toBe(1)
  expect(kinds(events, 'play-asked', 'variant-shown', 'ended')).toEqual(['play-asked', 'variant-shown', 'ended'])
  expect(kinds(events, 'frame-shown')).toHaveLength(25)
  expect(measures).toMatchObject({ receivedBytes: 15_000, stallCount: 0, shownBitsPerSecond: 800_000 })
  expect(measures.watchedMs).toBeCloseTo(1000, 3)
  expect(measures.startupMs).toBeLessThan(1000)
  expect(state).toMatchObject({ phase: 'ended', variant: 'high', isLive: false })
})

test.concurrent('HlsClient stands still while a segment does not come, and asks again for what failed', async (context) => {
  let asked = 0
  const server = await serveSmallHls(context, (path) => {
    if (path === '/v.m3u8') return { body: mediaList([0.4, 0.4]) }
    if (path === '/s1.ts') asked += 1
    return asked === 1 ? { status: 503, body: '' } : { body: Buffer.alloc(10) }
  })
  const { end, events, measures } = await watch(context, server, '/v.m3u8')
  expect(end).toEqual({ reason: 'complete' })
  expect(kinds(events, 'segment-received', 'segment-cancelled')).toEqual([
    'segment-received',
    'segment-cancelled',
    'segment-received',
  ])
  expect(measures.stallCount).toBe(1)
  expect(measures.stallMs).toBeGreaterThan(500) // a second's wait, less what was buffered
  expect(measures.stallMs).toBeLessThan(900)
})

test.concurrent('HlsClient fetches keys, initialisation sections and ranges, and leaves out what is a gap', async (context) => {
  const list = `#EXTM3U
#EXT-X-TARGETDURATION:1
#EXT-X-MAP:URI="init.mp4",BYTERANGE="10@0"
#EXT-X-KEY:METHOD=AES-128,URI="key"
#EXTINF:0.2,
#EXT-X-BYTERANGE:100@10
all.mp4
#EXTINF:0.2,
#EXT-X-BYTERANGE:200
all.mp4
#EXT-X-GAP
#EXTINF:0.2,
gone.mp4
#EXT-X-DISCONTINUITY
#EXTINF:0.2,
last.mp4
#EXT-X-ENDLIST
`
  const server = await serveSmallHls(context, (path, { headers }) => {
    if (path === '/v.m3u8') return { body: list }
    return headers.range === undefined ? { body: Buffer.alloc(50) } : { status: 206, body: Buffer.alloc(20) }
  })
  const { end, measures } = await watch(context, server, '/v.m3u8')
  expect(end).toEqual({ reason: 'complete' })
  expect(server.requests.slice(1)).toEqual([
    'GET /key',
    'GET /init.mp4 bytes=0-9',
    'GET /all.mp4 bytes=10-109',
    'GET /all.mp4 bytes=110-309',
    'GET /last.mp4',
  ])
  expect(measures.receivedBytes).toBe(90)
})

test.concurrent('HlsClient follows a live list: from three target durations before its end on, as it grows', async (context) => {
  const startMs = performance.now()
  const server = await serveSmallHls(context, (path) => {
    const grown = Math.floor((performance.now() - startMs) / 500)
    if (path !== '/v.m3u8') return { body: Buffer.alloc(10) }
    return { body: mediaList(Array<number>(8).fill(0.5), { first: grown, ended: grown >= 3 }) }
  })
  const { end, measures } = await watch(context, server, '/v.m3u8')
  expect(end).toEqual({ reason: 'complete' })
  const segments = server.requests.filter((request) => request.endsWith('.ts'))
  expect(segments[0]).toBe('GET /s2.ts') // eight of half a second are listed, three seconds are held back
  expect(segments.at(-1)).toMatch(/^GET \/s1[0-2]\.ts$/)
  expect(segments).toEqual(segments.map((_, index) => `GET /s${index + 2}.ts`))
  expect(measures.stallCount).toBe(0)
})

test.concurrent('HlsClient fetches sound that is apart beside the pictures', async (context) => {
  const apart = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",DEFAULT=YES,URI="en/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="avc1.4d401f,mp4a.40.2",AUDIO="a"
v/index.m3u8
`
  const server = await serveSmallHls(context, (path) => {
    if (path === '/master.m3u8') return { body: apart }
    if (path.endsWith('.m3u8')) return { body: mediaList([1, 1], { name: path[1] as string }) }
    return { body: Buffer.alloc(10) }
  })
  const { end } = await watch(context, server, '/master.m3u8', { forMs: 400 })
  expect(end).toEqual({ reason: 'asked' })
  expect(server.requests.slice(1)).toEqual([
    'GET /v/index.m3u8',
    'GET /v/v0.ts',
    'GET /en/index.m3u8',
    'GET /en/e0.ts',
    'GET /v/v1.ts',
    'GET /en/e1.ts',
  ])
})

test.concurrent('HlsClient begins low by a rule, and rises when it comes fast', async (context) => {
  const server = await serveSmallHls(context, (path) => {
    if (path === '/master.m3u8') return { body: master }
    if (path.endsWith('.m3u8')) return { body: mediaList([0.3, 0.3, 0.3]) }
    return { body: Buffer.alloc(30_000) }
  })
  const { events } = await watch(context, server, '/master.m3u8', { abr: 'throughput' })
  const shown = events.flatMap((event) => (event.kind === 'variant-shown' ? [event.variant] : []))
  expect(shown).toEqual(['low', 'high'])
})

const failing: [path: string, why: RegExp][] = [
  ['/none.m3u8', /^status 404$/],
  ['/page', /\/page is no HLS playlist$/],
  ['/empty.m3u8', /^there is no segment to play$/],
]
for (const [path, why] of failing) {
  test.concurrent(`HlsClient says why ${path} does not play`, async (context) => {
    const server = await serveSmallHls(context, (asked) => {
      if (asked === '/page') return { body: '<html>' }
      return asked === '/empty.m3u8' ? { body: mediaList([]) } : undefined
    })
    const { end, measures } = await watch(context, server, path)
    expect(end).toMatchObject({ reason: 'failed', why: expect.stringMatching(why) })
    expect(measures.startupMs).toBeUndefined()
  })
}

test.concurrent('HlsClient names the variants that there are where a wanted one is not', async (context) => {
  const server = await serveSmallHls(context, () => ({ body: master }))
  const { end } = await watch(context, server, '/master.m3u8', { variant: '720p' })
  expect(end).toEqual({ reason: 'failed', why: 'there is no variant 720p; there are low, high' })
})

test.concurrent('HlsClient ends at once when it is interrupted in the middle of a segment', async (context) => {
  const server = await serveSmallHls(context, (path) => (path === '/v.m3u8' ? { body: mediaList([4]) } : 'never'))
  const stop = new AbortController()
  const watching = watch(context, server, '/v.m3u8', { signal: stop.signal })
  await expect.poll(() => server.requests.length).toBe(2)
  stop.abort()
  const { end, events } = await watching
  expect(end).toEqual({ reason: 'interrupted' })
  expect(kinds(events, 'segment-asked', 'segment-cancelled')).toEqual(['segment-asked', 'segment-cancelled'])
})
