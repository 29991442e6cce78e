import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { needs } from '../lab/test-support/clients.ts'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { startWeir } from '../lab/test-support/weir-process.ts'
import type { LinkSummary, Problem, ServerEvent, Video } from '../protocol/weir-api.ts'
import { makeBadInputs, makeClip } from './test-support/clips.ts'
import {
  createUpload,
  getVideo,
  listVideos,
  openSlowly,
  patchHeaders,
  patchUpload,
  postFile,
  sendHalf,
  untilStatus,
  uploadOffset,
  uploadsIn,
} from './test-support/weir-client.ts'

test('a whole file becomes a video that plays over HLS, told by events all the way', async (context) => {
  const folder = temporaryFolder(context)
  const mediaFolder = temporaryFolder(context)
  const clip = readFileSync(makeClip(context, folder, { seconds: 3 }))
  const { url, rtspUrl } = await startWeir({ mediaFolder })
  const events = followEvents(url)

  const response = await postFile(url, clip, '../../x.mp4')
  expect(response.status).toBe(201)
  const posted = (await response.json()) as Video
  expect(posted).toMatchObject({ title: 'x', kind: 'video', status: 'queued', progressRatio: 0, variants: [] })
  expect(response.headers.get('location')).toBe(`/api/videos/${posted.id}`)

  const video = await untilStatus(url, posted.id, ['ready'])
  expect(video).toMatchObject({
    progressRatio: 1,
    urls: { hls: `/hls/${video.id}/master.m3u8`, rtsp: `${rtspUrl}/${video.id}` },
  })
  expect(video.durationSeconds).toBeCloseTo(3, 1)
  expect(countFrames(needs(context, 'ffprobe'), `${url}${video.urls.hls}`)).toBe(75)
  expect((await fetch(`${url}${video.urls.poster}`)).headers.get('content-type')).toBe('image/jpeg')
  const segment = await fetch(`${url}/hls/${video.id}/${video.variants[0]?.name}/00000.ts`)
  expect(segment.headers.get('cache-control')).toContain('immutable')

  const told = events.filter((event) => event.kind === 'video')
  expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => (told[0]?.sequence ?? 0) + index))
  expect([...new Set(told.map((event) => event.video.status))]).toEqual(['queued', 'segmenting', 'playable', 'ready'])
  expect(readdirSync(mediaFolder).sort()).toEqual(['.uploads', video.id])
  expect(uploadsIn(mediaFolder)).toEqual([])
})

test('a video plays over UDP as soon as it does over HLS, while it is made', async (context) => {
  const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: 10 }))
  const { url, rtspUrl } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const events = followEvents(url)
  const { id } = (await (await postFile(url, clip, 'clip.mp4')).json()) as Video
  const playable = await vi.waitFor(
    () => {
      const told = events.flatMap((event) => (event.kind === 'video' ? event.video : []))
      return told.find(({ status }) => status === 'playable') ?? Promise.reject(new Error('not playable yet'))
    },
    { timeout: 60_000, interval: 5 },
  )
  expect(playable.urls).toMatchObject({ hls: `/hls/${id}/master.m3u8`, rtsp: `${rtspUrl}/${id}` })
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/udp-sessions/ws?video=${id}`)
  const answers: unknown[] = []
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) answers.push((JSON.parse(data.toString()) as { readonly kind: string }).kind)
  })
  socket.on('open', () => socket.send(JSON.stringify({ id: 1, method: 'play' })))
  await expect.poll(() => answers, { timeout: 10_000 }).toEqual(['session', 'playing'])
  socket.close()
})

function followEvents(url: string): (ServerEvent & { sequence: number })[] {
  const events: (ServerEvent & { sequence: number })[] = []
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/events/ws`)
  socket.on('message', (text: Buffer) => events.push(JSON.parse(text.toString())))
  socket.on('error', () => undefined)
  return events
}

function countFrames(ffprobe: string, address: string): number {
  const args = ['-v', 'error', '-count_packets', '-select_streams', 'v:0', '-show_entries', 'stream=nb_read_packets']
  const printed = execFileSync(ffprobe, [...args, '-of', 'json', address], { encoding: 'utf8' })
  return Number(JSON.parse(printed).streams[0].nb_read_packets)
}

test('a raw body with ?title= becomes a video of that title', async (context) => {
  const { url } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: 2 }))
  const response = await fetch(`${url}/api/videos?title=Our%20holiday`, { method: 'POST', body: clip })
  expect([response.status, ((await response.json()) as Video).title]).toEqual([201, 'Our holiday'])
})

