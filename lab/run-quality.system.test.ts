import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunQuality, RunSummary } from '../protocol/weir-api.ts'
import { compare } from '../simulation/comparison.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { writeRecordEvent } from '../stream/run-record.ts'
import { needs } from './test-support/clients.ts'
import { ServedClip } from './test-support/served-clip.ts'

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 5, size: '320x180' })
}, 120_000)
afterAll(() => clip?.stop())

async function ask<Answer>(url: string, method = 'GET', body?: string) {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body, headers: { 'Content-Type': 'application/json' } }),
  })
  const text = await response.text()
  return { status: response.status, json: (text === '' ? undefined : JSON.parse(text)) as Answer }
}

/** What two viewers would tell of the clip on a line that loses packets, in virtual time. */
async function viewed(served: ServedClip): Promise<string> {
  const lines: string[] = []
  compare({
    outline: await served.outline(),
    profile: { seed: 7, downlink: { loss: { kind: 'random', lossRatio: 0.05 } } },
    tell: (side, event) => {
      if ('lane' in event || event.kind === 'clock' || event.kind === 'events-left-out') return
      const told: ViewerEvent = { ...event, side: side === 'hls' ? 'hls' : 'udp' }
      lines.push(writeRecordEvent(told))
    },
  })
  return lines.join('')
}

test('the displayed quality of an ended run is measured once it is asked for, and stands among its measures', async (context) => {
  if (clip === undefined) return needs(context, 'ffmpeg')
  const { url } = clip.weir
  const begin = JSON.stringify({ video: clip.videoId, link: 'default' })
  const { id } = (await ask<RunSummary>(`${url}/api/runs`, 'POST', begin)).json
  const address = `${url}/api/runs/${id}`
  const early = await ask<{ readonly code: string }>(`${address}/quality`, 'POST')
  expect([early.status, early.json.code]).toEqual([409, 'run-not-ended'])
  await ask(`${address}/end`, 'POST', await viewed(clip))

  expect((await ask<RunQuality>(`${address}/quality`)).json).toEqual({ state: 'none', progressRatio: 0, notes: [] })
  const began = await Promise.all([ask<RunQuality>(`${address}/quality`, 'POST'), ask(`${address}/quality`, 'POST')])
  expect(began.map(({ status }) => status)).toEqual([202, 202])
  expect(['waiting', 'measuring']).toContain(began[0].json.state)
  const quality = async (): Promise<RunQuality> => (await ask<RunQuality>(`${address}/quality`)).json
  await expect.poll(async () => (await quality()).state, { timeout: 15_000 }).toBe('measured')
  const { hls, udp } = await quality()
  expect(hls).toEqual({ ssim: 1, slots: 125, otherThanDueSlots: 0, widthPixels: 320, heightPixels: 180 })
  expect(udp?.ssim).toBeLessThan(0.99)

  const { measures } = (await ask<{ readonly measures: object }>(address)).json
  expect(measures).toMatchObject({
    hls: { displayedSsim: 1 },
    udp: { displayedSsim: udp?.ssim, displayedSsimDb: udp?.ssimDb },
  })
  expect(await (await fetch(`${address}/results.csv`)).text()).toContain(
    `udp,displayedSsim,${udp?.ssim.toFixed(6)},,estimated`,
  )
  expect(await (await fetch(`${address}/report.html`)).text()).toContain(`"displayedSsim":${udp?.ssim}`)
  expect((await ask<RunQuality>(`${address}/quality`, 'POST')).json).toEqual(await quality())
}, 30_000)

test('a measurement that is given up, or whose video has gone, leaves the run as it was', async (context) => {
  if (clip === undefined) return needs(context, 'ffmpeg')
  const { url } = clip.weir
  const begin = JSON.stringify({ video: clip.videoId, link: 'default' })
  const { id } = (await ask<RunSummary>(`${url}/api/runs`, 'POST', begin)).json
  const address = `${url}/api/runs/${id}`
  await ask(`${address}/end`, 'POST', await viewed(clip))
  await ask(`${address}/quality`, 'POST')
  expect((await ask(`${address}/quality`, 'DELETE')).status).toBe(204)
  expect((await ask<RunQuality>(`${address}/quality`)).json.state).toBe('none')

  expect((await ask(`${url}/api/runs/none/quality`, 'POST')).status).toBe(404)
  await ask(`${url}/api/videos/${clip.videoId}`, 'DELETE')
  const gone = await ask<{ readonly code: string }>(`${address}/quality`, 'POST')
  expect([gone.status, gone.json.code]).toEqual([410, 'media-gone'])
}, 30_000)
