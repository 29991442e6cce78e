import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { genericNackPacket } from '../protocol/rtcp-feedback.ts'
import { encodeRtcp, isRtcp } from '../protocol/rtcp.ts'
import { decodeRtx } from '../protocol/rtp-rtx.ts'
import { decodeRtp, type RtpPacket } from '../protocol/rtp.ts'
import type { ControlMessage } from '../protocol/udp-control.ts'
import { SegmentCache } from '../udp-relay/segment-cache.ts'
import { SharedSendTimer } from '../udp-relay/send-timer.ts'
import { makePackageClip, presentationOf } from '../udp-relay/test-support/package-clip.ts'
import { Links } from './links.ts'
import type { SessionWish } from './session-wish.ts'
import { UdpSession } from './udp-session.ts'

const clip = makePackageClip()
const LAST_SEGMENT_SECONDS = 4
const PROFILE = { seed: 7, downlink: { oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.05 } } } as const

/** A page that asks once for each packet that the numbers pass over, and keeps what comes. */
class Page {
  readonly messages: ControlMessage[] = []
  readonly packets: RtpPacket[] = []
  readonly session: UdpSession
  #highest: number | undefined // of the video

  constructor(links: Links, wish: Partial<SessionWish>, linkId: string) {
    const presentation = presentationOf(clip)
    const parts = {
      source: { open: async () => presentation },
      segments: new SegmentCache({ maxBytes: 1e8 }),
      timer: new SharedSendTimer(),
      links,
      logger: pino({ level: 'silent' }),
    }
    const channel = {
      transport: 'websocket' as const,
      bufferedBytes: () => 0,
      write: (packet: Uint8Array) => this.#take(packet),
      sendControl: (text: string) => void this.messages.push(JSON.parse(text) as ControlMessage),
      close: () => {},
    }
    const start = { id: 'a', wish: { video: 'clip', link: linkId, ...wish }, presentation, channel }
    this.session = new UdpSession(start, parts)
  }

  async playToTheEnd(): Promise<void> {
    this.session.handleControl(JSON.stringify({ id: 1, method: 'play', startSeconds: LAST_SEGMENT_SECONDS }))
    await vi.waitFor(() => expect(this.messages.at(-1)?.kind).toBe('ended'), { timeout: 10_000 })
  }

  get tracks() {
    const playing = this.messages.find((message) => message.kind === 'playing')
    return playing?.tracks ?? []
  }

  #take(datagram: Uint8Array): void {
    const read = decodeRtp(datagram)
    if (isRtcp(datagram) || !read.ok) return
    this.packets.push(read.value)
    const { ssrc, sequenceNumber, payloadType } = read.value
    if (payloadType !== 96) return
    const passed = this.#highest === undefined ? 0 : (sequenceNumber - this.#highest - 1) & 0xffff
    const lostSequenceNumbers = Array.from({ length: passed }, (_, index) => (sequenceNumber - passed + index) & 0xffff)
    this.#highest = sequenceNumber
    if (passed === 0) return
    const head = { kind: 'receiver-report', ssrc: 3, reports: [] } as const
    const nack = genericNackPacket({ senderSsrc: 3, mediaSsrc: ssrc, lostSequenceNumbers })
    this.session.handleDatagram(encodeRtcp([head, nack]))
  }
}

/** Packets of the video that the link lost, as their numbers from the start. */
function lostOf({ session, tracks }: Page): number[] {
  const [video] = tracks
  const ofVideo = session.status().dropped.filter(({ ssrc }) => ssrc === video?.ssrc)
  return ofVideo.map(({ sequenceNumber }) => (sequenceNumber - (video?.sequenceNumber ?? 0)) & 0xffff)
}

async function watch(wish: Partial<SessionWish>, links = new Links({ defaultProfile: PROFILE })): Promise<Page> {
  const page = new Page(links, wish, 'default')
  await page.playToTheEnd()
  page.session.close()
  return page
}

test.concurrent('a session with RTX loses the packets of one without, and sends them again to who asks', async () => {
  const [plain, repaired] = await Promise.all([watch({}), watch({ repair: 'rtx' })])
  expect(lostOf(plain)).toEqual([0, 8, 14, 15, 19, 22, 29])
  expect(lostOf(repaired)).toEqual(lostOf(plain))
  expect(plain.session.status().repair).toBeUndefined()
  expect(repaired.session.status().repair).toEqual({
    requestedPackets: 6,
    resentPackets: 6,
    resentBytes: 5077,
    unknownPackets: 0,
    refusedPackets: 0,
  })
  const [video] = repaired.tracks
  expect(video?.rtxPayloadType).toBe(98)
  const again = repaired.packets
    .filter(({ payloadType }) => payloadType === 98)
    .map((packet) => decodeRtx(packet, { payloadType: 96, ssrc: video?.ssrc ?? 0 }))
  const numbers = again.map((read) =>
    read.ok ? (read.value.sequenceNumber - (video?.sequenceNumber ?? 0)) & 0xffff : NaN,
  )
  expect(numbers).toEqual([8, 14, 15, 19, 22, 29])
})

test.concurrent('a session with parity tells its payload type, and counts what it adds', async () => {
  const page = await watch({ repair: 'fec' })
  expect(page.tracks.map(({ parityPayloadType }) => parityPayloadType)).toEqual([100, 101])
  expect(page.session.status().fec).toEqual({ groupPackets: 8, sentPackets: 36, sentBytes: 21_518 })
})

test.concurrent('two sessions side by side lose the same packets, where one has the lane for itself', async () => {
  const links = new Links({ defaultProfile: PROFILE })
  const [first, beside] = await Promise.all([watch({}, links), watch({ lane: 'own' }, links)])
  expect(lostOf(first)).toEqual(lostOf(beside))
  // Of the link's run one session is known: 13 of its RTP packets were lost, and one of the set-up's.
  expect([first, beside].map(({ session }) => session.status().droppedPackets.loss)).toEqual([13, 13])
  expect(links.find('default').summary().udp.downlink.lostPackets).toBe(14)
})