test('the source of a video comes back as it was sent, under its title, whole or in part', async (context) => {
  const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: 1 }))
  const { url } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { id } = (await (await postFile(url, clip, 'Holiday.mp4')).json()) as Video
  const whole = await fetch(`${url}/api/videos/${id}/source`)
  expect(whole.headers.get('content-disposition')).toMatch(/^attachment; filename="?Holiday\.mp4/)
  expect(Buffer.from(await whole.arrayBuffer()).equals(clip)).toBe(true)
  const part = await fetch(`${url}/api/videos/${id}/source`, { headers: { range: 'bytes=100-199' } })
  expect(part.status).toBe(206)
  expect(Buffer.from(await part.arrayBuffer()).equals(clip.subarray(100, 200))).toBe(true)
  expect((await fetch(`${url}/api/videos/nosuchvideo/source`)).status).toBe(404)
})

/** The files below a folder, in any order. */
const filesBelow = (folder: string): ReadonlySet<string> =>
  new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }))

test('a package comes as one archive of known size that plays where it is unpacked', async (context) => {
  const unzip = needs(context, 'unzip')
  const [mediaFolder, folder] = [temporaryFolder(context), temporaryFolder(context)]
  const clip = readFileSync(makeClip(context, folder, { seconds: 3 }))
  const { url } = await startWeir({ mediaFolder })
  const { id } = (await (await postFile(url, clip, 'Über Holiday.mp4')).json()) as Video
  const address = `${url}/api/videos/${id}/package`
  expect((await fetch(address)).status).toBe(409) // not before it is ready
  const { variants } = await untilStatus(url, id, ['ready'])

  const response = await fetch(address)
  expect(response.headers.get('content-disposition')).toContain("filename*=UTF-8''%C3%9Cber%20Holiday.zip")
  const archive = Buffer.from(await response.arrayBuffer())
  expect(response.headers.get('content-length')).toBe(String(archive.length))
  const zip = join(folder, 'package.zip')
  writeFileSync(zip, archive)
  execFileSync(unzip, ['-q', zip, '-d', folder])
  const unpacked = filesBelow(join(folder, id))
  expect(unpacked).toEqual(filesBelow(join(mediaFolder, id, 'hls')))
  expect(unpacked).toContain('master.m3u8')
  const playlist = join(folder, id, variants[0]!.name, 'index.m3u8')
  expect(countFrames(needs(context, 'ffprobe'), playlist)).toBe(75)
})

test('bad inputs are refused with their code, by tus as by POST, and leave nothing behind', async (context) => {
  const mediaFolder = temporaryFolder(context)
  const { url } = await startWeir({ mediaFolder })
  for (const { name, path, codes } of makeBadInputs(context, temporaryFolder(context))) {
    const bytes = readFileSync(path)
    const posted = await postFile(url, bytes, 'clip.mp4')
    const postProblem = (await posted.json()) as Problem
    expect([name, posted.status, posted.headers.get('content-type')]).toEqual([name, 422, 'application/problem+json'])
    expect(codes).toContain(postProblem.code)
    expect(postProblem.detail).not.toBe('')

    const patched = await uploadWhole(url, bytes)
    expect([name, patched.status, patched.headers.get('content-type')]).toEqual([name, 422, 'application/problem+json'])
    expect(await patched.json()).toEqual(postProblem)
    expect(uploadsIn(mediaFolder)).toEqual([])
  }
  expect(await listVideos(url)).toEqual([])
})

/** The answer that ends the upload: that of the creation for an empty file. */
async function uploadWhole(url: string, bytes: Uint8Array): Promise<Response> {
  if (bytes.length > 0) return patchUpload(await createUpload(url, bytes.length, 'clip.mp4'), 0, bytes)
  return fetch(`${url}/api/uploads`, { method: 'POST', headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '0' } })
}

test('a form without a file, and a file over the limit, are refused and leave nothing behind', async (context) => {
  const mediaFolder = temporaryFolder(context)
  const { url } = await startWeir({ mediaFolder, env: { WEIR_MAX_UPLOAD_BYTES: '100000' } })
  const form = new FormData()
  form.append('title', 'no file')
  const formless = await fetch(`${url}/api/videos`, { method: 'POST', body: form })
  expect([formless.status, ((await formless.json()) as Problem).code]).toEqual([400, 'bad-request'])

  const large = randomBytes(150_000)
  expect((await postFile(url, large, 'x.mp4')).status).toBe(413)
  const unannounced = new ReadableStream({
    start(controller) {
      controller.enqueue(large)
      controller.close()
    },
  })
  const chunked = await fetch(`${url}/api/videos`, { method: 'POST', body: unannounced, duplex: 'half' } as RequestInit)
  expect([chunked.status, ((await chunked.json()) as Problem).code]).toEqual([413, 'too-large'])
  await expect(createUpload(url, 150_000, 'x.mp4')).rejects.toThrow('413')
  expect(uploadsIn(mediaFolder)).toEqual([])
})

