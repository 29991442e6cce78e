import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { needsGstPython, PYTHON } from '../udp-relay/test-support/gst-python.ts'
import { startClipRelay } from '../udp-relay/test-support/clip-relay.ts'
import { CLIP_FRAMES, makePackageClip } from '../udp-relay/test-support/package-clip.ts'
import { Links } from './links.ts'
import { LinksOfViewers } from './rtsp-through-link.ts'

const clip = makePackageClip()
const client = join(import.meta.dirname, '../udp-relay/test-support/gst-fec-client.py')

/** GStreamer with its decoder of parity through a line that loses 2 %: what it said and counted, the frames that it wrote. */
async function playThrough(context: TestContext, query: string) {
  needsGstPython(context, 'GstSdp')
  const ffprobe = needs(context, 'ffprobe')
  const picture = join(temporaryFolder(context), 'picture.h264')
  const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
  context.onTestFinished(() => links.close())
  const downlink = { oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.02 } } as const
  const { id } = links.create({ seed: 7, downlink, uplink: { oneWayDelayMs: 20 } })
  const relay = await startClipRelay(context, clip, { links: new LinksOfViewers(links) })
  const url = `rtsp://127.0.0.1:${relay.rtspPort}/link/${id}/clip${query}`
  const run = await runClient(PYTHON, [client, url, picture], { timeoutMs: 60_000 })
  const args = ['-v', 'quiet', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', picture]
  const frames = Number.parseInt(execFileSync(ffprobe, args, { encoding: 'utf8' }), 10)
  const { recovered } = JSON.parse(run.stdout) as { readonly recovered: readonly number[] } // by the decoders
  return { ...run, frames, recoveredPackets: recovered.reduce((sum, packets) => sum + packets, 0) }
}

test('ffprobe, which knows no parity, takes each for a loss, and has every frame all the same', async (context) => {
  const ffprobe = needs(context, 'ffprobe')
  const { url } = await startClipRelay(context, clip)
  const args = ['-v', 'warning', '-rtsp_transport', 'udp', '-select_streams', 'v', '-count_packets']
  const shown = ['-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', `${url}?repair=fec`]
  const { status, stdout, stderr } = await runClient(ffprobe, [...args, ...shown], { timeoutMs: 60_000 })
  expect([status, Number.parseInt(stdout, 10)]).toEqual([0, CLIP_FRAMES])
  expect(stderr).toContain('RTP: missed 1 packets')
})

// What the link drops under seed 7 is always the same: 6 packets of the media, and one of parity.
test('GStreamer recovers by parity all that is alone in its group, and has every frame', async (context) => {
  const [repaired, plain] = await Promise.all([playThrough(context, '?repair=fec'), playThrough(context, '')])
  expect(repaired).toMatchObject({ status: 0, stderr: '', frames: CLIP_FRAMES })
  expect(repaired.recoveredPackets).toBe(6)
  expect(plain).toMatchObject({ status: 0, stderr: '', recoveredPackets: 0 })
  expect(plain.frames).toBeLessThan(CLIP_FRAMES)
})
