import { readdirSync } from 'node:fs'
import pino from 'pino'
import { expect, test, type TestContext } from 'vitest'
import { heldBytes } from '../lab/test-support/held-memory.ts'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { readSessionHeader } from '../protocol/rtsp-headers.ts'
import { startClipRelay } from '../udp-relay/test-support/clip-relay.ts'
import { makePackageClip } from '../udp-relay/test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from '../udp-relay/test-support/rtsp-client.ts'
import { Links } from './links.ts'
import { LinksOfViewers } from './rtsp-through-link.ts'

const clip = makePackageClip()
const SESSIONS = fuzzRuns(50) // 1,000 in the long run
const AT_ONCE = 10
const MOST_LEFT_BYTES = 1_000_000 // of all: what the engine compiles and caches moves by some hundred kB

async function open(context: TestContext) {
  const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
  context.onTestFinished(() => links.close())
  const { id } = links.create({ seed: 7, downlink: { oneWayDelayMs: 5 }, uplink: { oneWayDelayMs: 5 } })
  const logger = pino({ level: 'silent' }) // what is logged is kept by the test, not by the relay
  const relay = await startClipRelay(context, clip, { links: new LinksOfViewers(links), logger })
  const addressOf = (place: Place): string =>
    relay.url.replace('/clip', place === 'behind a link' ? `/link/${id}/clip` : '/clip')
  return { links, linkId: id, relay, addressOf }
}

type Opened = Awaited<ReturnType<typeof open>>
type Place = 'before no link' | 'behind a link'
type Way = 'UDP' | 'its connection'

/** SETUP, PLAY, a few packets; then a TEARDOWN, or without a word. */
async function watch({ relay, addressOf }: Opened, place: Place, way: Way, isPolite: boolean): Promise<void> {
  const client = await RtspClient.connect(relay.rtspPort)
  const receiver = await UdpReceiver.bind()
  const transport = way === 'UDP' ? receiver.transport : 'RTP/AVP/TCP;unicast;interleaved=0-1'
  const url = addressOf(place)
  const reply = await client.request('SETUP', `${url}/240p/trackID=0`, { transport })
  const headers = { session: readSessionHeader(reply.headers.get('session') ?? '').id }
  await client.request('PLAY', url, headers)
  if (way === 'UDP') await receiver.until(() => receiver.rtp.length > 2)
  else await client.until(() => client.rtpOf(0).length > 2)
  // Who watches over UDP and closes his connection is still there, until his silence tells.
  if (isPolite || way === 'UDP') expect((await client.request('TEARDOWN', url, headers)).status).toBe(200)
  client.socket.destroy()
  await receiver.close()
}

/** What this process has open: timers, sockets, files. */
function openThings(): Record<string, number> {
  const count: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) count[kind] = (count[kind] ?? 0) + 1
  if (process.platform === 'linux') count['descriptors'] = readdirSync('/proc/self/fd').length
  return count
}

/** Of what more is open now. */
function moreThan(before: Record<string, number>): string[] {
  return Object.entries(openThings()).flatMap(([kind, count]) => (count > (before[kind] ?? 0) ? [kind] : []))
}

for (const place of ['before no link', 'behind a link'] as const) {
  for (const way of ['UDP', 'its connection'] as const) {
    test(`${SESSIONS} sessions ${place}, over ${way}, leave no socket, timer or byte`, async (context) => {
      const opened = await open(context)
      const thingsBefore = openThings()
      const watchAll = async (count: number): Promise<void> => {
        for (let at = 0; at < count; at += AT_ONCE) {
          const some = Array.from({ length: AT_ONCE }, (_, index) => watch(opened, place, way, index % 2 === 0))
          await Promise.all(some)
        }
      }
      const isQuiet = () => opened.relay.sessions.count === 0 && opened.links.get(opened.linkId).udp.openFlows === 0
      await watchAll(2 * AT_ONCE) // what is made once is there now
      await expect.poll(isQuiet, { timeout: 20_000 }).toBe(true)
      const heldBefore = heldBytes()
      await watchAll(SESSIONS)
      await expect.poll(isQuiet, { timeout: 20_000 }).toBe(true)
      await expect.poll(() => moreThan(thingsBefore), { timeout: 5000 }).toEqual([])
      expect(heldBytes() - heldBefore).toBeLessThan(MOST_LEFT_BYTES)
    })
  }
}