test('a POST that breaks off leaves nothing behind', async (context) => {
  const mediaFolder = temporaryFolder(context)
  const { url } = await startWeir({ mediaFolder })
  const boundary = 'b'.repeat(20)
  const part = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.mp4"\r\n\r\n`
  const bodies: [Record<string, string>, Buffer][] = [
    [{ 'Content-Length': '500000' }, randomBytes(200_000)],
    [
      { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
      Buffer.concat([Buffer.from(part), randomBytes(200_000)]),
    ],
  ]
  for (const [headers, body] of bodies) {
    const half = await sendHalf(`${url}/api/videos`, 'POST', headers, body)
    await vi.waitFor(() => expect(uploadsIn(mediaFolder)).toHaveLength(1))
    half.cut()
    await vi.waitFor(() => expect(uploadsIn(mediaFolder)).toEqual([]))
  }
  expect(await listVideos(url)).toEqual([])
})

test('an upload by tus goes on where its connection was cut, and is told whole after a lost answer', async (context) => {
  const mediaFolder = temporaryFolder(context)
  const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: 3, size: '640x360' }))
  const { url } = await startWeir({ mediaFolder })
  const address = await createUpload(url, clip.length, 'holiday.mp4')
  const id = address.split('/').at(-1) ?? ''

  const middle = Math.floor(clip.length / 2)
  const headers = { ...patchHeaders(0), 'Content-Length': String(clip.length) }
  const half = await sendHalf(address, 'PATCH', headers, clip.subarray(0, middle))
  await vi.waitFor(() => expect(readFileSync(join(mediaFolder, '.uploads', id))).toHaveLength(middle))
  half.cut()
  const offset = await vi.waitFor(async () => {
    const told = await uploadOffset(address)
    expect(told).toBe(middle)
    return told
  })
  expect((await patchUpload(address, 0, clip)).status).toBe(409)
  expect((await patchUpload(address, offset, clip.subarray(offset))).status).toBe(204)

  expect(await uploadOffset(address)).toBe(clip.length)
  expect((await getVideo(url, id)).title).toBe('holiday')
  expect((await readFile(join(mediaFolder, id, 'source.mp4'))).equals(clip)).toBe(true)
  expect(uploadsIn(mediaFolder)).toEqual([])
})

test('SIGKILL in an upload keeps what had come by tus; a whole-file body goes', async (context) => {
  const mediaFolder = temporaryFolder(context)
  const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: 2 }))
  const first = await startWeir({ mediaFolder })
  const kept = await createUpload(first.url, clip.length, 'kept.mp4')
  const whole = await createUpload(first.url, clip.length, 'whole.mp4')
  await sendHalf(kept, 'PATCH', { ...patchHeaders(0), 'Content-Length': String(clip.length) }, clip.subarray(0, 5000))
  await sendHalf(`${first.url}/api/videos`, 'POST', { 'Content-Length': '999999' }, clip.subarray(0, 5000))
  const idOf = (address: string): string => address.split('/').at(-1) ?? ''
  await vi.waitFor(() => expect(uploadsIn(mediaFolder)).toHaveLength(5))
  await vi.waitFor(() => expect(readFileSync(join(mediaFolder, '.uploads', idOf(kept)))).toHaveLength(5000))
  await first.kill()
  await writeFile(join(mediaFolder, '.uploads', idOf(whole)), clip) // as if killed between the last byte and the video

  const { url } = await startWeir({ mediaFolder })
  await untilStatus(url, idOf(whole), ['ready'])
  const address = `${url}/api/uploads/${idOf(kept)}`
  expect(await uploadOffset(address)).toBe(5000)
  expect((await patchUpload(address, 5000, clip.subarray(5000))).status).toBe(204)
  await untilStatus(url, idOf(kept), ['ready'])
  expect(uploadsIn(mediaFolder)).toEqual([])
})

