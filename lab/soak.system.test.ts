import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { readSessionHeader } from '../protocol/rtsp-headers.ts'
import type { ControlMessage } from '../protocol/udp-control.ts'
import type { Video } from '../protocol/weir-api.ts'
import { makeClip } from '../server/test-support/clips.ts'
import { postFile, untilStatus } from '../server/test-support/weir-client.ts'
import { RtspClient, UdpReceiver } from '../udp-relay/test-support/rtsp-client.ts'
import { inLongRun } from './test-support/long-run.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { startWeir } from './test-support/weir-process.ts'

const WARM_UP_ROUNDS = 5
const ROUNDS = inLongRun ? 150 : 15
const MOST_GROWTH_BYTES = 100_000_000 // caches fill, and V8 takes what it likes

/** An RTSP viewer that comes, takes some packets, seeks, and leaves: by TEARDOWN, or without a word. */
async function watchByRtsp(rtspUrl: string, id: string, isPolite: boolean): Promise<void> {
  const url = `${rtspUrl}/${id}`
  const client = await RtspClient.open(Number(new URL(rtspUrl).port))
  const receiver = await UdpReceiver.open()
  const { headers } = await client.request('SETUP', `${url}/trackID=0`, { transport: receiver.transport })
  const session = { session: readSessionHeader(headers.get('session') ?? '').id }
  await client.request('PLAY', url, session)
  await receiver.until(() => receiver.rtp.length > 5)
  await client.request('PLAY', url, { ...session, range: 'npt=2-' })
  if (isPolite) expect((await client.request('TEARDOWN', url, session)).status).toBe(200)
  client.socket.destroy()
  await receiver.close()
}

/** A page over the WebSocket twin that plays for some packets. */
async function watchBySocket(url: string, id: string): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/udp-sessions/ws?video=${id}&link=default`)
  let packets = 0
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) packets += 1
    else if ((JSON.parse(data.toString()) as ControlMessage).kind === 'session') {
      socket.send(JSON.stringify({ id: 1, method: 'play' }))
    }
  })
  await vi.waitFor(() => expect(packets).toBeGreaterThan(5), { timeout: 10_000, interval: 10 })
  socket.close()
  await once(socket, 'close')
}

async function watchByHls(base: string, id: string, variant: string): Promise<void> {
  for (const file of ['master.m3u8', `${variant}/index.m3u8`, `${variant}/00000.ts`]) {
    const response = await fetch(`${base}/hls/${id}/${file}`)
    expect([response.status, (await response.arrayBuffer()).byteLength > 0]).toEqual([200, true])
  }
}

test('viewers who come and go for long leave neither files open nor memory taken', async (context) => {
  if (!existsSync('/proc/self/fd')) context.skip('the server is watched through /proc, which this system does not have')
  const clip = readFileSync(makeClip(context, temporaryFolder(context), { seconds: 6 }))
  const { url, rtspUrl, pid } = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { id } = (await (await postFile(url, clip, 'clip.mp4')).json()) as Video
  const { variants } = await untilStatus(url, id, ['ready'])
  const openFiles = (): number => readdirSync(`/proc/${pid}/fd`).length
  const residentBytes = (): number => {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kilobytes) * 1024
  }
  const watch = async (isPolite: boolean): Promise<void> => {
    await Promise.all([
      watchByRtsp(rtspUrl, id, isPolite),
      watchBySocket(url, id),
      watchByHls(url, id, variants[0]?.name ?? ''),
      watchByHls(`${url}/link/default`, id, variants[0]?.name ?? ''),
    ])
  }

  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await watch(true)
  const filesBefore = openFiles()
  const bytesBefore = residentBytes()
  for (let round = 0; round < ROUNDS; round += 1) await watch(!inLongRun || round % 2 === 0)
  // A session outlives its connection (RFC 2326 section 1.1) until 60 s without a request: a long run sees that too.
  await vi.waitFor(() => expect(openFiles()).toBeLessThanOrEqual(filesBefore + 4), {
    timeout: inLongRun ? 90_000 : 20_000,
    interval: 100,
  })
  expect(residentBytes() - bytesBefore).toBeLessThan(MOST_GROWTH_BYTES)
})
