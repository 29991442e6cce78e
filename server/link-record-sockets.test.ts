import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunEvent } from '../stream/record.ts'
import { readRecordEvent, readRecordHead } from '../stream/run-record.ts'
import { Links } from './links.ts'
import { LinkRecordSockets } from './link-record-sockets.ts'
import { PlacesByAddress } from './places-by-address.ts'
import { openLane } from './test-support/run-server.ts'
import { openUpgradeServer, type UpgradeServer } from './test-support/upgrade-server.ts'

let links: Links
let sockets: LinkRecordSockets
let server: UpgradeServer

beforeEach(async () => {
  links = new Links({ defaultProfile: { seed: 7, downlink: { rateBitsPerSecond: 1_000_000 } } })
  sockets = new LinkRecordSockets({ links, places: new PlacesByAddress(2, 'records'), versions: { weir: '0' } })
  server = await openUpgradeServer(sockets.handleUpgrade.bind(sockets))
})
afterEach(() => {
  sockets.close()
  links.close()
  server.close()
})

/** A page at the link `id`, and the lines that it was told, each frame apart. */
async function follow(id: string) {
  const socket = server.open(id)
  const frames: string[][] = []
  socket.on('message', (text: Buffer) => frames.push(text.toString().trimEnd().split('\n')))
  await once(socket, 'open')
  const events = (): RunEvent[] =>
    frames
      .flat()
      .slice(1)
      .flatMap((line) => {
        const read = readRecordEvent(line, 'a line')
        return read.ok ? [read.value] : []
      })
  return { socket, frames, events }
}

const rtpPacket = (sequenceNumber: number): Uint8Array =>
  Uint8Array.of(0x80, 96, sequenceNumber >> 8, sequenceNumber & 0xff, 0, 0, 0, 0, 0, 0, 0, 9, 0)

test('WebSocket /api/links/:id/record/ws tells head, clock, and which RTP packets go, in few frames', async () => {
  const { frames, events } = await follow('default')
  const lane = openLane(links, 'default')
  for (let sequenceNumber = 300; sequenceNumber < 340; sequenceNumber += 1) {
    lane.send('rtp', 0, rtpPacket(sequenceNumber), performance.now())
  }
  const accepted = () => events().filter((event) => event.kind === 'packet-accepted')
  await expect.poll(() => accepted().length).toBe(40)
  expect(readRecordHead(frames[0]?.[0] ?? '')).toMatchObject({ ok: true, value: { seed: 7 } })
  expect(frames.length).toBeLessThanOrEqual(3)
  expect(accepted().at(-1)).toMatchObject({ ssrc: 9, sequenceNumber: 339 })
  const clock = events().find((event) => event.kind === 'clock')
  expect(clock).toMatchObject({ of: 'link', atMs: 0 })
  expect(Math.abs((clock?.unixMs ?? 0) - Date.now())).toBeLessThan(2000)
  lane.close()
})

test('WebSocket /api/links/:id/record/ws goes on over a restart with another clock, and closes with its link', async () => {
  const { id } = links.create({ seed: 1, downlink: {} })
  const { socket, events } = await follow(id)
  const lane = openLane(links, id)
  lane.send('rtp', 0, rtpPacket(1), performance.now())
  links.restart(id)
  await Promise.resolve()
  lane.send('rtp', 0, rtpPacket(2), performance.now())
  const closed = once(socket, 'close')
  links.remove(id)
  await closed
  const told = events().filter(({ kind }) => kind === 'clock' || kind === 'packet-accepted')
  expect(told.map((event) => ('sequenceNumber' in event ? event.sequenceNumber : event.kind))).toEqual([
    'clock',
    1,
    'clock',
    2,
  ])
  lane.close()
})

test('WebSocket /api/links/:id/record/ws refuses an unknown link, and more than an address may have', async () => {
  expect(await server.refusalOf('none')).toBe('unknown-link')
  const first = await follow('default')
  await follow('default')
  expect(await server.refusalOf('default')).toBe('too-many-requests')
  first.socket.close()
  await once(first.socket, 'close')
  await expect.poll(() => follow('default').then(() => 'followed')).toBe('followed')
})