test('SIGKILL while segmenting: the job begins again, its ffmpeg has ended, and what was finished is as it was', async (context) => {
  const mediaFolder = temporaryFolder(context)
  const folder = temporaryFolder(context)
  const short = readFileSync(makeClip(context, folder, { seconds: 2, name: 'short.mp4' }))
  const long = readFileSync(makeClip(context, folder, { seconds: 12, size: '640x360', name: 'long.mp4' }))
  const first = await startWeir({ mediaFolder })
  const finished = (await (await postFile(first.url, short, 'short.mp4')).json()) as Video
  await untilStatus(first.url, finished.id, ['ready'])
  const packageFiles = () =>
    new Set(readdirSync(join(mediaFolder, finished.id, 'hls'), { recursive: true, encoding: 'utf8' }))
  const packageBefore = packageFiles()
  const running = (await (await postFile(first.url, long, 'long.mp4')).json()) as Video
  const left = await vi.waitFor(() => {
    const { processes } = JSON.parse(readFileSync(join(mediaFolder, running.id, 'video.json'), 'utf8'))
    expect(processes).not.toBeUndefined()
    return processes as { pid: number; command: string }[]
  }, 20_000)
  for (const { pid } of left) expect(getPriority(pid)).toBe(10) // who plays meanwhile comes first
  await first.kill()

  const { url } = await startWeir({ mediaFolder })
  for (const { pid, command } of left) expect(commandOf(pid)).not.toBe(command)
  expect((await getVideo(url, finished.id)).status).toBe('ready')
  expect(packageFiles()).toEqual(packageBefore)
  await untilStatus(url, running.id, ['ready'])
  // Its record is still being written by rename when the last status is told.
  await vi.waitFor(() =>
    expect(readdirSync(join(mediaFolder, running.id)).sort()).toEqual(['hls', 'source.mp4', 'video.json']),
  )
})

function commandOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`
  return existsSync(file) ? readFileSync(file, 'utf8').split('\0').join(' ').trim() : ''
}

test('SIGTERM lets a slow download end, answers 503 meanwhile, ends jobs, and is done within 5 s', async (context) => {
  const mediaFolder = temporaryFolder(context)
  const folder = temporaryFolder(context)
  const clip = readFileSync(makeClip(context, folder, { seconds: 2 }))
  const long = readFileSync(makeClip(context, folder, { seconds: 20, size: '640x360', name: 'long.mp4' }))
  const weir = await startWeir({ mediaFolder })
  const { id } = (await (await postFile(weir.url, clip, 'clip.mp4')).json()) as Video
  const { variants } = await untilStatus(weir.url, id, ['ready'])
  const big = randomBytes(30_000_000) // more than all socket buffers hold
  await writeFile(join(mediaFolder, id, 'hls', variants[0]?.name ?? '', '90000.ts'), big)
  const job = (await (await postFile(weir.url, long, 'long.mp4')).json()) as Video
  await untilStatus(weir.url, job.id, ['segmenting', 'playable'])

  const download = await openSlowly(`${weir.url}/hls/${id}/${variants[0]?.name}/90000.ts`)
  expect(download.status).toBe(200)
  const link = await makeFarLink(weir.url)
  const throughLink = fetch(`${weir.url}/link/${link}/hls/${id}/master.m3u8`)
  await vi.waitFor(async () => expect((await linkOf(weir.url, link)).tcp.http.requests).toBe(1))
  const startedMs = performance.now()
  const stopped = weir.stop()
  const health = await vi.waitFor(async () => {
    const response = await fetch(`${weir.url}/api/health`)
    expect(response.status).toBe(503)
    return (await response.json()) as Problem
  })
  expect(health.code).toBe('shutting-down')
  expect(await download.read()).toBe(big.length)
  expect(await (await throughLink).text()).toMatch(/^#EXTM3U/)
  expect(await stopped).toBe(0)
  expect(performance.now() - startedMs).toBeLessThan(5000)

  const again = await startWeir({ mediaFolder })
  expect(['queued', 'segmenting', 'playable']).toContain((await getVideo(again.url, job.id)).status)
})

/** An answer through it takes two round trips of 0.7 s. */
async function makeFarLink(url: string): Promise<string> {
  const body = JSON.stringify({ profile: { downlink: { oneWayDelayMs: 700 } } })
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${url}/api/links`, { method: 'POST', headers, body })
  return ((await answer.json()) as LinkSummary<unknown>).id
}

const linkOf = async (url: string, link: string) =>
  (await (await fetch(`${url}/api/links/${link}`)).json()) as LinkSummary<unknown>

