import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import type { LinkEvent } from '../stream/record.ts'
import { readRecord, writeRecordHead } from '../stream/run-record.ts'
import { LinkRecord, UNREAD_LIMIT_BYTES } from './link-record.ts'

const head = writeRecordHead({ scenario: {}, seed: 7, versions: { weir: '0' } })
const event = (packet: number): LinkEvent => ({
  kind: 'packet-accepted',
  atMs: packet,
  lane: 'tcp',
  direction: 'down',
  flow: 1,
  packet,
  traffic: 'tcp',
  sizeBytes: 1500,
})

/** Takes a piece each time it is let. */
class SlowReader extends Writable {
  text = ''
  #take: (() => void)[] = []

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.text += piece.toString()
    this.#take.push(done)
  }

  takeAll(): void {
    for (let next = this.#take.shift(); next !== undefined; next = this.#take.shift()) next()
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

async function taken(out: SlowReader) {
  do {
    out.takeAll()
    await turn()
  } while (out.writableLength > 0)
  const record = readRecord(out.text)
  if (!record.ok) throw new Error(JSON.stringify(record.fault))
  return record.value
}

test('LinkRecord writes the head and an event a line, which readRecord reads', async () => {
  const out = new SlowReader()
  const record = new LinkRecord(out, head)
  for (const packet of [1, 2, 3]) record.record(event(packet))
  await turn()
  const { head: read, events } = await taken(out)
  expect([read.seed, events]).toEqual([7, [1, 2, 3].map(event)])
})

test('LinkRecord leaves out what a slow reader has no room for, and says in its place how much', async () => {
  const out = new SlowReader()
  const record = new LinkRecord(out, head)
  const lineBytes = JSON.stringify(event(10_000)).length + 1
  const offered = 2 * Math.ceil(UNREAD_LIMIT_BYTES / lineBytes)
  for (let packet = 1; packet <= offered; packet += 1) record.record(event(packet))
  expect(out.writableLength).toBeLessThan(UNREAD_LIMIT_BYTES * 1.1)
  const kept = (await taken(out)).events.length
  expect(kept).toBeLessThan(offered)

  record.record(event(offered + 1))
  await turn()
  const { events } = await taken(out)
  expect(events.slice(kept)).toEqual([
    { kind: 'events-left-out', atMs: offered, events: offered - kept },
    event(offered + 1),
  ])
})

test('LinkRecord ends with the run, the gap before told', async () => {
  const out = new SlowReader()
  const record = new LinkRecord(out, head)
  for (let packet = 1; packet <= 20_000; packet += 1) record.record(event(packet))
  record.end()
  const { events } = await taken(out)
  const last = events.at(-1)
  if (last?.kind !== 'events-left-out') throw new Error(JSON.stringify(last))
  expect(last.events + events.length - 1).toBe(20_000)
  expect(out.writableEnded).toBe(true)
})
