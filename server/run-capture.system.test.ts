import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { unexpectedLines } from '../lab/test-support/harmless-lines.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { encodeRtp } from '../protocol/rtp.ts'
import { encodeRtcp } from '../protocol/rtcp.ts'
import { readRecord } from '../stream/run-record.ts'
import { ask, openLane, openRunServer, VIDEO } from './test-support/run-server.ts'

const profile = {
  seed: 7,
  downlink: { rateBitsPerSecond: 4_000_000, queueMs: 30, oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.05 } },
  uplink: { oneWayDelayMs: 10 },
} as const
const PACKETS = 300

const rtp = (sequenceNumber: number): Uint8Array =>
  encodeRtp({
    marker: false,
    payloadType: 96,
    sequenceNumber,
    timestampTicks: sequenceNumber * 300,
    ssrc: 0xcafe,
    payload: new Uint8Array(900).fill(sequenceNumber),
  })
const report = encodeRtcp([{ kind: 'receiver-report', ssrc: 3, reports: [] }])

test('a run’s capture opens in tshark with the packets of its record: which left, which arrived, which were lost', async (context) => {
  const tshark = needs(context, 'tshark')
  const { url, links } = await openRunServer(context, { profile })
  const { json } = await ask(`${url}/api/runs`, 'POST', { video: VIDEO, link: 'default' })
  const address = `${url}/api/runs/${String(json['id'])}`
  const lane = openLane(links, 'default')
  const startMs = performance.now()
  for (let packet = 0; packet < PACKETS; packet += 1) lane.send('rtp', 0, rtp(65_400 + packet), startMs + packet) // too fast: the queue fills
  lane.send('rtcp', 0, report, startMs + PACKETS)
  lane.sendUp(report, () => {})
  await expect.poll(() => links.get('default').udp.uplink.deliveredPackets).toBe(1)
  const underWay = () => {
    const { acceptedPackets, deliveredPackets, lostPackets } = links.get('default').udp.downlink
    return acceptedPackets - deliveredPackets - lostPackets
  }
  await expect.poll(underWay).toBe(0)
  await ask(`${address}/end`, 'POST', '')

  const file = join(temporaryFolder(context), 'capture.pcapng')
  await writeFile(file, new Uint8Array(await (await fetch(`${address}/capture.pcapng`)).arrayBuffer()))
  const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE']
  const decode = ['-d', 'udp.port==8000,rtp', '-d', 'udp.port==8001,rtcp']
  const names = [
    'frame.interface_name',
    'rtp.seq',
    'rtcp.pt',
    'ip.checksum.status',
    'udp.checksum.status',
    'udp.port',
    'frame.time_epoch',
  ]
  const fields = names.flatMap((name) => ['-e', name])
  const args = ['-r', file, ...checks, ...decode, '-T', 'fields', ...fields]
  const { status, stdout, stderr } = await runClient(tshark, args, { timeoutMs: 60_000 })
  expect({ status, unexpected: unexpectedLines('tshark', stderr) }).toEqual({ status: 0, unexpected: [] })
  const frames = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  const sequenceNumbers = (name: string) =>
    frames.filter(([at, seq]) => at === name && seq !== '').map(([, seq]) => Number(seq))

  const record = readRecord((await ask(`${address}/record.jsonl`)).text)
  if (!record.ok) throw new Error(JSON.stringify(record.fault))
  const ofRtp = record.value.events.filter((event) => 'traffic' in event && event.traffic === 'rtp')
  const dropped = ofRtp.flatMap((event) => (event.kind === 'packet-dropped' ? [event] : []))
  const delivered = ofRtp.filter(({ kind }) => kind === 'packet-delivered').length
  expect(new Set(dropped.map(({ cause }) => cause))).toEqual(new Set(['loss', 'queue']))
  const [left, arrived] = [sequenceNumbers('server'), sequenceNumbers('viewer')]
  expect([left.length, arrived.length]).toEqual([PACKETS, delivered])
  const missing = left.filter((number) => !arrived.includes(number))
  expect(new Set(missing)).toEqual(new Set(dropped.map(({ sequenceNumber }) => sequenceNumber)))
  const reports = frames.filter(([, , rtcpType]) => rtcpType === '201')
  const reportsAt = (name: string) => reports.filter(([at]) => at === name).length
  expect([reportsAt('server'), reportsAt('viewer')]).toEqual([2, 2])
  expect(reports.every((fieldsOf) => fieldsOf[5]?.split(',').includes('8001'))).toBe(true)
  expect(new Set(frames.flatMap(([, , , ip, udp]) => [ip, udp]))).toEqual(new Set(['1'])) // good
  const firstSeconds = Number(frames[0]?.at(-1))
  expect(Math.abs(firstSeconds - Date.now() / 1000)).toBeLessThan(60)
  lane.close()
}, 60_000)