test('a video is renamed, removed at once, restored in time, and retried only when it failed', async (context) => {
  const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: 2 }))
  const { url } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { id } = (await (await postFile(url, clip, 'clip.mp4')).json()) as Video
  const address = `${url}/api/videos/${id}`
  const send = (method: string, path = '', body?: unknown): Promise<Response> =>
    fetch(`${address}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    })

  expect(((await (await send('PATCH', '', { title: ' New\nname ' })).json()) as Video).title).toBe('New name')
  expect((await send('PATCH', '', { title: '' })).status).toBe(400)
  expect((await send('PATCH', '', { titel: 'x' })).status).toBe(400)
  expect((await send('DELETE')).status).toBe(204) // cancels the job
  expect((await send('GET')).status).toBe(404)
  expect((await send('DELETE')).status).toBe(404)
  expect(await listVideos(url)).toEqual([])
  expect((await send('POST', '/restore')).status).toBe(200)
  expect((await untilStatus(url, id, ['ready'])).title).toBe('New name')
  expect((await send('POST', '/restore')).status).toBe(409)
  expect((await send('POST', '/retry')).status).toBe(409)
  expect((await send('PUT')).status).toBe(404)
  expect((await fetch(`${url}/api/videos/..%2f..%2fetc`)).status).toBe(404)
})

test('an upload needs free space, and its sender patience', async (context) => {
  const env = { WEIR_MIN_FREE_BYTES: String(10 ** 15), WEIR_UPLOADS_PER_MINUTE: '2' }
  const { url } = await startWeir({ mediaFolder: temporaryFolder(context), env })
  const full = await postFile(url, Buffer.from('clip'), 'clip.mp4')
  expect([full.status, ((await full.json()) as Problem).code]).toEqual([507, 'disk-full'])
  await expect(createUpload(url, 4, 'clip.mp4')).rejects.toThrow('507')
  const third = await postFile(url, Buffer.from('clip'), 'clip.mp4')
  expect([third.status, third.headers.get('retry-after')]).toEqual([429, '60'])
})

test('a token guards writing, and a page opened with it may write', async (context) => {
  const { url } = await startWeir({ mediaFolder: temporaryFolder(context), env: { WEIR_TOKEN: 'a-long-token' } })
  expect((await fetch(`${url}/api/videos`)).status).toBe(200)
  expect((await postFile(url, Buffer.from('x'), 'x.mp4')).status).toBe(401)
  const opened = await fetch(`${url}/?token=a-long-token&seed=7`, { redirect: 'manual' })
  expect([opened.status, opened.headers.get('location')]).toEqual([303, '/?seed=7'])
  const cookie = opened.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const written = await fetch(`${url}/api/videos`, { method: 'POST', headers: { Cookie: cookie }, body: 'x' })
  expect(written.status).toBe(422)
  expect((await fetch(`${url}/?token=wrong-token`, { redirect: 'manual' })).status).toBe(401)
})

test('foreign pages and names are refused at /api, over WebSocket too, and welcome at /hls', async (context) => {
  const { url } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const foreign = { Origin: 'http://evil.example' }
  expect((await fetch(`${url}/api/videos`, { headers: foreign })).status).toBe(403)
  expect((await fetch(`${url}/hls/abcdefghjk/master.m3u8`, { headers: foreign })).status).toBe(404)
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/events/ws`, { headers: foreign })
  const refusal = await new Promise((resolve) =>
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)),
  )
  expect(refusal).toBe(403)
})

const LONG_SECONDS = 20

if (inLongRun) {
  test('a video that is being made is watched over RTSP to its end, every picture of it, though it is removed', async (context) => {
    const ffprobe = needs(context, 'ffprobe')
    const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: LONG_SECONDS, size: '1280x720' }))
    const { url, rtspUrl } = await startWeir({ mediaFolder: temporaryFolder(context) })
    const { id } = (await (await postFile(url, clip, 'long.mp4')).json()) as Video
    await untilStatus(url, id, ['playable'])
    const variant = (await getVideo(url, id)).variants[0]?.name ?? ''
    const count = ['-v', 'error', '-select_streams', 'v', '-count_packets', '-show_entries', 'stream=nb_read_packets']
    const watched = runClient(ffprobe, [...count, '-of', 'csv=p=0', `${rtspUrl}/${id}/${variant}`], {
      timeoutMs: 60_000,
    })
    await untilStatus(url, id, ['ready'])
    await fetch(`${url}/api/videos/${id}`, { method: 'DELETE' })
    expect(await watched).toMatchObject({ status: 0, stderr: '' })
    expect(Number.parseInt((await watched).stdout, 10)).toBe(LONG_SECONDS * 25)
  })
}
