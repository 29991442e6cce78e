import { expect, test, vi } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { startClipRelay } from '../udp-relay/test-support/clip-relay.ts'
import { countPackets } from '../udp-relay/test-support/count-packets.ts'
import { CLIP_FRAMES, makePackageClip } from '../udp-relay/test-support/package-clip.ts'
import { Links } from './links.ts'
import { LinksOfViewers } from './rtsp-through-link.ts'

const clip = makePackageClip()
const AUDIO_UNITS = clip.outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)

test('ffprobe counts every frame through HTTP and a link', async (context) => {
  const ffprobe = needs(context, 'ffprobe')
  const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
  context.onTestFinished(() => links.close())
  const { id } = links.create({ seed: 7, downlink: { oneWayDelayMs: 30 }, uplink: { oneWayDelayMs: 30 } })
  const relay = await startClipRelay(context, clip, { links: new LinksOfViewers(links) })
  const url = `rtsp://127.0.0.1:${relay.rtspPort}/link/${id}/clip`
  expect(await countPackets(ffprobe, url, ['-rtsp_transport', 'http'])).toEqual([CLIP_FRAMES, AUDIO_UNITS])
  const end = () => relay.log.find(({ msg }) => msg === 'RTSP session ended')
  await vi.waitFor(() => expect(end()).toBeDefined()) // its TEARDOWN is still under way
  expect(end()).toMatchObject({ link: id, transport: 'interleaved', reason: 'teardown', droppedPackets: 0 })
})
