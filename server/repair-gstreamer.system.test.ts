import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { runGstLaunch } from '../lab/test-support/gst-launch.ts'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import type { RepairFigures } from '../protocol/weir-api.ts'
import { startClipRelay } from '../udp-relay/test-support/clip-relay.ts'
import { CLIP_FRAMES, makePackageClip } from '../udp-relay/test-support/package-clip.ts'
import { Links } from './links.ts'
import { LinksOfViewers } from './rtsp-through-link.ts'

const clip = makePackageClip()

/** GStreamer through a line that loses 5 %: what it said, the frames that it wrote, the relay's account. */
async function playThrough(context: TestContext, query: string) {
  const ffprobe = needs(context, 'ffprobe')
  const picture = join(temporaryFolder(context), 'picture.h264')
  const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
  context.onTestFinished(() => links.close())
  const downlink = { oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.05 } } as const
  const { id } = links.create({ seed: 7, downlink, uplink: { oneWayDelayMs: 20 } })
  const relay = await startClipRelay(context, clip, { links: new LinksOfViewers(links) })
  const location = `rtsp://127.0.0.1:${relay.rtspPort}/link/${id}/clip${query}`
  const pipeline = `rtspsrc location=${location} protocols=udp latency=400 do-retransmission=true name=s
    s. ! application/x-rtp,media=video ! rtph264depay ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=au
       ! filesink location=${picture}
    s. ! application/x-rtp,media=audio ! fakesink`
  const run = await runGstLaunch(context, pipeline, { timeoutMs: 60_000 })
  const args = ['-v', 'quiet', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', picture]
  const frames = Number.parseInt(execFileSync(ffprobe, args, { encoding: 'utf8' }), 10)
  const end = relay.log.find(({ msg }) => msg === 'RTSP session ended')
  return { ...run, frames, end }
}

test('GStreamer with do-retransmission asks for what is lost, and has every frame whole', async (context) => {
  const [repaired, plain] = await Promise.all([playThrough(context, '?repair=rtx'), playThrough(context, '')])
  expect(repaired).toMatchObject({ status: 0, lines: [], frames: CLIP_FRAMES })
  expect(plain).toMatchObject({ status: 0, lines: [] })
  expect(plain.frames).toBeLessThan(CLIP_FRAMES)
  const repair = repaired.end?.['repair'] as RepairFigures | undefined
  expect(repair?.resentPackets).toBeGreaterThanOrEqual(Number(plain.end?.['reportedLostPackets'])) // the same ones are lost
  expect(repair?.refusedPackets).toBe(0)
  expect(plain.end).not.toHaveProperty('repair')
})

if (inLongRun)
  test('players that know no repair play its address as any other', async (context) => {
    const ffprobe = needs(context, 'ffprobe')
    const { url } = await startClipRelay(context, clip)
    const args = ['-v', 'error', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0']
    const { status, stdout, stderr } = await runClient(ffprobe, [...args, `${url}?repair=rtx`], { timeoutMs: 60_000 })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(Number.parseInt(stdout, 10)).toBe(CLIP_FRAMES)
  })
