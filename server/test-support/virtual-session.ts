import { AccessLink } from '../../link/access-link.ts'
import { Conversation } from '../../link/conversation.ts'
import { UDP_IPV4_HEADER_BYTES, type DropCause } from '../../link/link-packet.ts'
import type { LinkProfile } from '../../link/profile.ts'
import { seededRandom } from '../../link/random.ts'
import type { Keyframe } from '../../protocol/outline.ts'
import { playExchange, setUpExchanges } from '../../protocol/rtsp-exchange.ts'
import { reportDelayMs, reportSeed, SENDER_REPORT_BYTES } from '../../stream/report-schedule.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../../stream/send-schedule.ts'
import { PacketFeed } from '../../udp-relay/packet-feed.ts'
import { SegmentCache } from '../../udp-relay/segment-cache.ts'
import { presentationOf, type PackageClip } from '../../udp-relay/test-support/package-clip.ts'

/** `track:k` is the k-th packet of a track. */
export type VirtualSession = {
  readonly offered: readonly string[]
  readonly dropped: Readonly<Record<DropCause, readonly string[]>>
  readonly setupMs: number
}

/** What a link does to the clip from `keyframe` on in virtual time: no socket, no timer. With a set-up the viewer is a page's,
 *  charged from link time 0; without, an RTSP player's, whose PLAY is link time 0. */
export async function virtualSession(
  clip: PackageClip,
  profile: LinkProfile,
  { keyframe, withSetup }: { readonly keyframe: Keyframe; readonly withSetup: boolean },
): Promise<VirtualSession> {
  const line = new AccessLink(profile)
  const setupMs = withSetup ? setUp(line, profile, clip) : 0
  const { offered, dropped } = await send(line, profile, clip, { keyframe, startMs: setupMs })
  return { offered, dropped, setupMs }
}

function setUp(line: AccessLink, { tcp }: LinkProfile, clip: PackageClip): number {
  const facts = { videoId: 'clip', ...presentationOf(clip), outline: clip.outline }
  const conversation = new Conversation(line, {
    congestionControl: tcp?.congestionControl ?? 'cubic',
    tlsRoundTrips: 0,
  })
  let reachedMs: number | undefined
  conversation.ask([...setUpExchanges(facts), playExchange(facts)], 0, ({ atMs }) => (reachedMs = atMs))
  while (reachedMs === undefined) line.advance(line.nextEventMs())
  return reachedMs
}

async function send(
  line: AccessLink,
  { seed }: LinkProfile,
  clip: PackageClip,
  { keyframe, startMs }: { readonly keyframe: Keyframe; readonly startMs: number },
) {
  const cache = { presentation: presentationOf(clip), segments: new SegmentCache({ maxBytes: 1e8 }) }
  const feed = await PacketFeed.open({ ...cache, maxRtpBytes: DEFAULT_MAX_RTP_BYTES }, keyframe)
  const offered: string[] = []
  const dropped = { loss: [] as string[], queue: [] as string[], blocked: [] as string[] }
  const flow = line.openFlow({
    down: { dropped: ({ id, traffic }, _atMs, cause) => traffic === 'rtp' && dropped[cause].push(offered[id] ?? '') },
  })
  const enter = (traffic: 'rtp' | 'rtcp', payloadBytes: number, dueMs: number): void => {
    const atMs = Math.round(dueMs * 1000) / 1000 // as a live link's clock
    line.advance(atMs)
    const sizeBytes = payloadBytes + UDP_IPV4_HEADER_BYTES
    line.send('down', { id: traffic === 'rtp' ? offered.length - 1 : 1e9, flow, sizeBytes, traffic }, atMs)
  }

  const reportRandom = seededRandom(reportSeed(seed))
  const counts = [0, 0]
  const firstMs = feed.nextSendMs
  let reportMs = startMs
  for (let next = feed.take(); next !== undefined; next = feed.take()) {
    const { trackIndex, sizeBytes, sendMs } = next.packet
    for (; reportMs <= startMs + sendMs - firstMs; reportMs += reportDelayMs(reportRandom)) {
      for (let track = 0; track < 2; track += 1) enter('rtcp', SENDER_REPORT_BYTES, reportMs)
    }
    offered.push(`${trackIndex}:${counts[trackIndex]}`)
    counts[trackIndex] = (counts[trackIndex] ?? 0) + 1
    enter('rtp', sizeBytes, startMs + sendMs - firstMs)
  }
  line.advance(1e9)
  return { offered, dropped }
}
